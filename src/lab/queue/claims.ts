import type { Millis } from '../../clock.ts'
import type { LabState, Lease, Priority, Run } from '../types.ts'

/** A run or a person that waits for a board: one line for both (design 4). */
export type Claim = {
  id: string
  kind: 'run' | 'lease'
  priority: Priority
  arrivedAt: Millis
  /** Number in the id: who came first within a millisecond. */
  number: number
  family: string | null
  board: string | null
  avoid: readonly { board: string; until: Millis }[]
}

export function claimOfRun(run: Run): Claim {
  const { id, priority, arrivedAt, family, board, avoid } = run
  return { id, kind: 'run', priority, arrivedAt, number: numberOf(id), family, board, avoid }
}

/** People wait with normal priority. */
export function claimOfLease(lease: Lease): Claim {
  const { id, askedAt, family, wanted, avoid } = lease
  return {
    id,
    kind: 'lease',
    priority: 2,
    arrivedAt: askedAt,
    number: numberOf(id),
    family,
    board: wanted,
    avoid,
  }
}

/** All that wait, best first. */
export function claimsOf(state: Readonly<Pick<LabState, 'runs' | 'leases'>>): readonly Claim[] {
  const runs = Object.values(state.runs).filter(run => run.state === 'queued' && run.cancelledBy === null)
  const leases = Object.values(state.leases).filter(lease => lease.state === 'waiting')
  return [...runs.map(claimOfRun), ...leases.map(claimOfLease)].sort(byRank)
}

/** Higher priority first, then first come first served (M4.2); total, so the order of the input never matters. */
export function byRank(a: Claim, b: Claim): number {
  return (
    a.priority - b.priority ||
    a.arrivedAt - b.arrivedAt ||
    a.number - b.number ||
    (a.kind === b.kind ? 0 : a.kind === 'run' ? -1 : 1)
  )
}

function numberOf(id: string): number {
  return Number(/\d+/.exec(id)?.[0] ?? 0)
}
