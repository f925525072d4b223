import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { marksOf } from '../../../../src/http/pages/log/marks.ts'
import { textOf } from '../../../../src/http/pages/log/rows.ts'
import { beginningOf, PAGE_LINES, pagerOf } from '../../../../src/http/pages/log/window.ts'
import { textOfMarkup } from '../../../../src/http/pages/markup.ts'
import type { PageLine } from '../../../../src/lab/lab.ts'
import type { Run } from '../../../../src/lab/types.ts'
import { stripAnsi } from '../../../../src/reading/ansi.ts'
import { makeAttempt, makeResult, makeRun, NOON } from '../../../commands/lab-port.ts'
import { get } from '../../rig.ts'
import { type LogRig, startLogRig } from './rig.ts'

async function rigOf(begin: Partial<Run> = {}): Promise<LogRig> {
  const rig = await startLogRig(begin)
  onTestFinished(() => rig.close())
  return rig
}

const PANICKED: Partial<Run> = {
  state: 'failed',
  attempts: [
    makeAttempt({ board: 'soc-a-001', title: 'oops: first', lines: [3, 4], message: 'It oopsed.' }),
    makeAttempt({ number: 2 }),
  ],
  result: makeResult({
    title: 'kernel panic: Fatal exception',
    lines: [700, 710],
    events: [
      { at: NOON, kind: 'panic', severity: 'ends', title: 'panic', lines: [705, 706] },
      { at: NOON, kind: 'warning', severity: 'told', title: 'WARNING at foo', lines: [12, 14] },
    ],
  }),
}

const PARTS: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}

test('P28 the mark-up of a line is pieces with looks and nothing else, and its text is the line', () => {
  const noisy = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 10 }),
        fc.constantFrom('<script>', '</span>', '"', "'", '&lt;', '<img src=x onerror=alert(1)>'),
        fc.constantFrom('\x1b[31m', '\x1b[1;4m', '\x1b[0m', '\x1b[38;5;208m', '\x1b]8;;javascript:x\x07'),
      ),
      { maxLength: 15 },
    )
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(noisy, text => {
      const made = textOfMarkup(textOf({ text, t: 0 }))
      const bare = made.replace(/<span class="[a-z0-9 -]*">|<\/span>/g, '')
      expect(bare).not.toMatch(/[<>"']/)
      expect(bare.replace(/&(amp|lt|gt|quot|#39);/g, entity => PARTS[entity] ?? '')).toBe(stripAnsi(text))
    }),
    { numRuns: 1_000 },
  )
})

test('going on from page to page without scripts, every line is seen once, in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), lines => {
      let seen = 0
      for (let from: number | null = 1; from !== null; ) {
        expect(from).toBe(seen + 1)
        const shown: PageLine[] = Array.from({ length: Math.min(PAGE_LINES, lines - from + 1) }, () => ({
          text: '',
          t: 0,
        }))
        seen += shown.length
        const pager = pagerOf({ from, lines, shown })
        expect(pager.before === null).toBe(from === 1)
        from = pager.next
      }
      expect(seen).toBe(lines)
    }),
    { numRuns: 200 },
  )
})

test.for([
  [null, null, 5_000, 4_501],
  [null, 700, 5_000, 650],
  [null, 20, 5_000, 1],
  [123, 700, 5_000, 123],
  [9_999, 700, 5_000, 5_000],
  [null, null, 0, 1],
] as const)(
  'asked for line %j, proved by %j, of %i lines: it begins with %i',
  ([asked, line, lines, expected]) => {
    const mark = line === null ? null : { from: line, to: line, kind: 'verdict' as const, title: '' }
    expect(beginningOf(asked, mark, lines)).toBe(expected)
  },
)

