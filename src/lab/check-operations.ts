import { stepLease } from './leases/lease-state.ts'
import { stepRun } from './runs/run-state.ts'
import type { Operation } from './state.ts'
import type { LabState, Lease, Run } from './types.ts'

/**
 * Why these operations cannot be applied in this order, or null. Looked at before they reach the journal, so that
 * an illegal step is answered and never half applied.
 */
export function refusalOf(state: Readonly<LabState>, operations: readonly Operation[]): string | null {
  const runs = new Map<string, Run>()
  const leases = new Map<string, Lease>()
  for (const op of operations) {
    if (op.o === 'run/submitted') runs.set(op.run.id, op.run)
    else if (op.o === 'lease/asked') leases.set(op.lease.id, op.lease)
    else if (op.o === 'run/step') {
      const run = runs.get(op.id) ?? state.runs[op.id]
      if (run === undefined) return `there is no live run ${op.id}`
      const step = stepRun(run, op.event, op.at, 0)
      if (step.refused !== undefined) return `${op.id}: ${step.refused}`
      runs.set(op.id, step.run)
    } else if (op.o === 'lease/step') {
      const lease = leases.get(op.id) ?? state.leases[op.id]
      if (lease === undefined) return `there is no live lease ${op.id}`
      const step = stepLease(lease, op.event, op.at, 0)
      if (step.refused !== undefined) return `${op.id}: ${step.refused}`
      leases.set(op.id, step.lease)
    } else if (op.o === 'board/step' && state.boards[op.id] === undefined) return `there is no board ${op.id}`
  }
  return null
}
