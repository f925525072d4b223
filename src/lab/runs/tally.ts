import type { Millis } from '../../clock.ts'
import type { Run, RunState } from '../types.ts'
import { addCases, type CaseTally, variantOf } from './cases/flaky.ts'
import { nameOf } from './summary.ts'

/** One day of one test on one family; outlives retention (design 3). */
export type TestTally = {
  count: number
  results: Partial<Record<RunState, number>>
  attempts: number
  infrastructure: number
  /** Of the first runs of the day. */
  occupiedMs: Millis[]
  waitedMs: Millis
  /** Of runs that told their cases, by what was run and its arguments. Not in sums of version 1. */
  cases?: Record<string, CaseTally>
}
export type Tally = Record<string, TestTally>

const SAMPLES_A_DAY = 20

export function tallyKey(family: string, name: string): string {
  return `${family}/${name}`
}

/** Adds a finished run to the day's tally, which it changes and gives back: days of many runs are summed at start-up. */
export function addToTally(tally: Tally, run: Run): Tally {
  const key = tallyKey(run.family, nameOf(run))
  const test = tally[key] ?? {
    count: 0,
    results: {},
    attempts: 0,
    infrastructure: 0,
    occupiedMs: [],
    waitedMs: 0,
  }
  const [first] = run.attempts
  const last = run.attempts.at(-1)
  test.count++
  test.results[run.state] = (test.results[run.state] ?? 0) + 1
  test.attempts += run.attempts.length
  test.infrastructure += run.attempts.filter(({ failure }) => failure?.class === 'infrastructure').length
  if (last?.endedAt != null && test.occupiedMs.length < SAMPLES_A_DAY)
    test.occupiedMs.push(last.endedAt - last.startedAt)
  test.waitedMs += first === undefined ? 0 : first.startedAt - run.arrivedAt
  const cases = run.result?.cases
  const isOver = run.state === 'passed' || run.state === 'failed'
  if (cases !== undefined && isOver) test.cases = addCases(test.cases ?? {}, variantOf(run), cases)
  tally[key] = test
  return tally
}

/** How the tests of a day went; `other` came to no verdict: a time limit, a cancellation, the lab's own failure. */
export function outcomesOf(day: Tally | undefined): { passed: number; failed: number; other: number } {
  const sum = { passed: 0, failed: 0, other: 0 }
  for (const { count, results } of Object.values(day ?? {})) {
    const { passed = 0, failed = 0 } = results
    sum.passed += passed
    sum.failed += failed
    sum.other += count - passed - failed
  }
  return sum
}

/** Attempts that did not fail for infrastructure (M9); null without any. */
export function infrastructureSuccess(days: Iterable<Tally>): { share: number; attempts: number } | null {
  let attempts = 0
  let failed = 0
  for (const day of days) {
    for (const test of Object.values(day)) {
      attempts += test.attempts
      failed += test.infrastructure
    }
  }
  return attempts === 0 ? null : { share: (attempts - failed) / attempts, attempts }
}
