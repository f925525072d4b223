/** A test as JUnit has it, for whoever publishes results: its cases, and before them the test itself. */

import type { Run, RunCase } from '../lab/types.ts'
import type { CaseReport, CaseResult, TestCase } from '../reading/cases/types.ts'
import { programName, tookMs } from './run-words.ts'

/**
 * A board that died after three cases that passed has failed nothing in its list of cases, and a program that has none
 * tells only its exit status: so the test is a case of its own. Its name is the program's, the same from run to run.
 * Pure; of a test that has ended.
 */
export function junitReport(run: Run, cases: readonly RunCase[]): CaseReport {
  const { totals = NONE, problems = [], notes = [] } = run.result?.cases ?? {}
  const lost = cases.length === 0 && totals.total > 0
  const gone = lost ? [`the list of its ${totals.total} cases is no longer kept`] : []
  return { cases: [itself(run), ...cases], totals, problems: [...problems, ...gone], notes: [...notes] }
}

const NONE = { pass: 0, fail: 0, skip: 0, xfail: 0, xpass: 0, error: 0, total: 0, announced: null }

function itself(run: Run): TestCase {
  const { message = null, hint = null, proof = [] } = run.result ?? {}
  return {
    name: programName(run.program),
    suite: `boardroom.${run.family}`,
    format: 'junit',
    result: resultOf(run),
    durationMs: tookMs(run),
    reason: message,
    measurement: null,
    output: [...proof, ...(hint === null ? [] : [hint])],
    lines: [1, 1],
  }
}

/** A time limit is a failure of the test (M6.4); what is not its fault, or was called off, is no result of it. */
function resultOf({ state }: Run): CaseResult {
  if (state === 'passed') return 'pass'
  return state === 'failed' || state === 'timeout' ? 'fail' : 'error'
}
