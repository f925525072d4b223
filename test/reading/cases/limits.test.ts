import { expect, test } from 'vitest'
import { createCaseReader } from '../../../src/reading/cases/reader.ts'
import type { Line } from '../../../src/reading/lines.ts'
import { read } from './reading.ts'

/** Three seconds of work; much more on a machine that is busy with other tests. */
const PATIENCE_MS = 120_000

function lineOf(text: string, at: number): Line {
  return { from: at, to: at + text.length + 1, text, complete: true, overwritten: false }
}

test(
  'M6.6 a million cases are counted; the failed ones and the first of the others are listed, and that is said',
  () => {
    const reader = createCaseReader({ failed: 5, others: 7, outputCharacters: 100, problems: 3 })
    let at = 0
    const push = (text: string): void => {
      reader.push(lineOf(text, at))
      at += text.length + 1
    }
    push('TAP version 14')
    push('1..1000000')
    for (let number = 1; number <= 1_000_000; number++) {
      if (number % 1000 === 0) push('output of a failed one')
      push(`${number % 1000 === 0 ? 'not ok' : 'ok'} ${number} - case ${number}`)
      if (number === 500_000) expect(reader.totals()).toMatchObject({ total: 500_000, announced: 1_000_000 })
    }
    const report = reader.end()
    expect(report.totals).toMatchObject({ total: 1_000_000, pass: 999_000, fail: 1000, announced: 1_000_000 })
    expect(report.cases).toHaveLength(12)
    expect(report.cases.filter(({ result }) => result === 'fail').map(({ name }) => name)).toContain(
      'case 5000',
    )
    expect(report.cases.map(({ output }) => output.length).reduce((sum, size) => sum + size)).toBe(4)
    expect(report.notes).toEqual([
      '1000 cases failed; the first 5 of them are listed',
      '999000 cases did not fail; the first 7 of them are listed',
      'the output of later failures is left out: there was too much of it',
    ])
    expect(report.problems).toEqual([])
  },
  PATIENCE_MS,
)

test('as many problems as anybody reads, and how many more there are', () => {
  const reader = createCaseReader({ failed: 5, others: 7, outputCharacters: 100, problems: 3 })
  const lines = ['1..9', ...Array.from({ length: 9 }, () => 'ok 1 a')]
  for (const text of lines) reader.push(lineOf(text, 0))
  const { problems } = reader.end()
  expect(problems).toHaveLength(4)
  expect(problems[3]).toMatch(/^… and \d+ more$/)
})

test.each([
  ' ',
  '[',
  '<',
  '#',
  '# ',
  '<LAVA',
  'ok 1 # ',
  'ok 1 x  ',
  '[ RUN      ] ',
  'a=',
  'aaaa',
  ': ',
  '1..',
])('a line of nothing but "%s" is read in time', piece => {
  const line = piece.repeat(Math.ceil(16_000 / piece.length))
  const text = `TAP version 13\n1..9\nok 1 ${line}[\n<LAVA_SIGNAL_TESTCASE ${line}>\n${`${line}\n`.repeat(200)}`
  expect(read(text).totals.total).toBeGreaterThan(0)
})

test('the output of a failure is the end of what was printed before it', () => {
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`)
  const [failed] = read(`1..1\n${lines.join('\n')}\n${'x'.repeat(900)}\nnot ok 1 a\n`).cases
  expect(failed?.output).toHaveLength(101)
  expect(failed?.output[0]).toBe('… (earlier lines are in the log)')
  expect(failed?.output[99]).toBe('line 499')
  expect(failed?.output[100]).toBe(`${'x'.repeat(400)}…`)
})
