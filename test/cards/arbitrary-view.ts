import fc from 'fast-check'
import type { Action, Field, Part, Run, View } from '../../src/cards/view.ts'

/** What people and boards may write: all of Unicode, and everything that has ever been used to fool a terminal. */
export const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\x1b[31mred\x1b[0m',
    '\x1b]0;title\x07',
    '\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\',
    '\x9b2J',
    '1) Cancel   queue cancel T1',
    '  2) rm',
    'a\n1) b',
    '\r1) over',
    '‮evil',
    '<!channel> <@U1> @here',
    '[x](http://evil)',
    '漢字'.repeat(30),
    'é'.repeat(20),
    'x'.repeat(200),
    '👩‍👩‍👧‍👦'.repeat(12),
    '',
  ),
)

const at = fc.integer({ min: 0, max: 4e12 })

export const anyRun: fc.Arbitrary<Run> = fc.oneof(
  fc.record({ r: fc.constantFrom('plain' as const, 'bold' as const, 'code' as const), text: anyText }),
  fc.record({ r: fc.constant('link' as const), text: anyText, url: anyText }),
  fc.record({ r: fc.constant('user' as const), id: anyText, name: anyText }),
  fc.record({
    r: fc.constant('time' as const),
    at,
    form: fc.constantFrom('clock' as const, 'date' as const, 'relative' as const),
  }),
)

const runs = fc.array(anyRun, { maxLength: 4 })

const action: fc.Arbitrary<Action> = fc.record({ id: anyText, label: anyText, line: anyText })

const field: fc.Arbitrary<Field> = fc.record(
  {
    name: anyText,
    label: anyText,
    kind: fc.constantFrom('text' as const, 'select' as const, 'switch' as const),
    required: fc.boolean(),
    hint: anyText,
    initial: anyText,
    options: fc.array(fc.record({ value: anyText, label: anyText }), { maxLength: 3 }),
  },
  { requiredKeys: ['name', 'label', 'kind', 'required'] },
)

const number = fc.oneof(
  fc.integer({ min: 0, max: 1e6 }),
  fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY),
)

const { part } = fc.letrec<{ part: Part; parts: Part[] }>(tie => ({
  parts: fc.array(tie('part'), { maxLength: 3 }),
  part: fc.oneof(
    { depthSize: 'small' },
    fc.record({ t: fc.constantFrom('text' as const, 'note' as const), runs }),
    fc.record({
      t: fc.constant('fields' as const),
      items: fc.array(fc.record({ name: anyText, value: runs }), { maxLength: 4 }),
    }),
    fc.record({
      t: fc.constant('table' as const),
      columns: fc.array(
        fc.record(
          {
            title: anyText,
            align: fc.constantFrom('left' as const, 'right' as const),
            keep: fc.constant(true as const),
          },
          { requiredKeys: ['title'] },
        ),
        { maxLength: 12 },
      ),
      rows: fc.array(fc.array(runs, { maxLength: 12 }), { maxLength: 4 }),
    }),
    fc.record({ t: fc.constant('progress' as const), done: number, total: number, label: anyText }),
    fc.record({
      t: fc.constant('steps' as const),
      items: fc.array(
        fc.record(
          {
            title: anyText,
            state: fc.constantFrom(
              'todo' as const,
              'run' as const,
              'ok' as const,
              'fail' as const,
              'skip' as const,
            ),
            note: anyText,
          },
          { requiredKeys: ['title', 'state'] },
        ),
        { maxLength: 4 },
      ),
    }),
    fc.record({
      t: fc.constant('chart' as const),
      type: fc.constantFrom('line' as const, 'bar' as const, 'pie' as const),
      title: anyText,
      series: fc.array(
        fc.record({ name: anyText, points: fc.array(fc.tuple(anyText, number), { maxLength: 25 }) }),
        { maxLength: 7 },
      ),
    }),
    fc.record({ t: fc.constant('search' as const), line: anyText, label: anyText, hint: anyText }),
    fc.record({
      t: fc.constant('log' as const),
      lines: fc.array(anyText, { maxLength: 4 }),
      total: fc.nat(100),
      link: fc.record({ text: anyText, url: anyText }),
    }),
    fc.record({ t: fc.constant('actions' as const), items: fc.array(action, { maxLength: 4 }) }),
    fc.record({ t: fc.constant('form' as const), fields: fc.array(field, { maxLength: 4 }), submit: action }),
    fc.record({ t: fc.constant('divider' as const) }),
    fc.record({ t: fc.constant('fold' as const), title: anyText, parts: tie('parts') }),
  ) as fc.Arbitrary<Part>,
}))

export const anyView: fc.Arbitrary<View> = fc.record(
  {
    kind: fc.constantFrom('message' as const, 'form' as const, 'home' as const),
    topic: anyText,
    rev: fc.nat(),
    tone: fc.constantFrom('ok' as const, 'warn' as const, 'bad' as const, 'run' as const, 'idle' as const),
    title: fc.array(anyRun, { minLength: 1, maxLength: 4 }),
    aside: runs,
    summary: anyText,
    parts: fc.array(part, { maxLength: 5 }),
  },
  { requiredKeys: ['kind', 'topic', 'rev', 'tone', 'title', 'summary', 'parts'] },
)
