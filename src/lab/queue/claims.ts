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
  /** A site whose boards are liked better; any other does where it has none. */
  near?: string
}

export function claimOfRun(run: Run): Claim {
  const { id, priority, arrivedAt, family, board, avoid } = run
  return { id, kind: 'run', priority, arrivedAt, number: numberOf(id), family, board, avoid }
}

/** People wait with normal priority. */
export function claimOfLease(lease: Lease): Claim {
  const { id, askedAt, family, wanted, avoid, near } = lease
  return {
    id,
    kind: 'lease',
    priority: 2,
    arrivedAt: askedAt,
    number: numberOf(id),
    family,
    board: wanted,
    avoid,
    ...(near === undefined ? {} : { near }),
  }
}

/** What a claim asks for: one board, any of a family, or any at all. */
export type Want = Pick<Claim, 'family' | 'board'>

/** All that wait, best first; only those that want what `isMeant` says, for whoever looks for few. */
export function claimsOf(
  state: Readonly<Pick<LabState, 'runs' | 'leases'>>,
  isMeant: (want: Want) => boolean = () => true,
): readonly Claim[] {
  const runs = Object.values(state.runs).filter(
    run => run.state === 'queued' && run.cancelledBy === null && isMeant(run),
  )
  const leases = Object.values(state.leases).filter(
    lease => lease.state === 'waiting' && isMeant({ family: lease.family, board: lease.wanted }),
  )
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
