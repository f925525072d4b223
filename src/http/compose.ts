/** The rooms' parts of the endpoint, put together: who may call, how much, and what answers. */

import type Koa from 'koa'
import type { Millis } from '../clock.ts'
import { createApi } from './api/index.ts'
import { createApp } from './app.ts'
import { createCallers } from './callers/callers.ts'
import { createRates } from './callers/rates.ts'
import { healthRoute } from './health.ts'
import { createJenkins } from './jenkins/webhook.ts'
import { junitRoute } from './junit.ts'
import { eventRoutes } from './live/events.ts'
import { sendFollowed } from './live/follow.ts'
import { lineRoute } from './live/line.ts'
import { createStreams } from './live/streams.ts'
import { createWaiting } from './live/waiting.ts'
import { createMetrics } from './metrics/metrics.ts'
import { metricsRoute } from './metrics/route.ts'
import { pageRoutes } from './pages/routes.ts'
import type { HttpLimits, HttpOptions } from './types.ts'
import { createGate } from './uploads/gate.ts'
import { receive } from './uploads/receive.ts'

export type Endpoint = {
  app: Koa
  /** Goes on with what another process left behind; once the lab takes work. */
  resume(): void
  /** Ends what does not end by itself, and waits for what must not be left half done. Never throws. */
  stop(deadlineMs: Millis): Promise<void>
}

const LIMITS: HttpLimits = {
  bodyBytes: 1024 * 1024,
  // The largest binary that the lab takes; a board's own room is checked before copying.
  fileBytes: 1024 ** 3,
  uploads: 8,
  streams: 500,
  // A page of a log that is scrolled through asks several times a second.
  perMinute: 1_200,
  burst: 300,
}

export function createEndpoint(options: HttpOptions): Endpoint {
  const { lab, log, clock, dispatcher, inbox, home, version } = options
  const limits = { ...LIMITS, ...options.limits }
  const stopping = new AbortController()
  const streams = createStreams({ clock, most: limits.streams })
  // Of their own: pages are open to whoever reaches the port, and must not keep out those who have a key.
  const pageStreams = createStreams({ clock, most: limits.streams })
  const gate = createGate(limits.uploads)
  const traffic = { streams: () => streams.count + pageStreams.count, uploads: () => gate.taken }
  const metrics = createMetrics({ lab, version, ...traffic, clock, log })
  const jenkins = createJenkins({ lab, dispatcher, inbox, home, secret: options.jenkinsSecret, clock, log })
  const live = { lab, streams, clock, log }
  const taking = { uploads: options.uploads, limits, gate, clock }
  const api = {
    dispatcher,
    lab,
    inbox,
    home,
    version,
    log,
    clock,
    receive: (ctx: Koa.Context) => receive(ctx, taking),
  }
  const routes = [
    healthRoute(options.health),
    metricsRoute(metrics),
    jenkins.route,
    ...createApi({
      ...api,
      waiting: createWaiting({ lab, clock, stopping: stopping.signal }),
      sendFollowed: (ctx, followed, before) => sendFollowed(ctx, followed, before, live),
      others: [...eventRoutes(live), lineRoute(api), junitRoute(live)],
      needsKey: options.callers.keys.length > 0,
    }),
    ...pageRoutes({ ...options, streams: pageStreams }),
  ]
  const app = createApp({
    ...{ log, clock, routes, metrics },
    handlers: options.handlers,
    callers: createCallers(options.callers, { clock }),
    rates: createRates({ perMinute: limits.perMinute, burst: limits.burst, clock }),
  })
  return {
    app,
    resume: jenkins.resume,
    async stop(deadlineMs) {
      stopping.abort(new Error('stopping'))
      streams.closeAll()
      pageStreams.closeAll()
      metrics.close()
      await jenkins.stop(deadlineMs)
    },
  }
}
