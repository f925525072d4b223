import type { Millis } from '../../clock.ts'
import { byRank, type Claim } from './claims.ts'

/** What past runs of a family (and command) took: median and 90th percentile. */
export type Durations = { medianMs: Millis; p90Ms: Millis }

export type Busy = { board: string; family: string /** Null: nobody knows. */; freeIn: Durations | null }

/**
 * When each waiting claim is likely to start: the queue played forward (M4.3) with the durations of past runs, once
 * with the medians and once with the 90th percentiles. Null where nothing is known. Pure.
 */
export function estimate(
  claims: readonly Claim[],
  boards: readonly Busy[],
  takes: (claim: Claim) => Durations | null,
): ReadonlyMap<string, Durations> {
  const median = play(claims, boards, 'medianMs', takes)
  const p90 = play(claims, boards, 'p90Ms', takes)
  const result = new Map<string, Durations>()
  for (const [id, medianMs] of median) {
    const p90Ms = p90.get(id)
    if (p90Ms !== undefined) result.set(id, { medianMs, p90Ms: Math.max(medianMs, p90Ms) })
  }
  return result
}

function play(
  claims: readonly Claim[],
  boards: readonly Busy[],
  which: keyof Durations,
  takes: (claim: Claim) => Durations | null,
): Map<string, Millis> {
  const freeAt = new Map<string, Millis>()
  for (const { board, freeIn } of boards) if (freeIn !== null) freeAt.set(board, Math.max(0, freeIn[which]))
  const starts = new Map<string, Millis>()
  for (const claim of [...claims].sort(byRank)) {
    const board = earliest(claim, boards, freeAt)
    if (board === null) continue
    const at = freeAt.get(board) ?? 0
    starts.set(claim.id, at)
    const duration = takes(claim)
    // A claim of unknown length makes everything behind it on that board unknown too.
    if (duration === null) freeAt.delete(board)
    else freeAt.set(board, at + duration[which])
  }
  return starts
}

function earliest(claim: Claim, boards: readonly Busy[], freeAt: ReadonlyMap<string, Millis>): string | null {
  let best: string | null = null
  for (const { board, family } of boards) {
    if (claim.board !== null ? claim.board !== board : claim.family !== family) continue
    const at = freeAt.get(board)
    if (at === undefined) continue
    if (best === null || at < (freeAt.get(best) ?? Number.POSITIVE_INFINITY)) best = board
  }
  return best
}

/** Median and 90th percentile; null without samples. Does not change its argument. */
export function durationsOf(samples: readonly Millis[]): Durations | null {
  if (samples.length === 0) return null
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share: number): Millis =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { medianMs: at(0.5), p90Ms: at(0.9) }
}
