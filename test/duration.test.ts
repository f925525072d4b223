import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../src/duration.ts'

const HOUR = 3_600_000

describe('durations', () => {
  it.each([
    ['30min', 30 * 60_000],
    ['30m', 30 * 60_000],
    ['5s', 5000],
    ['2h', 2 * HOUR],
    ['7d', 7 * 24 * HOUR],
    ['1h30min', 1.5 * HOUR],
    [' 1 h 30 min ', 1.5 * HOUR],
    ['1.5h', 1.5 * HOUR],
    ['250ms', 250],
    ['0s', 0],
    ['2 Hours', 2 * HOUR],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    '',
    '30',
    'min',
    '5x',
    '-5s',
    '30min1h',
    '5s5s',
    '1e3s',
    '5s!',
    's5',
    '∞s',
    '9999999999999999d',
    '9 007 199d',
  ])('finds none in "%s"', text => {
    expect(parseDuration(text)).toBeNull()
  })

  it('writes what it reads: any whole number of milliseconds comes back the same', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), ms => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
      { numRuns: 500 },
    )
  })

  it('takes any text: a duration or null, never a throw, never less than nothing', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[0-9. a-z]{0,20}$/))
    fc.assert(
      fc.property(texts, text => {
        const ms = parseDuration(text)
        expect(ms === null || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
