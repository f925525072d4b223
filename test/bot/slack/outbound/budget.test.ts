import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  mayGoAt,
  nextEdit,
  RANKS,
  type Rank,
  type Sent,
  WINDOW_MS,
} from '../../../../src/bot/slack/outbound/budget.ts'

const rank = fc.constantFrom<Rank>(...RANKS)
const asked = fc.record({ rank, at: fc.nat(120_000), takesMs: fc.nat(3_000) })

/** Sends what is asked as soon as it may go, one after the other. */
function play(
  all: readonly { rank: Rank; at: number; takesMs: number }[],
): { rank: Rank; sentAt: number; endedAt: number }[] {
  let now = 0
  const done: { rank: Rank; sentAt: number; endedAt: number }[] = []
  for (const { rank: of, at, takesMs } of all.toSorted((a, b) => a.at - b.at)) {
    now = Math.max(now, at)
    const sent = done.map((each): Sent => ({ rank: each.rank, endedAt: each.endedAt }))
    now = mayGoAt(sent, of, now)
    done.push({ rank: of, sentAt: now, endedAt: now + takesMs })
    now += takesMs
  }
  return done
}

test('however edits are asked for, Slack never counts more than 50 of them in 60 s, nor more than 30 that are no outcomes', () => {
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 200, size: 'max' }), all => {
      const done = play(all)
      for (const kind of ['all', 'others'] as const) {
        const limit = kind === 'all' ? 50 : 30
        const these = done.filter(each => kind === 'all' || each.rank !== 'outcome')
        // Slack counts each somewhere between its being sent and its answer: the worst is the latest, then the earliest.
        for (let n = limit; n < these.length; n++) {
          const span = (these[n]?.sentAt ?? 0) - (these[n - limit]?.endedAt ?? 0)
          expect(span).toBeGreaterThanOrEqual(WINDOW_MS)
        }
      }
    }),
    { numRuns: 150 },
  )
})

test('whatever else was sent, 20 outcomes may go at once if the last minute had none', () => {
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 120, size: 'max' }), all => {
      const before = play(
        all.map(each => (each.rank === 'outcome' ? { ...each, rank: 'progress' as const } : each)),
      )
      const now = before.at(-1)?.endedAt ?? 0
      const sent: Sent[] = before.map(({ rank: of, endedAt }) => ({ rank: of, endedAt }))
      for (let n = 0; n < 20; n++) {
        expect(mayGoAt(sent, 'outcome', now)).toBe(now)
        sent.push({ rank: 'outcome', endedAt: null })
      }
    }),
    { numRuns: 100 },
  )
})

test('replies go before outcomes, outcomes before progress, the one that has waited longest first', () => {
  const waiting = fc.record({ rank, since: fc.nat(1_000), notBefore: fc.nat(2_000) })
  fc.assert(
    fc.property(fc.array(waiting, { maxLength: 20 }), all => {
      const { next, wakeAt } = nextEdit(all, [], 1_000)
      const due = all.filter(each => each.notBefore <= 1_000)
      if (next === null) {
        expect(due).toEqual([])
        expect(wakeAt).toBe(Math.min(Number.POSITIVE_INFINITY, ...all.map(each => each.notBefore)))
        return
      }
      expect(due).toContain(next)
      const place = RANKS.indexOf(next.rank)
      for (const each of due) {
        expect(RANKS.indexOf(each.rank)).toBeGreaterThanOrEqual(place)
        if (each.rank === next.rank) expect(each.since).toBeGreaterThanOrEqual(next.since)
      }
    }),
    { numRuns: 200 },
  )
})

test('an edit under way counts until a minute after its answer', () => {
  const sent: Sent[] = Array.from({ length: 50 }, () => ({ rank: 'outcome', endedAt: null }))
  expect(mayGoAt(sent, 'outcome', 1_000_000)).toBe(Number.POSITIVE_INFINITY)
  const [first] = sent
  if (first !== undefined) first.endedAt = 1_000_000
  expect(mayGoAt(sent, 'outcome', 1_000_001)).toBe(1_000_000 + WINDOW_MS)
})
