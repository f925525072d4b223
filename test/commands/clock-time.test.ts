import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gutterTime } from '../../src/cards/words.ts'
import { latestMoment } from '../../src/commands/clock-time.ts'

const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Shanghai', 'America/St_Johns', 'Pacific/Auckland')
const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) })
const DAY = 86_400_000

test('a time of day means its latest moment that has passed, and clocks there showed just that', () => {
  fc.assert(
    fc.property(zone, moment, moment, (timeZone, at, before) => {
      const text = gutterTime(at, { now: at, timeZone })
      const found = latestMoment(text, timeZone, before)
      expect(found).not.toBeNull()
      expect(found ?? 0).toBeLessThanOrEqual(before)
      // Two hours of grace: the nights in which clocks are put back or forward have other lengths.
      expect(before - (found ?? 0)).toBeLessThan(DAY + 7_200_000)
      const shown = gutterTime(found ?? 0, { now: found ?? 0, timeZone })
      // An hour that a night leaves out is read as the hour beside it.
      if (shown !== text) expect(Math.abs(offsetOf(shown) - offsetOf(text))).toBe(3600)
    }),
    { numRuns: 500 },
  )
})

function offsetOf(text: string): number {
  const [h = 0, m = 0, s = 0] = text.split(':').map(Number)
  return (h * 60 + m) * 60 + s
}

test.each(['14:02', '4:02', '23:59:59'])('%s is a time of day', text => {
  expect(latestMoment(text, 'UTC', Date.UTC(2026, 10, 20, 12))).not.toBeNull()
})

test.each(['', '24:00', '12:60', '14.02', 'noon', '14:02:61', '2026-11-20'])('"%s" is none', text => {
  expect(latestMoment(text, 'UTC', Date.UTC(2026, 10, 20, 12))).toBeNull()
})

test('yesterday evening is meant in the morning', () => {
  expect(latestMoment('23:50', 'UTC', Date.UTC(2026, 10, 20, 0, 10))).toBe(Date.UTC(2026, 10, 19, 23, 50))
})
