import fc from 'fast-check'
import type { RunCase, RunReport } from '../../../src/lab/types.ts'
import { CASE_RESULTS, type CaseResult } from '../../../src/reading/cases/types.ts'

export function aCase(name: string, result: CaseResult = 'pass', more: Partial<RunCase> = {}): RunCase {
  return {
    name,
    suite: '',
    format: 'tap',
    result,
    durationMs: null,
    reason: null,
    measurement: null,
    output: [],
    lines: [1, 1],
    ...more,
  }
}

export function aReport(cases: readonly RunCase[], more: Partial<RunReport> = {}): RunReport {
  const count = (result: CaseResult): number => cases.filter(each => each.result === result).length
  const counts = Object.fromEntries(CASE_RESULTS.map(result => [result, count(result)])) as Record<
    CaseResult,
    number
  >
  const totals = { ...counts, total: cases.length, announced: null }
  return { cases: [...cases], totals, problems: [], notes: [], ...more }
}

export const someResult = fc.constantFrom(...CASE_RESULTS)
/** Few names, so that they meet; one that objects have of their own. */
export const someName = fc.constantFrom('a', 'b', 'c', 'd/e', '__proto__', 'toString', 'x y')
export const someCases: fc.Arbitrary<RunCase[]> = fc.array(
  fc.tuple(someName, someResult).map(([name, result]) => aCase(name, result)),
  { maxLength: 12 },
)
