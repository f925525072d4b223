/** What Prometheus is told (docs/metrics.md). Everything is in memory: a scrape reads no file and asks no board. */

import { Registry } from 'prom-client'
import type { Clock } from '../../clock.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Log } from '../../log.ts'
import { createBusyBoards } from './busy-boards.ts'
import { createFamilyGauges } from './family-gauges.ts'
import { createLabGauges } from './lab-gauges.ts'
import { createProcessMetrics } from './process.ts'
import { createRunCounts } from './run-counts.ts'
import { type Answered, createTraffic, type Wire } from './traffic.ts'

export type MetricsDeps = {
  lab: Pick<Lab, 'state' | 'now' | 'inventory' | 'boards' | 'printed' | 'alerts' | 'status' | 'subscribe'>
  version: string
  /** Answers that are open and do not end by themselves. */
  streams(): number
  /** Files that are coming in. */
  uploads(): number
  clock: Clock
  log: Log
}

export type Metrics = {
  /** A request came in; what it returns is called once, when its answer is over. `wire` counts the bytes. */
  begun(wire?: Wire): (answered: Answered) => void
  /** Everything in the text format, version 0.0.4. */
  scrape(): Promise<{ type: string; text: string }>
  /** Stops listening and measuring. May be called again. */
  close(): void
}

export function createMetrics(deps: MetricsDeps): Metrics {
  // One of its own: prom-client's default registry is one for the whole process, whoever is in it.
  const registry = new Registry()
  const traffic = createTraffic(registry, deps)
  const runs = createRunCounts(registry, deps.lab)
  const busy = createBusyBoards(registry, deps)
  const lab = createLabGauges(registry, deps)
  const families = createFamilyGauges(registry, deps.lab)
  const measured = createProcessMetrics(registry)

  return {
    begun: traffic.begun,
    async scrape() {
      const boards = deps.lab.boards()
      busy.update()
      families.update(boards)
      measured.update()
      await lab.update(boards)
      return { type: registry.contentType, text: await registry.metrics() }
    },
    close() {
      runs.close()
      busy.close()
      measured.close()
    },
  }
}
