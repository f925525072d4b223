import { clockTime } from '../boards/views.ts'
import type { Core } from '../core.ts'
import type { Run, RunResult } from '../types.ts'
import { type BoardPast, boardToBlame, evidenceWords } from './blame.ts'
import { nameOf } from './summary.ts'

/** A failure that the board's own history explains is an infrastructure failure of the board's, and says why. */
export function blamed(core: Core, run: Run, result: RunResult, past: BoardPast | null): RunResult {
  const { failure, message } = result
  if (failure === null || past === null) return result
  const test = { id: run.id, name: nameOf(run), by: run.submitter.id }
  const evidence = boardToBlame(failure, test, past, core.clock.now())
  if (evidence === null) return result
  const { timeZone } = core.current.inventory.settings
  const why = evidenceWords(evidence, past.board, at => clockTime(at, timeZone))
  return {
    ...result,
    failure: { class: 'infrastructure', cause: failure.cause, blame: 'board' },
    message: message === null ? why : `${message.replace(/[.]?$/, '.')} ${why}`,
  }
}
