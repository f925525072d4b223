import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Millis } from '../../clock.ts'

/** Counts what was written; a socket does. */
export type Wire = { readonly bytesWritten: number }

/** `route` is the pattern, never the path; `status` 0 or what was sent. */
export type Answered = { method: string; route: string; status: number; ms: Millis }

export type Traffic = { begun(wire?: Wire): (answered: Answered) => void }

/** From a page out of memory to a file of a gigabyte; what follows a test lasts as long as that does. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Requests as they were answered. A method that nobody heard of is `other`: callers must not make series. */
export function createTraffic(registry: Registry, deps: { streams(): number; uploads(): number }): Traffic {
  const registers = [registry]
  const duration = new Histogram({
    name: 'boardroom_http_request_duration_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  })
  const bytes = new Counter({
    name: 'boardroom_http_response_bytes_total',
    help: 'Bytes of answers as they were handed to the network, heads included.',
    labelNames: ['route'],
    registers,
  })
  const inFlight = new Gauge({
    name: 'boardroom_http_requests_in_flight',
    help: 'Requests whose answer is not over, open streams among them.',
    registers,
  })
  new Gauge({
    name: 'boardroom_http_streams',
    help: 'Open streams of events and followed logs.',
    registers,
    collect() {
      this.set(deps.streams())
    },
  })
  new Gauge({
    name: 'boardroom_http_uploads',
    help: 'Files that are coming in.',
    registers,
    collect() {
      this.set(deps.uploads())
    },
  })

  return {
    begun(wire) {
      inFlight.inc()
      const before = wire?.bytesWritten ?? 0
      let isOver = false
      return ({ method, route, status, ms }) => {
        if (isOver) return
        isOver = true
        inFlight.dec()
        duration.observe({ method: METHODS.has(method) ? method : 'other', route, status }, ms / 1000)
        bytes.inc({ route }, Math.max(0, (wire?.bytesWritten ?? 0) - before))
      }
    },
  }
}
