import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs, nextOf, planFor } from '../../src/mail/delivery.ts'
import type { OutboxItem } from '../../src/mail/types.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 10, 20, 12)

function item(part: Partial<OutboxItem>): OutboxItem {
  return {
    key: 'k',
    channel: 'terminal',
    topic: 'run/T1',
    kind: 'outcome',
    to: 'mei',
    createdAt: NOW,
    attempts: 0,
    nextAt: NOW,
    ...part,
  }
}

test('the back-off starts at 1 s, doubles, and stays at 5 min', () => {
  expect([1, 2, 3, 4, 9, 10, 5000].map(backoffMs)).toEqual([
    1000, 2000, 4000, 8000, 256_000, 300_000, 300_000,
  ])
})

test('the back-off never shrinks with more attempts and is between 1 s and 5 min', () => {
  fc.assert(
    fc.property(fc.nat(3000), attempts => {
      expect(backoffMs(attempts + 1)).toBeGreaterThanOrEqual(backoffMs(attempts))
      expect(backoffMs(attempts)).toBeGreaterThanOrEqual(1000)
      expect(backoffMs(attempts)).toBeLessThanOrEqual(300_000)
    }),
  )
})

test('whatever the wall clock says, no stored item waits longer than the longest back-off or lives longer than it may', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), fc.nat(), (nextAt, createdAt, mono) => {
      const plan = planFor(item({ nextAt, createdAt }), NOW, mono, 24 * HOUR)
      expect(plan.dueAt - mono).toBeGreaterThanOrEqual(0)
      expect(plan.dueAt - mono).toBeLessThanOrEqual(300_000)
      expect(plan.deadAt - mono).toBeGreaterThanOrEqual(0)
      expect(plan.deadAt - mono).toBeLessThanOrEqual(24 * HOUR)
    }),
  )
})

test('the age that an item had before a restart counts', () => {
  const plan = planFor(item({ createdAt: NOW - 23 * HOUR, nextAt: NOW + 5000 }), NOW, 100, 24 * HOUR)
  expect(plan).toEqual({ attempts: 0, dueAt: 5100, deadAt: 100 + HOUR })
})

const lanes = fc.array(fc.record({ to: fc.constantFrom('a', 'b', 'c'), dueAt: fc.nat(20) }), {
  maxLength: 12,
})

test('what is sent next is due, has none before it for its receiver, and no other such is due for longer; none is sent only when none could be', () => {
  fc.assert(
    fc.property(lanes, fc.nat(20), (lane, mono) => {
      const items = lane.map(({ to, dueAt }, i) => item({ key: `${i}`, to, nextAt: dueAt }))
      const heads = items.filter((one, i) => items.findIndex(other => other.to === one.to) === i)
      const longest = heads.toSorted((a, b) => a.nextAt - b.nextAt)[0]
      const next = nextOf(items, one => one.nextAt, mono)
      expect(next.item).toBe(longest !== undefined && longest.nextAt <= mono ? longest : null)
      expect(next.wakeAt).toBe(longest?.nextAt ?? Number.POSITIVE_INFINITY)
    }),
    { numRuns: 300 },
  )
})
