import fc from 'fast-check'
import { expect, test } from 'vitest'
import { render } from '../../../src/bot/terminal/render.ts'
import { columnsOf } from '../../../src/bot/terminal/width.ts'
import { confirmCard } from '../../../src/cards/confirm.ts'
import { plain } from '../../../src/cards/text.ts'
import type { Action, Part, View } from '../../../src/cards/view.ts'
import { anyText, anyView } from '../../cards/arbitrary-view.ts'
import { draw, FRAME } from '../../cards/draw.ts'

const COLOUR = /\x1b\[[0-9;]+m/g
const SGR_USED = new Set(['0', '1', '2', '35', '36', '1;36', '4', '1;32', '1;33', '1;31', '1;34'])
const BUTTON = /^(?:│ )?\s*\d+\)/

test('no line is ever wider than the terminal, and no view makes it throw', () => {
  fc.assert(
    fc.property(anyView, fc.integer({ min: 20, max: 160 }), fc.boolean(), (view, columns, colour) => {
      for (const line of render(view, { ...FRAME, columns, colour }).lines) {
        expect(columnsOf(line.replace(COLOUR, ''))).toBeLessThanOrEqual(columns)
      }
    }),
    { numRuns: 300 },
  )
})

test('a narrower terminal than 20 columns is treated as one of 20', () => {
  fc.assert(
    fc.property(anyView, fc.integer({ min: -5, max: 19 }), (view, columns) => {
      expect(render(view, { ...FRAME, columns, colour: false }).lines).toEqual(draw(view, 20))
    }),
  )
})

test('P28 whatever the text, no escape sequence but our own colours reaches the terminal, and none without colour', () => {
  fc.assert(
    fc.property(anyView, fc.option(fc.integer({ min: 20, max: 120 })), (view, columns) => {
      const coloured = render(view, { ...FRAME, columns, colour: true }).lines.join('\n')
      for (const [sequence] of coloured.matchAll(COLOUR)) expect(SGR_USED).toContain(sequence.slice(2, -1))
      expect(coloured.replace(COLOUR, '').replaceAll('\n', '')).not.toMatch(
        /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u,
      )
      expect(render(view, { ...FRAME, columns, colour: false }).lines.join('\n')).toBe(
        coloured.replace(COLOUR, ''),
      )
    }),
    { numRuns: 300 },
  )
})

test('P28 only buttons look like buttons: a numbered line for each action, in order, and for nothing else', () => {
  fc.assert(
    fc.property(anyView, fc.option(fc.integer({ min: 20, max: 120 })), (view, columns) => {
      const { lines, buttons } = render(view, { ...FRAME, columns, colour: false })
      expect(buttons).toEqual(view.parts.flatMap(actionsIn))
      const numbers = lines.flatMap(line => (BUTTON.test(line) ? [Number(/\d+/.exec(line)?.[0])] : []))
      expect(numbers).toEqual(buttons.map((_, index) => index + 1))
    }),
    { numRuns: 300 },
  )
})

test('P28 text of a person beside a button changes neither its line nor its number', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 30, max: 100 }), (text, columns) => {
      const action = { id: 'a', label: 'Cancel', line: 'queue cancel T1' }
      const view = card([
        { t: 'text', runs: [plain(text)] },
        { t: 'log', lines: [text], total: 1 },
        { t: 'actions', items: [action] },
      ])
      const { lines, buttons } = render(view, { ...FRAME, columns, colour: false })
      expect(lines.at(-1)).toBe('  1) Cancel   queue cancel T1')
      expect(buttons).toEqual([action])
    }),
  )
})

test('the aside stands at the right edge, and below the title where there is no room', () => {
  const view = card([], { aside: [plain('@mei · normal')] })
  expect(draw(view, 40)).toEqual(['T1 · queued                @mei · normal'])
  expect(draw(view, 20)).toEqual(['T1 · queued', '@mei · normal'])
  expect(draw(view, null)[0]).toHaveLength(80)
})

