/** `/live/log/T12/console.log/…`: what the page's scripts ask for, as JSON. */

import type { Context } from 'koa'
import type { PageLine } from '../../../lab/lab.ts'
import { paint } from '../../../reading/sgr.ts'
import { answerProblem } from '../../problem.ts'
import type { Params, Route } from '../../routes.ts'
import { noSuchLog, notANumber, noWords, wholeNumber, wordsAsked } from './asked.ts'
import { logEvents } from './events.ts'
import type { LogRoutesDeps } from './types.ts'

const READ = ['GET', 'HEAD']
const MOST_LINES = 2_000
const MOST_HITS = 10_000

export function logRoutes(deps: LogRoutesDeps): readonly Route[] {
  return [
    {
      path: '/live/log/:run/:file/lines',
      methods: READ,
      access: 'page',
      handle: (ctx, params) => giveLines(ctx, deps, params),
    },
    {
      path: '/live/log/:run/:file/find',
      methods: READ,
      access: 'page',
      handle: (ctx, params) => giveHits(ctx, deps, params),
    },
    {
      path: '/live/log/:run/:file/events',
      methods: ['GET'],
      access: 'page',
      handle: (ctx, params) => logEvents(ctx, deps, named(params)),
    },
  ]
}

/** `?from=1&count=500`: `{ from, lines, whole, bytes, grows, shown }`, at most 2,000 lines and a megabyte of text. */
async function giveLines(ctx: Context, { lab }: LogRoutesDeps, params: Params): Promise<void> {
  const { run, file } = named(params)
  const from = wholeNumber(ctx.query['from'], 1)
  const count = wholeNumber(ctx.query['count'], 500)
  if (from === null || count === null) return answerProblem(ctx, notANumber())
  const found = await lab.logs.lines(run, file, from, Math.min(count, MOST_LINES))
  if (found === null) return answerProblem(ctx, noSuchLog(run, file))
  const { shown, ...size } = found
  give(ctx, { ...size, shown: shown.map(written) })
}

/** `?q=panic&from=1`: `{ hits, total, next }`; where `next` is a number, ask again from there for the rest. */
async function giveHits(ctx: Context, { lab, searches }: LogRoutesDeps, params: Params): Promise<void> {
  const { run, file } = named(params)
  const words = wordsAsked(ctx.query['q'])
  const from = wholeNumber(ctx.query['from'], 1)
  if (from === null) return answerProblem(ctx, notANumber())
  if (words === null) return answerProblem(ctx, noWords())
  const done = await searches.run(ctx, signal => {
    const options = { from, limit: MOST_HITS, signal }
    return lab.logs.find(run, file, words, options)
  })
  if (done === null) return
  if ('problem' in done) return answerProblem(ctx, done.problem)
  if (done.found === null) return answerProblem(ctx, noSuchLog(run, file))
  give(ctx, done.found)
}

/** A line for the page's script: text as it is where it is plain, else pieces with how each looks. */
function written({ text, t, more }: PageLine): object {
  const spans = paint(text)
  const isPlain = spans.every(span => span.look === '')
  const s = isPlain ? spans.map(span => span.text).join('') : spans.map(({ text, look }) => [text, look])
  return { t, s, ...(more !== undefined && { more }) }
}

function give(ctx: Context, body: object): void {
  ctx.set({ 'Cache-Control': 'no-store', 'Content-Security-Policy': "default-src 'none'; sandbox" })
  ctx.body = body
}

function named(params: Params): { run: string; file: string } {
  return { run: (params['run'] ?? '').toUpperCase(), file: params['file'] ?? '' }
}
