import type { Context } from 'koa'
import type { Clock } from '../../clock.ts'
import type { Followed } from '../../commands/types.ts'
import { InputError } from '../../errors.ts'
import type { Lab } from '../../lab/lab.ts'
import { noTest } from '../found-files.ts'
import { notFound, type Problem } from '../problem.ts'
import { lastEventId } from './last-event-id.ts'

/** Which log is meant: the members of an answer's `follows` as they stand; who comes again goes on behind its last id. */
export async function followedOf(
  ctx: Context,
  { lab, clock }: { lab: Lab; clock: Clock },
): Promise<Followed | Problem> {
  const given = (name: string): string | null => {
    const value = [ctx.query[name] ?? []].flat()[0]
    return value === undefined || value === '' ? null : value
  }
  const isSet = (name: string): boolean => given(name) === 'true'
  const id = given('id') ?? ''
  const after = Number(/^\d{1,15}$/.test(given('after') ?? '') ? given('after') : 0)
  const rest = {
    console: given('console'),
    grep: given('grep'),
    times: isSet('times'),
    after: Math.max(after, lastEventId(ctx)),
  }
  if (given('kind') === 'run') {
    const run = await lab.run(id.toUpperCase())
    if (run === null) return noTest({ lab, clock }, id)
    return { kind: 'run', id: run.id, whole: isSet('whole'), ...rest }
  }
  if (given('kind') === 'board') return await boardLog({ kind: 'board', id, whole: true, ...rest }, lab)
  return {
    status: 400,
    code: 'log',
    detail: 'It is not said whose log is meant.',
    hint: 'Write ?kind=run&id=T12 or ?kind=board&id=soc-a-001.',
  }
}

/** A board, or a console of it, that is not there has no log: better said now than in a stream that stays empty. */
async function boardLog(followed: Followed, lab: Lab): Promise<Followed | Problem> {
  try {
    await lab.boardLog(followed.id, followed.console, { limit: 1, after: followed.after })
    return followed
  } catch (error) {
    if (error instanceof InputError) return notFound(error.message, error.hint)
    throw error
  }
}
