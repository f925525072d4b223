import type { Failure } from '../errors.ts'
import type { Recovery } from './boards/recovery.ts'
import type { Core } from './core.ts'
import { removeOrphans } from './retention.ts'
import type { Attempts } from './runs/attempts.ts'
import { cancelledResult } from './runs/cancelling.ts'
import { isFinal, type RunEvent } from './runs/run-state.ts'
import type { Runs } from './runs/runs.ts'
import type { Operation } from './state.ts'
import type { Run } from './types.ts'

const RESTARTED: Failure = { class: 'infrastructure', cause: 'restart', blame: 'lab' }

const CUT_SHORT = { kind: 'step ended', outcome: 'cut short', message: 'the bot was restarted' } as const

/**
 * Finds again what a stop or a kill left unfinished (design 3): runs cut short go on with their next attempt, runs
 * whose outcome was stored are finished and told, boards of runs are freed. Repeating is safe.
 */
export async function reconcile(core: Core, runs: Runs, attempts: Attempts): Promise<void> {
  const at = core.clock.now()
  const operations: Operation[] = []
  for (const { id } of core.current.inventory.boards)
    if (core.state().boards[id] === undefined) operations.push({ o: 'board/known', id, at })
  for (const { id, steps } of Object.values(core.state().boards))
    if (steps.some(step => step.endedAt === null))
      operations.push({ o: 'board/step', id, at, event: CUT_SHORT })
  for (const lease of Object.values(core.state().leases))
    if (lease.holder.kind === 'run') operations.push({ o: 'lease/left', id: lease.id })
  for (const run of Object.values(core.state().runs)) {
    if (run.state !== 'leasing' && run.state !== 'preparing' && run.state !== 'running') continue
    operations.push({ o: 'run/step', id: run.id, at, event: cutShort(run) })
    // Whatever it left running there must be gone before somebody else gets the board.
    const board = run.attempts.at(-1)?.board
    if (board !== undefined && core.state().boards[board] !== undefined) {
      operations.push({
        o: 'board/step',
        id: board,
        at,
        event: { kind: 'recovering', reason: 'the bot was restarted while a test ran on it', cycle: false },
      })
    }
  }
  if (operations.length > 0) await core.commit(...operations)
  for (const run of Object.values(core.state().runs)) {
    if (run.state === 'collecting') await attempts.collect(run.id)
    else if (isFinal(run.state)) await runs.archive(run.id)
  }
  await removeOrphans(core)
}

/** Boards that were being looked after, and those that a run was cut short on: nobody else would ever ask them. */
export function lookAfterAgain(core: Core, recovery: Recovery): void {
  for (const { id, condition, reason } of Object.values(core.state().boards))
    if (condition === 'recovery') void recovery.recover(id, reason ?? 'the bot was restarted')
}

/** It goes on with its next attempt, unless somebody had asked to cancel it. */
function cutShort({ cancelledBy }: Run): RunEvent {
  if (cancelledBy !== null)
    return { kind: 'ended', result: cancelledResult(cancelledBy, 'shortly before the bot was restarted') }
  const message = 'the bot was restarted while the test ran'
  return { kind: 'retried', failure: RESTARTED, message, uncounted: true, avoidUntil: null }
}
