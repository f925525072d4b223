import { describe, expect, test } from 'vitest'
import { compareCard } from '../../src/cards/compare.ts'
import { type RunFacts, runCard } from '../../src/cards/run.ts'
import { runTelling } from '../../src/cards/run-telling.ts'
import { textOf } from '../../src/cards/text.ts'
import type { FailedCase, Run, RunCases } from '../../src/lab/types.ts'
import { makeAttempt, makeResult, makeRun, NOON } from '../commands/lab-port.ts'
import { draw, FRAME } from './draw.ts'

const DAY = 24 * 3_600_000
const TWO_DAYS_AGO = NOON - 2 * DAY
const NONE = { pass: 0, fail: 0, skip: 0, xfail: 0, xpass: 0, error: 0 }
const SAME = { newlyFailing: 0, newlyPassing: 0, stillFailing: 0, changed: 0, appeared: 0, gone: 0, same: 0 }

const SWAP: FailedCase = {
  name: 'atomic_swap',
  result: 'fail',
  reason: 'expected 4, got 5',
  output: ['# expected 4, got 5', '# at swap.c:31'],
  line: 412,
  passed: { run: 'T121', at: TWO_DAYS_AGO },
  isNew: true,
}

function casesOf(more: Partial<RunCases> = {}): RunCases {
  return {
    totals: { ...NONE, pass: 45, fail: 1, total: 46, announced: 46 },
    problems: [],
    notes: [],
    failed: [SWAP],
    compared: { with: { run: 'T121', at: TWO_DAYS_AGO }, ...SAME, newlyFailing: 1, same: 45 },
    ...more,
  }
}

function failedRun(cases: RunCases, exitStatus = 1): Run {
  const result = makeResult({
    exitStatus,
    failure: { class: 'test', cause: 'test cases', blame: 'none' },
    title: '1 of 46 cases failed',
    message: '1 of 46 cases failed.',
    copied: null,
    cases,
  })
  const storedAt = NOON
  const files = ['results.xml', 'cases.json'].map(name => ({
    name,
    size: 9,
    sha256: 'c',
    type: 'x',
    storedAt,
  }))
  return makeRun({
    state: 'failed',
    times: { failed: NOON },
    attempts: [makeAttempt({ endedAt: NOON })],
    result: { ...result, files: [...result.files, ...files] },
  })
}

function facts(more: Partial<RunFacts>): RunFacts {
  return {
    run: makeRun(),
    waiting: null,
    waitingInAll: 0,
    progress: null,
    tail: null,
    logUrl: 'http://lab/log',
    fileUrl: name => `http://lab/${name}`,
    released: true,
    elsewhere: null,
    attempts: 3,
    ...more,
  }
}

function shown(run: Run, more: Partial<RunFacts> = {}): string[] {
  return draw(runCard(facts({ run, ...more }), FRAME))
}

