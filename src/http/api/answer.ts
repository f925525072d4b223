/** What came of a command, as an answer: status, address of what is new, and the result or what went wrong. */

import type { Context } from 'koa'
import { logLine } from '../../cards/log.ts'
import { frameOf } from '../../cards/topics.ts'
import type { Outcome } from '../../commands/dispatch.ts'
import type { AnyCommand } from '../../commands/types.ts'
import type { LogLine } from '../../lab/lab.ts'
import { answerProblem } from '../problem.ts'
import type { BoundCall } from './bind.ts'
import { locationOf, nextLink } from './places.ts'
import { faultProblem } from './problems.ts'
import type { ApiDeps } from './types.ts'

export type AnswerDeps = Pick<ApiDeps, 'dispatcher' | 'lab' | 'sendFollowed'>

export async function answerOutcome(
  ctx: Context,
  command: AnyCommand,
  bound: BoundCall,
  outcome: Outcome,
  deps: AnswerDeps,
): Promise<void> {
  if (outcome.kind !== 'done') answerProblem(ctx, faultProblem(outcome.fault, bound.calledAs))
  else if (bound.raw['follow'] === true && ctx.method === 'GET') await answerFollowed(ctx, outcome, deps)
  else answerResult(ctx, command, outcome.result, outcome.started, deps)
}

/** A result that its command's schema has passed. */
export function answerResult(
  ctx: Context,
  command: AnyCommand,
  result: unknown,
  started: string | null,
  { dispatcher }: Pick<AnswerDeps, 'dispatcher'>,
): void {
  const status = command.http?.status ?? 200
  ctx.status = status
  ctx.set('Cache-Control', 'no-store')
  const location = status === 201 ? locationOf(started, ctx.path) : null
  if (location !== null) ctx.set('Location', location)
  const next = nextLink(result, dispatcher.commands)
  if (next !== null) ctx.set('Link', next)
  ctx.type = 'application/json'
  ctx.body = JSON.stringify(result)
}

/** Lines of text whether there is more to come or not: a reader must not get another type when it comes too late. */
async function answerFollowed(
  ctx: Context,
  { result, follows }: Extract<Outcome, { kind: 'done' }>,
  { lab, sendFollowed }: AnswerDeps,
): Promise<void> {
  const { lines = [], times = false } = result as { lines?: readonly LogLine[]; times?: boolean }
  if (follows !== null) return await sendFollowed(ctx, follows, lines)
  ctx.set('Cache-Control', 'no-store')
  ctx.type = 'text/plain; charset=utf-8'
  ctx.body = lines.map(line => `${logLine(line, times, frameOf(lab))}\n`).join('')
}
