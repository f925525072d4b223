import { readdirSync } from 'node:fs'
import {
  constants,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export type ProcessMetrics = { update(): void; close(): void }

const RESOLUTION_MS = 20
const NANOSECONDS = 1e9
const GC_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1]
const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

/**
 * The process and its event loop, under the names that other programs on Node have them, so that dashboards fit.
 * prom-client's own (collectDefaultMetrics) cannot be stopped: each call leaves a timer and an observer behind.
 */
export function createProcessMetrics(registry: Registry): ProcessMetrics {
  const registers = [registry]
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers })
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers })
  const cpu = counter('process_cpu_seconds_total', 'CPU time of the process, all threads.')
  gauge('process_start_time_seconds', 'When the process began, since the epoch.').set(
    performance.timeOrigin / 1000,
  )
  const resident = gauge('process_resident_memory_bytes', 'Resident memory.')
  const descriptors = gauge('process_open_fds', 'Open file descriptors; left out where /proc is not there.')
  const used = gauge('nodejs_heap_size_used_bytes', 'Heap in use.')
  const total = gauge('nodejs_heap_size_total_bytes', 'Heap that is reserved.')
  const external = gauge(
    'nodejs_external_memory_bytes',
    'Memory of buffers and the like, outside of the heap.',
  )
  const resources = new Gauge({
    name: 'nodejs_active_resources',
    help: 'What keeps the event loop alive, by kind.',
    labelNames: ['type'],
    registers,
  })
  const busy = counter(
    'nodejs_eventloop_busy_seconds_total',
    'Time that the event loop worked; its rate is its utilization.',
  )
  const lags = [50, 90, 99].map(share => ({
    share,
    gauge: gauge(
      `nodejs_eventloop_lag_p${share}_seconds`,
      `By how much ${share} of 100 turns of the event loop were late at most, since the last scrape.`,
    ),
  }))
  const longest = gauge('nodejs_eventloop_lag_max_seconds', 'By how much the latest of them was late.')
  const collections = new Histogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'Garbage collections, by kind.',
    labelNames: ['kind'],
    buckets: GC_SECONDS,
    registers,
  })

  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  const observer = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) collections.observe({ kind: kindOf(entry) }, entry.duration / 1000)
  })
  observer.observe({ entryTypes: ['gc'] })

  /** What is measured is from one tick to the next, and a tick is never early. */
  const late = (nanoseconds: number): number =>
    Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000) : 0

  return {
    update() {
      const { user, system } = process.cpuUsage()
      cpu.reset()
      cpu.inc((user + system) / 1e6)
      const memory = process.memoryUsage()
      resident.set(memory.rss)
      used.set(memory.heapUsed)
      total.set(memory.heapTotal)
      external.set(memory.external)
      const open = openDescriptors()
      if (open !== null) descriptors.set(open)
      else descriptors.remove()
      resources.reset()
      for (const type of process.getActiveResourcesInfo()) resources.inc({ type })
      busy.reset()
      busy.inc(performance.eventLoopUtilization().active / 1000)
      for (const lag of lags) lag.gauge.set(late(delay.percentile(lag.share)))
      longest.set(delay.max > 0 ? late(delay.max) : 0)
      delay.reset()
    },
    close() {
      delay.disable()
      observer.disconnect()
    },
  }
}

function kindOf(entry: PerformanceEntry): string {
  const detail = 'detail' in entry ? entry.detail : null
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : null
  return typeof kind === 'number' ? (GC_KINDS[kind] ?? 'other') : 'other'
}

function openDescriptors(): number | null {
  try {
    // The one that reads the folder is none of them.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return null
  }
}
