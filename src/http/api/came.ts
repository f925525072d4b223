import type { Outcome } from '../../commands/dispatch.ts'
import { refsOf } from './again.ts'
import type { BoundCall } from './bind.ts'
import type { Came } from './idempotency.ts'
import { faultProblem } from './problems.ts'

/** Faults that say themselves that nothing was done. */
const NOTHING_DONE = ['needs-confirmation', 'queue-full', 'no-board-free', 'storage-full', 'stopping', 'busy']

/** Larger results are read again when they are asked for again. */
const LONGEST_KEPT = 2_000

/** What a key stands for from now on. */
export function cameOf(outcome: Outcome, bound: BoundCall): Came {
  if (outcome.kind === 'done') {
    const { result, started } = outcome
    const isSmall = JSON.stringify(result).length <= LONGEST_KEPT
    const kept = { topic: started, refs: refsOf(result), ...(isSmall ? { body: result } : {}) }
    return { kind: 'done', kept }
  }
  const { fault } = outcome
  if (fault.decision !== 'allowed' || NOTHING_DONE.includes(fault.code)) return { kind: 'nothing' }
  return { kind: 'failed', problem: faultProblem(fault, bound.calledAs) }
}