describe('M6.6 a test with cases', () => {
  test('that runs shows how many of how many, how many failed, and the last of them', () => {
    const run = makeRun({ state: 'running', times: { running: NOON - 42_000 }, attempts: [makeAttempt()] })
    const progress = {
      ...{ stage: 'running' as const, board: 'soc-a-003', startedAt: NOON, copy: null, copied: null },
      ...{ lastLine: null, logBytes: 0 },
      cases: {
        totals: { ...NONE, pass: 30, fail: 1, total: 31, announced: 46 },
        latest: [
          { name: 'memcpy_unaligned', result: 'pass' as const, reason: null },
          { name: 'atomic_swap', result: 'fail' as const, reason: 'expected 4, got 5' },
        ],
      },
    }
    expect(shown(run, { progress, tail: { lines: ['x'], total: 61 } }).slice(0, 5)).toEqual([
      'T128 · hello on soc-a-003 · running 00:42                          @mei · normal',
      '▓▓▓▓▓▓░░░░ 31 of 46 cases · 1 failed',
      '  ok memcpy_unaligned',
      '  not ok atomic_swap  (expected 4, got 5)',
      '  last 2 of 61 lines · log: http://lab/log',
    ])
    const unknown = { ...progress.cases, totals: { ...progress.cases.totals, announced: null } }
    expect(shown(run, { progress: { ...progress, cases: unknown } })[1]).toBe('31 cases · 1 failed')
  })

  test('that failed shows which, since when and why, the status, and the run it can be held against', () => {
    expect(shown(failedRun(casesOf()), { elsewhere: 'soc-a-001' })).toEqual([
      'T128 · hello on soc-a-003 · failed: 1 case                          @mei · 01:12',
      '45 of 46 cases passed. Failed: atomic_swap (new since T121, 2 days ago).',
      '  failed       why                   where',
      '  atomic_swap  expected 4, got 5  line 412',
      'exit status 1 · board released · log (18 kB): http://lab/log · results.xml:',
      'http://lab/results.xml · cases.json: http://lab/cases.json',
      '  1) Run again              tests rerun T128',
      '  2) Run on another board   tests rerun T128 --board soc-a-001',
      '  3) Log                    tests log T128',
      '  4) Compare with T121      tests compare T128 T121',
    ])
  })

  test('that was asked for shows every failed case with what it printed', () => {
    const card = shown(failedRun(casesOf()), { failedCases: [SWAP] })
    expect(card.slice(1, 5)).toEqual([
      '45 of 46 cases passed. Failed: atomic_swap (new since T121, 2 days ago).',
      'atomic_swap · line 412',
      '    # expected 4, got 5',
      '    # at swap.c:31',
    ])
    const many = Array.from({ length: 300 }, (_, index) => ({ ...SWAP, name: `c${index}` }))
    const long = shown(failedRun(casesOf()), { failedCases: many })
    expect(long.length).toBeLessThan(180)
    expect(long).toContain('250 more failed cases: all of them: http://lab/cases.json')
  })

  test.each([
    ['flaky', { flaky: { failed: 3, of: 20 } }, 'atomic_swap (flaky: failed in 3 of the last 20 runs).'],
    [
      'failing for longer',
      { passed: { run: 'T99', at: TWO_DAYS_AGO }, isNew: false },
      'atomic_swap (last passed in T99, 2 days ago).',
    ],
    ['new', { passed: null }, 'Failed: atomic_swap.'],
  ] as const)('one that is %s is said to be', (_, part, words) => {
    const run = failedRun(casesOf({ failed: [{ ...SWAP, ...part }] }))
    expect(draw(runCard(facts({ run }), FRAME), null)[1]).toContain(words)
  })

  test('that lost some says how many, what else is wrong, and nothing twice', () => {
    const problems = ['the results from line 1: 46 announced, 44 seen', 'line 31: numbers jump from 12 to 14']
    const totals = { ...NONE, pass: 40, skip: 2, xfail: 1, xpass: 1, total: 44, announced: 46 }
    const cases = casesOf({ totals, problems, failed: [], notes: ['a note'] })
    const run = makeRun({ state: 'passed', attempts: [makeAttempt()], result: makeResult({ cases }) })
    expect(draw(runCard(facts({ run }), FRAME), null).slice(1, 5)).toEqual([
      '40 of 44 cases passed, 2 skipped, 1 failed as expected, 1 passed although expected to fail. 46 announced, 44 seen: 2 results are missing.',
      'line 31: numbers jump from 12 to 14.',
      'a note.',
      '  hello, world',
    ])
  })

  test('that died of a panic shows the cases seen before it', () => {
    const proof = ['Kernel panic - not syncing: Fatal exception']
    const failure = { class: 'test', cause: 'panic', blame: 'none' } as const
    const title = 'kernel panic: Fatal exception'
    const result = makeResult({ failure, title, message: 'The kernel died.', proof, cases: casesOf() })
    const card = shown(makeRun({ state: 'failed', attempts: [makeAttempt()], result }))
    expect(card[0]).toContain('failed: kernel panic')
    expect(card.slice(1, 3)).toEqual([
      'The kernel died.',
      '45 of 46 cases passed. Failed: atomic_swap (new since T121, 2 days ago).',
    ])
    expect(card).toContain(`  ${proof[0]}`)
  })

  test('names and reasons of cases are text, whatever is in them', () => {
    const name = '<!channel> \u001b[31m*b* [x](http://evil) \u202e 1) yes'
    const card = shown(failedRun(casesOf({ failed: [{ ...SWAP, name, reason: name }] })), {
      failedCases: [],
    }).join('\n')
    expect(card).not.toMatch(/[\u001b\u202e]/)
  })
})

