import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chartLines } from '../../../src/bot/terminal/chart.ts'
import { paint } from '../../../src/bot/terminal/ink.ts'
import { columnsOf } from '../../../src/bot/terminal/width.ts'
import type { Chart } from '../../../src/cards/view.ts'
import { anyText } from '../../cards/arbitrary-view.ts'

function drawn(chart: Omit<Chart, 't'>, columns: number | null = 80): readonly string[] {
  return chartLines({ t: 'chart', ...chart }, columns).map(line => paint(line, false))
}

const points = (...values: readonly number[]): readonly (readonly [string, number])[] =>
  values.map((value, at) => [`day ${at + 1}`, value] as const)

test('a line is a row that says where it is now, and between what it was', () => {
  const series = [
    { name: 'passed', points: points(3, 8, 0, 12, 7.25) },
    { name: 'failed', points: points(1, 1, 0, 0, 0) },
  ]
  expect(drawn({ type: 'line', title: 'Tests a day', series, unit: 'tests' })).toEqual([
    'Tests a day',
    '  passed  ▃▆▁█▅  7.25 now (0 to 12 tests)',
    '  failed  ██▁▁▁  0 now (0 to 1 tests)',
    '  day 1 to day 5',
  ])
})

test('bars are as long as their numbers, to an eighth of a letter', () => {
  const bars = [
    ['soc-a-001', 16],
    ['soc-a-002', 0],
    ['soc-b-001', 5],
  ] as const
  expect(drawn({ type: 'bar', title: 'Load', series: [{ name: 'x', points: bars }], unit: 'h' }, 40)).toEqual(
    [
      'Load',
      '  soc-a-001  █████████████████████  16 h',
      '  soc-a-002                         0 h',
      '  soc-b-001  ██████▋                5 h',
    ],
  )
})

test('slices of a pie tell their share', () => {
  const ends = [
    ['passed', 3],
    ['failed', 1],
  ] as const
  expect(drawn({ type: 'pie', title: 'Ends', series: [{ name: 'x', points: ends }] }, 40)).toEqual([
    'Ends',
    '  passed  █████████████████████  3  75 %',
    '  failed  ███████                1  25 %',
  ])
})

test('a chart of nothing says so', () => {
  expect(drawn({ type: 'line', title: 'Load', series: [] })).toEqual(['Load', '  no numbers yet'])
  const broken = [{ name: 'x', points: points(Number.NaN, Number.POSITIVE_INFINITY) }]
  expect(drawn({ type: 'bar', title: 'Load', series: broken })).toEqual(['Load', '  no numbers yet'])
})

test('P28 no chart is wider than the terminal, whatever its numbers and names', () => {
  const series = fc.record({
    name: anyText,
    points: fc.array(fc.tuple(anyText, fc.double()), { maxLength: 30 }),
  })
  fc.assert(
    fc.property(
      fc.constantFrom('line' as const, 'bar' as const, 'pie' as const),
      anyText,
      fc.array(series, { maxLength: 4 }),
      fc.integer({ min: 20, max: 120 }),
      (type, words, all, columns) => {
        for (const line of drawn({ type, title: words, series: all, unit: words }, columns)) {
          expect(columnsOf(line)).toBeLessThanOrEqual(columns)
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('a line with no room for all of its points says from where on it shows them', () => {
  const points = Array.from({ length: 20 }, (_, n) => [`d${n + 1}`, n] as const)
  const lines = chartLines(
    { t: 'chart', type: 'line', title: 'Tests', series: [{ name: 'all', points }] },
    34,
  )
  const text = lines.map(line => line.map(each => each.text).join(''))
  const shown = /[▁▂▃▄▅▆▇█]+/.exec(text[1] ?? '')?.[0].length ?? 0
  expect(shown).toBeLessThan(20)
  expect(text[2]).toBe(`  d${21 - shown} to d20`)
})
