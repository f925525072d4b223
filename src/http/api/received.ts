import type { Context } from 'koa'
import { faultOf } from '../../commands/fault.ts'
import type { Problem } from '../problem.ts'
import { bodyProblem } from '../uploads/errors.ts'
import { faultProblem } from './problems.ts'
import type { ApiDeps, Received } from './types.ts'

/** The body, read, or why it is not taken. */
export async function receivedOf(
  ctx: Context,
  { receive, log }: Pick<ApiDeps, 'receive' | 'log'>,
): Promise<Received | Problem> {
  try {
    return await receive(ctx)
  } catch (error) {
    return bodyProblem(error) ?? faultProblem(faultOf(error, log, { line: `${ctx.method} ${ctx.path}` }))
  }
}
