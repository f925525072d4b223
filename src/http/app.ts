import Koa, { type Context, type Next } from 'koa'
import { reference } from '../ids.ts'
import { artifactRoutes } from './artifacts.ts'
import { healthRoute } from './health.ts'
import { answerProblem, notFound, notThatMethod } from './problem.ts'
import { findRoute, type Route } from './routes.ts'
import type { HttpOptions } from './types.ts'

/** The endpoint without its port: what each path answers. */
export function createApp(options: HttpOptions): Koa {
  const { log, clock, handlers } = options
  const routes: readonly Route[] = [healthRoute(options.health), ...artifactRoutes(options)]
  const app = new Koa()

  // Readers that leave in the middle of an answer, mostly; Koa would print them.
  app.on('error', (error: unknown) => log.debug({ error }, 'an answer was cut short'))
  app.use(logged)
  app.use(caught)
  app.use(dispatch)
  return app

  async function logged(ctx: Context, next: Next): Promise<void> {
    const from = clock.mono()
    await next()
    const ms = Math.round(clock.mono() - from)
    log.debug({ method: ctx.method, path: ctx.path, status: ctx.res.statusCode, ms }, 'http')
  }

  /** What nobody foresaw is told by a number alone; the rest of it is for the log (style.md 6). */
  async function caught(ctx: Context, next: Next): Promise<void> {
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.set('Referrer-Policy', 'no-referrer')
    try {
      await next()
    } catch (error) {
      const number = reference()
      log.error({ error, reference: number, method: ctx.method, path: ctx.path }, 'an http request failed')
      if (ctx.res.headersSent) {
        ctx.res.destroy()
        return
      }
      ctx.respond = true
      answerProblem(ctx, {
        status: 500,
        code: 'internal',
        detail: `Something broke on our side (reference ${number}).`,
        hint: 'Try again; if it stays, tell an admin the reference.',
        more: { reference: number },
      })
    }
  }

  async function dispatch(ctx: Context): Promise<void> {
    const handler = handlers.find(one => one.path === ctx.path)
    if (handler !== undefined) {
      ctx.respond = false
      ctx.res.statusCode = 200
      return await handler.handle(ctx.req, ctx.res)
    }
    const found = findRoute(routes, ctx.path)
    if (found === 'unreadable')
      return answerProblem(ctx, {
        status: 400,
        code: 'path',
        detail: 'The path is not properly encoded.',
        hint: 'Write a percent sign as %25.',
      })
    if (found === 'none')
      return answerProblem(
        ctx,
        notFound(
          'There is nothing here.',
          'Files of a test are under /artifacts/T12, health under /api/v1/health.',
        ),
      )
    const { route, params } = found
    if (!route.methods.includes(ctx.method))
      return answerProblem(ctx, notThatMethod(ctx.method, ctx.path, route.methods))
    await route.handle(ctx, params)
  }
}
