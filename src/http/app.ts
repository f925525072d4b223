import Koa, { type Context, type Next } from 'koa'
import { reference } from '../ids.ts'
import { laneOfAddress } from './callers/addresses.ts'
import { type Callers, laneOfCaller } from './callers/callers.ts'
import type { Rates } from './callers/rates.ts'
import type { Metrics } from './metrics/metrics.ts'
import { answerProblem, notFound, notThatMethod, type Problem } from './problem.ts'
import { createRouter, type Route } from './routes.ts'
import type { HttpHandler, HttpOptions } from './types.ts'

export type AppDeps = Pick<HttpOptions, 'log' | 'clock'> & {
  routes: readonly Route[]
  handlers: readonly HttpHandler[]
  callers: Callers
  rates: Rates
  metrics: Metrics
}

/** The endpoint without its port: what each path answers, and to whom. */
export function createApp(deps: AppDeps): Koa {
  const { log, clock, handlers, callers, rates, metrics } = deps
  const find = createRouter(deps.routes)
  const app = new Koa()

  // Readers that leave in the middle of an answer, mostly; Koa would print them.
  app.on('error', (error: unknown) => log.debug({ error }, 'an answer was cut short'))
  app.use(counted)
  app.use(caught)
  app.use(dispatch)
  return app

  async function counted(ctx: Context, next: Next): Promise<void> {
    const from = clock.mono()
    const done = metrics.begun(ctx.req.socket)
    ctx.res.once('close', () => {
      const ms = clock.mono() - from
      const route = routeOf(ctx)
      done({ method: ctx.method, route, status: ctx.res.statusCode, ms })
      log.debug(
        { method: ctx.method, path: ctx.path, status: ctx.res.statusCode, ms: Math.round(ms) },
        'http',
      )
    })
    await next()
  }

  /** What nobody foresaw is told by a number alone; the rest of it is for the log (style.md 6). */
  async function caught(ctx: Context, next: Next): Promise<void> {
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.set('Referrer-Policy', 'no-referrer')
    // Who is let in by where they are, as keyless callers are, must not load anything of ours into another site's page.
    ctx.set('Cross-Origin-Resource-Policy', 'same-origin')
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
      named(ctx, handler.path)
      ctx.respond = false
      ctx.res.statusCode = 200
      return await handler.handle(ctx.req, ctx.res)
    }
    const found = find(ctx.method, ctx.path)
    switch (found.kind) {
      case 'unreadable':
        return answerProblem(ctx, UNREADABLE)
      case 'none':
        return answerProblem(ctx, NOTHING)
      case 'method':
        return answerProblem(ctx, notThatMethod(ctx.method, ctx.path, found.allowed))
      case 'found':
        named(ctx, found.route.path)
        return await answer(ctx, found.route, found.params)
    }
  }

  async function answer(ctx: Context, route: Route, params: Readonly<Record<string, string>>): Promise<void> {
    if (route.access === 'api') {
      const caller = callers.identify(ctx)
      if ('status' in caller) return answerProblem(ctx, caller)
      const late = tooMany(rates.take(laneOfCaller(caller)))
      return late === null ? await route.handle(ctx, params, caller) : answerProblem(ctx, late)
    }
    const refused = route.access === 'page' ? callers.mayRead(ctx) : null
    // Who verifies its callers itself is called by machines that try again.
    const late = tooMany(rates.take(laneOfAddress(ctx.req.socket.remoteAddress)))
    const problem = refused ?? late
    return problem === null ? await route.handle(ctx, params) : answerProblem(ctx, problem)
  }
}

const NOTHING = notFound(
  'There is nothing here.',
  'The lab is shown at /, files of a test at /artifacts/T12, and the API is told of at /api/v1/docs.',
)

const UNREADABLE: Problem = {
  status: 400,
  code: 'path',
  detail: 'The path is not properly encoded.',
  hint: 'Write a percent sign as %25.',
}

function tooMany(waitMs: number): Problem | null {
  if (waitMs <= 0) return null
  const seconds = Math.ceil(waitMs / 1000)
  return {
    status: 429,
    code: 'too-many-requests',
    detail: 'This is more than one caller may ask for in a minute.',
    hint: `Ask again in ${seconds} s. To wait for the end of a test, use ?wait=60 or its events.`,
    headers: { 'Retry-After': String(seconds) },
  }
}

function named(ctx: Context, route: string): void {
  ctx.state['route'] = route
}

/** The pattern, never the path: whoever asks for anything must not make a metric of it. */
function routeOf(ctx: Context): string {
  const route: unknown = ctx.state['route']
  return typeof route === 'string' ? route : 'none'
}