test('the last console has what the test ended by and what else was told, each other log its own', () => {
  const run = makeRun(PANICKED)
  expect(marksOf(run, 'console-2.log', [])).toEqual([
    { from: 12, to: 14, kind: 'told', title: 'WARNING at foo' },
    { from: 700, to: 710, kind: 'verdict', title: 'kernel panic: Fatal exception' },
  ])
  expect(marksOf(run, 'console.log', [])).toEqual([{ from: 3, to: 4, kind: 'verdict', title: 'oops: first' }])
  expect(marksOf(run, 'output.log', [])).toEqual([])
})

test('the page shows the lines around what the test ended by, marked, with the other logs as tabs', async () => {
  const rig = await rigOf(PANICKED)
  const text = Array.from({ length: 3_000 }, (_, n) => `line ${n + 1}\n`).join('')
  for (const file of ['output.log', 'console-2.log', 'console.log']) rig.put(file, text)
  const page = await get(rig.port, '/artifacts/T12/console-2.log')
  expect(page.status).toBe(200)
  expect(page.text.match(/class="row mark-verdict"/g)).toHaveLength(11)
  expect(page.text).toContain(
    '<strong>kernel panic: Fatal exception</strong> <a class="jump" href="#L700">lines 700–710</a>',
  )
  const tabs = [...page.text.matchAll(/<a href="\.\/([\w.-]+)" title="[^"]*"( aria-current="page")?>/g)]
  expect(tabs.map(([, name, here]) => `${name}${here === undefined ? '' : ' here'}`)).toEqual([
    'console.log',
    'console-2.log here',
    'output.log',
  ])
  expect(page.headers['content-security-policy']).toMatch(
    /default-src 'none'; script-src 'self'; style-src 'self'/,
  )
  expect(page.text).not.toMatch(/ style=| on[a-z]+=|<script>|<style/)

  const first = await get(rig.port, '/artifacts/T12/console.log')
  expect(first.text).toContain('<strong>Attempt 1 on soc-a-001: oops: first</strong>')
  const output = await get(rig.port, '/artifacts/T12/output.log')
  expect(output.text).toContain('href="./console-2.log#L700">lines 700–710 of console-2.log</a>')
})

test('the log of a test that has not begun is an empty page that waits for it, of one that is over there is none', async () => {
  const rig = await rigOf({ state: 'queued' })
  const page = await get(rig.port, '/artifacts/T12/console.log')
  expect([page.status, page.text.includes('Nothing was printed yet.')]).toEqual([200, true])
  rig.be({ state: 'cancelled' })
  expect((await get(rig.port, '/artifacts/T12/console.log')).status).toBe(404)
})

test('cases that failed come first, each with the way to its line; of very many the first thousand', async () => {
  const totals = {
    pass: 2_000,
    fail: 1,
    skip: 0,
    xfail: 0,
    xpass: 0,
    error: 0,
    total: 2_001,
    announced: null,
  }
  const rig = await rigOf({
    state: 'failed',
    attempts: [makeAttempt()],
    result: makeResult({ cases: { totals, problems: [], notes: [], failed: [] } }),
  })
  for (let n = 1; n <= 2_001; n++) {
    rig.cases.push({
      ...{ name: `case ${n}`, suite: '', format: 'tap', durationMs: null, measurement: null, output: [] },
      ...{ result: n === 1_990 ? 'fail' : 'pass', reason: n === 1_990 ? 'got 5' : null, lines: [n, n] },
    })
  }
  rig.put('console.log', 'x\n')
  rig.put('output.log', 'x\n'.repeat(2_001))
  const beside = await get(rig.port, '/artifacts/T12/console.log')
  expect(beside.text.match(/<li class="case/g)).toHaveLength(1_000)
  expect(/<li class="case .*/.exec(beside.text)?.[0]).toContain(
    '<li class="case bad"><span class="result">failed</span> <a href="./output.log?from=1970#L1990">case 1990</a>',
  )
  const own = await get(rig.port, '/artifacts/T12/output.log')
  expect(own.text).toContain('<a href="#L1990">case 1990</a>')
  expect(own.text).toMatch(/<div class="row mark-case" title="case 1990: got 5"><a class="num" id="L1990"/)
})
