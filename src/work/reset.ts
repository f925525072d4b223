import type { Clock } from '../clock.ts'
import { InputError } from '../errors.ts'
import type { OpenBoard } from '../hardware/types.ts'
import { watchBoot } from './boot.ts'
import type { ResetJob, ResetResult, WorkContext } from './types.ts'

/**
 * Resets a board by its own kernel, then watches it come back; one that does not is a result, not an error. Throws
 * HardwareError when the kernel does not hear or allow it, or the console has no break, InputError where boards.yaml
 * does not allow it. Nothing that was not yet written is on the board's disk afterwards. Repeating resets again.
 */
export async function resetBoard(
  job: ResetJob,
  board: OpenBoard,
  ctx: WorkContext & { clock: Clock },
): Promise<ResetResult> {
  if (board.sysrq === undefined) throw notAllowed(board.id)
  const started = ctx.clock.mono()
  await board.sysrq.press('b', ctx.signal)
  const watch = watchBoot(board, ctx)
  try {
    const problem = await watch.comesBack(job.board.bootTimeoutMs)
    const durationMs = Math.round(ctx.clock.mono() - started)
    return problem === null ? { back: true, durationMs } : { back: false, problem, durationMs }
  } finally {
    watch.close()
  }
}

function notAllowed(board: string): InputError {
  return new InputError(`${board} may not be reset by SysRq`, {
    hint: 'Allow it in boards.yaml, for the board or its family: sysrq: true',
  })
}
