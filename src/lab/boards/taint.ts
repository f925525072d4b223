import type { Failure } from '../../errors.ts'
import type { Finding } from '../../reading/types.ts'
import type { RunTestResult } from '../../work/types.ts'
import type { Core } from '../core.ts'
import type { Operation } from '../state.ts'
import { inMaintenance } from './board-state.ts'

/**
 * What leaves a kernel that goes on and is not itself any more (Documentation/admin-guide/tainted-kernels.rst): it holds
 * locks for ever, and of its next panic it prints no trace (kernel/panic.c).
 */
export function taints({ cause, severity }: Pick<Finding, 'cause' | 'severity'>): boolean {
  return severity === 'ends' && (cause === 'oops' || cause === 'bug')
}

/** The title of what a test leaves the kernel with; null where it is itself, or was restarted since. */
export function taintOf(
  findings: readonly Finding[],
  failure: Failure | null,
  result: Pick<RunTestResult, 'endedBy' | 'boardClean'> | null,
): string | null {
  if (result?.endedBy === 'reset') return null
  const last = findings.findLast(each => taints(each) || each.cause === 'reset')
  if (last !== undefined) return last.cause === 'reset' ? null : last.title
  // Of a lockup that the test did not come out of, a task is left that nobody can kill.
  if (failure?.cause !== 'lockup' || result?.boardClean === true) return null
  return findings.find(({ cause }) => cause === 'lockup')?.title ?? failure.cause
}

/** A person gives a board back whose kernel is not itself: why it is looked after, and that nobody gets it meanwhile. */
export function taintLeft(core: Core, id: string): { reason: string; operation: Operation } | null {
  const at = core.clock.now()
  const board = core.state().boards[id]
  if (board?.tainted == null || inMaintenance(board, at)) return null
  const reason = board.tainted.title
  return {
    reason,
    operation: { o: 'board/step', id, at, event: { kind: 'recovering', reason, cycle: false } },
  }
}
