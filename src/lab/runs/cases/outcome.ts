import type { RunResult } from '../../types.ts'
import { summaryOf } from './summary.ts'
import type { CaseTotals, RunReport } from './types.ts'

/** How many of its cases failed, however they did. */
export function failedIn(totals: Pick<CaseTotals, 'fail' | 'error'>): number {
  return totals.fail + totals.error
}

/** Cases, or that there should have been some. */
export function hasCases({ total, announced }: CaseTotals): boolean {
  return total > 0 || (announced ?? 0) > 0
}

/**
 * The outcome with its cases. A program that exits 0 although cases of it failed has failed; one that says so by its
 * exit status too has failed by its cases. What ended it otherwise (a panic, a signal, a time limit) stays what it is,
 * and so does a run that passed with cases missing (docs/decisions/0008).
 */
export function withCases(result: RunResult, report: RunReport | null): RunResult {
  if (report === null || !(hasCases(report.totals) || report.notes.length > 0)) return result
  const told = { ...result, cases: summaryOf(report) }
  const failed = failedIn(report.totals)
  const { failure, exitStatus } = result
  const isExit = failure?.cause === 'exit status' && exitStatus !== null
  if (failed === 0 || !(failure === null || isExit)) return told
  const title = `${failed} of ${report.totals.total} cases failed`
  return {
    ...told,
    failure: { class: 'test', cause: 'test cases', blame: 'none' },
    title,
    message: `${title}.`,
    hint: 'All of them, with what each printed: tests show.',
  }
}
