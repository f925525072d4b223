import { expect, test } from 'vitest'
import { renderHome } from '../../../../src/bot/slack/render/render.ts'
import { bold, plain } from '../../../../src/cards/text.ts'
import type { Chart, Part } from '../../../../src/cards/view.ts'
import { FRAME } from '../../../cards/draw.ts'
import { bodyOf, viewOf } from './body.ts'
import { wordsIn } from './payload.ts'

const TABLE: Part = {
  t: 'table',
  caption: 'waiting',
  columns: [{ title: 'id' }, { title: 'nothing' }, { title: 'took', align: 'right' }],
  rows: [
    [[bold('T1')], [], [plain('42 s')]],
    [[plain('T12')], [], [plain('7 s')]],
  ],
}

test('the first table of a message is one of Slack’s; all others, and all of Home, are columns of letters', () => {
  const [, table, , second] = bodyOf(TABLE, TABLE)
  expect(table).toMatchObject({
    type: 'table',
    column_settings: [{ align: 'left' }, { align: 'right' }],
    rows: [
      [{ text: 'id' }, { text: 'took' }],
      [{ type: 'rich_text' }, { text: '42 s' }],
      [{ text: 'T12' }, { text: '7 s' }],
    ],
  })
  const letters = 'id   took\nT1   42 s\nT12   7 s'
  expect(wordsIn(second)).toBe(letters)
  expect(wordsIn(renderHome(viewOf(TABLE), FRAME).blocks)).toContain(letters)
})

test('a table without a head is not one of Slack’s, which would take its first row for one', () => {
  const [block] = bodyOf({
    t: 'table',
    columns: [{ title: '' }],
    rows: [[[plain('ok 1')]], [[plain('ok 2')]]],
  })
  expect(wordsIn(block)).toBe('ok 1\nok 2')
})

test('wide letters keep the columns straight', () => {
  const columns = [{ title: 'what' }, { title: 'who' }]
  const rows = [
    [[plain('漢字')], [plain('mei')]],
    [[plain('abcd')], [plain('li')]],
  ]
  const [, , letters] = bodyOf(
    { t: 'table', columns: [{ title: 'a' }], rows: [[[plain('b')]]] },
    { t: 'divider' },
    { t: 'table', columns, rows },
  )
  expect(wordsIn(letters)).toBe('what  who\n漢字  mei\nabcd  li')
})

const CHART: Chart = {
  ...{ t: 'chart', type: 'line', title: 'Tests a day', unit: 'tests' },
  series: [
    {
      name: 'passed',
      points: [
        ['Mon', 3],
        ['Tue', 8],
      ],
    },
  ],
}

test('two charts of a message are Slack’s, a third and all of Home are letters', () => {
  const blocks = bodyOf(CHART, CHART, CHART)
  expect(blocks.map(block => block.type)).toEqual(['data_visualization', 'data_visualization', 'rich_text'])
  expect(blocks[0]).toMatchObject({
    title: 'Tests a day',
    chart: {
      type: 'line',
      series: [
        {
          name: 'passed',
          data: [
            { label: 'Mon', value: 3 },
            { label: 'Tue', value: 8 },
          ],
        },
      ],
      axis_config: { categories: ['Mon', 'Tue'], y_label: 'tests' },
    },
  })
  expect(wordsIn(blocks[2])).toBe('Tests a day\npassed  ▄█  8 now (3 to 8 tests)\nMon to Tue')
  expect(wordsIn(renderHome(viewOf(CHART), FRAME).blocks)).toContain('Tests a day\npassed')
})

test.each<[string, Partial<Chart>]>([
  [
    'more points than Slack takes',
    { series: [{ name: 'a', points: Array.from({ length: 21 }, (_, at) => [`${at}`, at] as const) }] },
  ],
  ['more series', { series: Array.from({ length: 7 }, (_, at) => ({ name: `${at}`, points: [['a', 1]] })) }],
  [
    'two points of one label',
    {
      series: [
        {
          name: 'a',
          points: [
            ['x'.repeat(30), 1],
            [`${'x'.repeat(29)}y`, 2],
          ],
        },
      ],
    },
  ],
  ['no number', { series: [{ name: 'a', points: [['a', Number.NaN]] }] }],
  [
    'series that do not match',
    {
      series: [
        { name: 'a', points: [['a', 1]] },
        { name: 'b', points: [['b', 1]] },
      ],
    },
  ],
  [
    'a pie of seven',
    {
      type: 'pie',
      series: [{ name: 'a', points: Array.from({ length: 7 }, (_, at) => [`${at}`, 1] as const) }],
    },
  ],
])('a chart of %s is drawn in letters', (_, more) => {
  expect(bodyOf({ ...CHART, ...more }).map(block => block.type)).toEqual(['rich_text'])
})