describe('the telling', () => {
  const told = (run: Run): string => textOf(runTelling(run, 'http://lab/log', FRAME).title, FRAME)

  test('names what failed, how many of how many, and the line', () => {
    expect(told(failedRun(casesOf()))).toBe(
      '@mei T128 failed after 01:12: atomic_swap (1 of 46). Log: http://lab/log#L412',
    )
    const failed = Array.from({ length: 20 }, (_, index) => ({ ...SWAP, name: `c${index}`, line: index + 1 }))
    const cases = casesOf({ failed, totals: { ...NONE, fail: 12, error: 8, total: 46, announced: 46 } })
    expect(told(failedRun(cases))).toBe(
      '@mei T128 failed after 01:12: c0, c1, c2 and 17 more (20 of 46). Log: http://lab/log#L1',
    )
    expect(runTelling(failedRun(casesOf()), '', FRAME).parts[0]).toEqual({
      t: 'log',
      lines: ['atomic_swap: expected 4, got 5'],
      total: 1,
    })
  })

  test('of one that passed says how many, and how many were not seen', () => {
    const passed = (totals: Partial<RunCases['totals']>): string => {
      const cases = casesOf({ failed: [], totals: { ...NONE, total: 46, announced: 46, ...totals } })
      return told(makeRun({ state: 'passed', attempts: [makeAttempt()], result: makeResult({ cases }) }))
    }
    expect(passed({})).toBe('@mei T128 passed on soc-a-003 after 01:12: hello, 46 cases. Log: http://lab/log')
    expect(passed({ total: 44 })).toContain('hello, 44 of 46 cases seen. Log')
  })
})

test('tests compare shows what changed, group by group, and what makes it hard to compare', () => {
  const before = {
    ...makeRun({ id: 'T121', state: 'passed', family: 'socB', result: makeResult() }),
    board: 'soc-b-001',
  }
  const now = failedRun(casesOf())
  const listed = { newlyFailing: [], newlyPassing: [], stillFailing: [], changed: [], appeared: [], gone: [] }
  const compared = {
    now,
    before,
    isWhole: false,
    comparison: {
      counts: { ...SAME, newlyFailing: 1, gone: 1, same: 44 },
      listed: {
        ...listed,
        newlyFailing: [
          {
            ...{
              name: 'atomic_swap',
              before: 'pass' as const,
              now: 'fail' as const,
              why: 'expected 4, got 5',
            },
            flaky: { failed: 3, of: 20 },
          },
        ],
        gone: [{ name: 'strlen', before: 'pass' as const, now: null, why: null }],
      },
    },
  }
  expect(draw(compareCard(compared, FRAME), 100)).toEqual([
    'T128 beside T121 · hello · 1 newly failing',
    'T128 on soc-a-003: failed: 1 case. T121 on soc-b-001: passed.',
    'Different families: T128 on socA, T121 on socB.',
    'One of them had more cases than are listed: those beyond the list are not compared.',
    'newly failing: 1',
    '  case         T121  T128  why',
    '  atomic_swap  pass  fail  expected 4, got 5; flaky: failed in 3 of the last 20 runs',
    'gone: 1',
    '  case    T121  T128',
    '  strlen  pass  –',
    '46 cases: 1 newly failing, 1 gone, 44 the same.',
    '  1) Show T128   tests show T128',
    '  2) Show T121   tests show T121',
  ])
})
