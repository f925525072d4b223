/**
 * What chat.update may cost: Slack takes 50 a minute from a workspace for all cards together (Tier 3, docs.slack.dev),
 * and 20 of them are kept for outcomes.
 */

import type { Millis } from '../../../clock.ts'

/** In the order in which they go first: what somebody did just now, how something ended, how it goes. */
export const RANKS = ['reply', 'outcome', 'progress'] as const
export type Rank = (typeof RANKS)[number]

/** An edit that was sent. `endedAt` null: it is under way, and nobody knows yet when Slack counts it. */
export type Sent = { rank: Rank; endedAt: Millis | null }

export const WINDOW_MS: Millis = 60_000
const IN_ALL = 50
const KEPT_FOR_OUTCOMES = 20
/** So that a click is not answered a minute late only because many tests run. */
const KEPT_FOR_REPLIES = 5
/** A card is edited so often at most, but for its end. */
export const SPACING_MS: Millis = 3_000

/** How many edits of these ranks together a minute may hold for one more of `rank` to be sent. */
function limitOf(rank: Rank): number {
  if (rank === 'outcome') return IN_ALL
  const others = IN_ALL - KEPT_FOR_OUTCOMES
  return rank === 'reply' ? others : others - KEPT_FOR_REPLIES
}

/** Those that still count: a minute must lie between an edit's answer and the 50th after it being sent. */
export function counted(sent: readonly Sent[], now: Millis): readonly Sent[] {
  return sent.filter(({ endedAt }) => endedAt === null || now - endedAt < WINDOW_MS)
}

/** The earliest time at which an edit of `rank` may be sent; Infinity while that waits for one under way. */
export function mayGoAt(sent: readonly Sent[], rank: Rank, now: Millis): Millis {
  const here = counted(sent, now)
  const all = freeAt(here, IN_ALL, now)
  if (rank === 'outcome') return all
  const others = here.filter(each => each.rank !== 'outcome')
  return Math.max(all, freeAt(others, limitOf(rank), now))
}

function freeAt(sent: readonly Sent[], limit: number, now: Millis): Millis {
  if (sent.length < limit) return now
  const ends = sent.map(each => each.endedAt ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b)
  return (ends[sent.length - limit] ?? now) + WINDOW_MS
}

/** A card that waits to be edited. `since`: when the oldest of what it has not shown came. */
export type Waiting = { rank: Rank; since: Millis; notBefore: Millis }

/** Which goes next, or when to look again. */
export function nextEdit<T extends Waiting>(
  waiting: readonly T[],
  sent: readonly Sent[],
  now: Millis,
): { next: T | null; wakeAt: Millis } {
  let wakeAt = Number.POSITIVE_INFINITY
  for (const rank of RANKS) {
    const free = mayGoAt(sent, rank, now)
    const ofRank = waiting.filter(each => each.rank === rank)
    for (const each of ofRank.toSorted((a, b) => a.since - b.since)) {
      const at = Math.max(free, each.notBefore)
      if (at <= now) return { next: each, wakeAt: now }
      wakeAt = Math.min(wakeAt, at)
    }
  }
  return { next: null, wakeAt }
}
