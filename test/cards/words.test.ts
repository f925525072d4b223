import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  clockTime,
  dateTime,
  elapsed,
  lasted,
  percent,
  quick,
  relative,
  size,
  span,
} from '../../src/cards/words.ts'

const HOUR = 3_600_000
const NOON = Date.UTC(2026, 10, 20, 12)

test.each([
  [0, '00:00'],
  [42_000, '00:42'],
  [72_999, '01:12'],
  [HOUR + 123_000, '1:02:03'],
  [-5, '00:00'],
])('%d ms have gone on for %s', (ms, text) => {
  expect(elapsed(ms)).toBe(text)
})

test.each([
  [0, '0 s'],
  [9_000, '9 s'],
  [59_400, '59 s'],
  [6 * 60_000, '6 min'],
  [2 * HOUR, '2 h'],
  [1.5 * HOUR, '1 h 30 min'],
  [59.6 * 60_000, '1 h'],
  [49 * HOUR, '2 days'],
])('%d ms are %s', (ms, text) => {
  expect(span(ms)).toBe(text)
})

test.each([
  [0, '0 B'],
  [812, '812 B'],
  [999.6, '1 kB'],
  [18_000, '18 kB'],
  [1_200_000, '1.2 MB'],
  [5_000_000, '5 MB'],
  [12e9, '12 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(size(bytes)).toBe(text)
})

test('times are of the deployment: today a clock, this week a day, else a date', () => {
  const frame = { now: NOON, timeZone: 'Asia/Shanghai' }
  expect(clockTime(NOON + 3.5 * HOUR, frame)).toBe('23:30')
  expect(clockTime(NOON + 13 * HOUR, frame)).toBe('Sat 09:00')
  expect(clockTime(NOON - 30 * 24 * HOUR, frame)).toBe('2026-10-21 20:00')
  expect(dateTime(NOON, { now: NOON, timeZone: 'UTC' })).toBe('2026-11-20 12:00')
  expect(relative(NOON - 3 * 60_000, frame)).toBe('3 min ago')
  expect(relative(NOON + 6 * 60_000, frame)).toBe('in 6 min')
})

test('a share that is not the whole is never shown as 100 %', () => {
  expect(percent(0.9999)).toBe('99 %')
  expect(percent(1)).toBe('100 %')
  expect(quick(12)).toBe('12 ms')
  expect([lasted(85), lasted(72_000)]).toEqual(['85 ms', '01:12'])
})

test('longer is never shown as shorter: sizes keep their order', () => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const weight = (text: string): number => {
    const [number = '', unit = ''] = text.split(' ')
    return Number(number) * 1000 ** units.indexOf(unit)
  }
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.nat(2 ** 40), (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a]
      expect(weight(size(less))).toBeLessThanOrEqual(weight(size(more)))
    }),
  )
})
