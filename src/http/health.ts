import type { Route } from './routes.ts'
import type { HealthFacts } from './types.ts'

export type HealthStatus = 'ok' | 'degraded' | 'storage-full' | 'stopping'

/** Only what this process should be taken out for is unwell: a lab whose boards are all off is still a lab. Pure. */
export function healthStatus(facts: HealthFacts): HealthStatus {
  if (facts.stopping) return 'stopping'
  if (facts.storage.full) return 'storage-full'
  const queueFull = facts.queue.waiting >= facts.queue.limit
  const chatDown = facts.chat?.up === false
  return facts.boards.usable === 0 || queueFull || chatDown ? 'degraded' : 'ok'
}

/** `GET /api/v1/health` (I4): 200 or 503, from memory alone. */
export function healthRoute(facts: () => HealthFacts): Route {
  return {
    path: '/api/v1/health',
    methods: ['GET', 'HEAD'],
    access: 'anyone',
    handle(ctx) {
      const now = facts()
      const { version, uptimeMs, storage, queue, boards, chat } = now
      const status = healthStatus(now)
      ctx.status = status === 'ok' || status === 'degraded' ? 200 : 503
      ctx.set('Cache-Control', 'no-store')
      ctx.body = { status, version, uptimeMs: Math.round(uptimeMs), storage, queue, boards, chat }
    },
  }
}
