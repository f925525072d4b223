import type { Route } from '../routes.ts'
import type { Metrics } from './metrics.ts'

/** `GET /metrics` (I4), for whoever has a key or needs none. */
export function metricsRoute(metrics: Pick<Metrics, 'scrape'>): Route {
  return {
    path: '/metrics',
    methods: ['GET', 'HEAD'],
    access: 'api',
    async handle(ctx) {
      const { type, text } = await metrics.scrape()
      ctx.set({ 'Content-Type': type, 'Cache-Control': 'no-store' })
      ctx.body = text
    },
  }
}