test('values are aligned, and go on below themselves', () => {
  const items = [
    { name: 'power', value: [plain('on')] },
    { name: 'console', value: [plain('a b c d e f g h i j k l m n')] },
  ]
  expect(draw(card([{ t: 'fields', items }]), 24).slice(1)).toEqual([
    '  power    on',
    '  console  a b c d e f g',
    '           h i j k l m n',
  ])
})

test('a name that is too long for its column stands alone above its value', () => {
  const items = [
    { name: '--priority high|normal|low', value: [plain('who goes first')] },
    { name: 'x', value: [plain('y')] },
  ]
  expect(draw(card([{ t: 'fields', items }]), 30).slice(1)).toEqual([
    '  --priority high|normal|low',
    '     who goes first',
    '  x  y',
  ])
})

test('tables are aligned in columns of two for wide letters, and empty columns are left out', () => {
  const columns = [{ title: 'id' }, { title: '' }, { title: 'n', align: 'right' as const }]
  const rows = [
    [[plain('漢字')], [], [plain('7')]],
    [[plain('ab')], [], [plain('12')]],
  ]
  expect(draw(card([{ t: 'table', columns, rows }]), 40).slice(1)).toEqual([
    '  id     n',
    '  漢字   7',
    '  ab    12',
  ])
})

test('a table that is too wide is cut, what need not be kept first', () => {
  const columns = [{ title: '', keep: true as const }, { title: '' }]
  const rows = [[[plain('unhealthy: no console')], [plain('somewhere far away')]]]
  expect(draw(card([{ t: 'table', columns, rows }]), 36).slice(1)).toEqual([
    '  unhealthy: no console  somewhere …',
  ])
})

test('steps, bars, folds and rules have their shapes', () => {
  const parts: Part[] = [
    { t: 'progress', done: 31, total: 46, label: '31 of 46 cases' },
    {
      t: 'steps',
      items: [
        { title: 'off', state: 'ok' },
        { title: 'on', state: 'run', note: 'waiting' },
      ],
    },
    { t: 'fold', title: 'more', parts: [{ t: 'text', runs: [plain('inside')] }] },
    { t: 'divider' },
  ]
  expect(draw(card(parts), 20).slice(1)).toEqual([
    '▓▓▓▓▓▓░░░░ 31 of 46',
    'cases',
    '  [ok] off',
    '  [..] on  waiting',
    'more',
    '  inside',
    '─'.repeat(20),
  ])
})

test('a link is never broken where lines are not limited', () => {
  const url = `http://lab/${'x'.repeat(200)}`
  expect(draw(card([{ t: 'text', runs: [plain('Log: '), { r: 'link', text: url, url }] }]), null)[1]).toBe(
    `Log: ${url}`,
  )
})

test('only what is dangerous gets a box, and only on a terminal', () => {
  const view = confirmCard({
    title: 'power off soc-a-001?',
    text: 'T9 runs on it.',
    ok: 'Off',
    line: 'power off soc-a-001 --yes',
  })
  expect(draw(view, 60)).toEqual([
    '┌──────────────────────────────────────┐',
    '│ power off soc-a-001?                 │',
    '│ T9 runs on it.                       │',
    '│   1) Off   power off soc-a-001 --yes │',
    '└──────────────────────────────────────┘',
  ])
  expect(draw(view, null)[0]).toBe('power off soc-a-001?')
})

test('a card that is shown again is its title', () => {
  const view = card([{ t: 'text', runs: [plain('much')] }])
  expect(render(view, { ...FRAME, columns: 80, colour: false, compact: true }).lines).toEqual(['T1 · queued'])
})

function card(parts: readonly Part[], more: Partial<View> = {}): View {
  return {
    kind: 'message',
    topic: 'run/T1',
    rev: 1,
    tone: 'idle',
    title: [plain('T1 · '), plain('queued')],
    summary: '',
    parts,
    ...more,
  }
}

function actionsIn(part: Part): readonly Action[] {
  if (part.t === 'actions') return part.items
  if (part.t === 'form') return [part.submit]
  if (part.t === 'table' && part.more !== undefined) return [part.more]
  return part.t === 'fold' ? part.parts.flatMap(actionsIn) : []
}
