import type { Millis } from '../../../clock.ts'
import type { CaseReport, CaseResult, CaseTotals, TestCase } from '../../../reading/cases/types.ts'
import type { Run } from '../../stored.ts'

export type { CaseResult, CaseTotals } from '../../../reading/cases/types.ts'

/** A case of a run. `file`: the collected file that tells of it, `lines` which of its cases it is; else it was printed. */
export type RunCase = TestCase & { file?: string }
export type RunReport = Omit<CaseReport, 'cases'> & { cases: RunCase[] }

/** Another run of the same test, and when it had ended. */
export type PastRun = { run: string; at: Millis }
/** In how many of the last runs of its test a case failed. */
export type Flakiness = { failed: number; of: number }

export type FailedCase = {
  name: string
  result: CaseResult
  reason: string | null
  /** Of the first ones only, its beginning. */
  output: readonly string[]
  /** In the program's output, from 1; of a file, which of its cases. */
  line: number
  file?: string
  /** The last run before in which it passed; null where none of those that were looked at had it so. */
  passed?: PastRun | null
  /** No run since then had it fail. */
  isNew?: boolean
  flaky?: Flakiness
}

/** What is kept of a run's cases in its record; all of them are in its file (files.ts). */
export type RunCases = {
  totals: CaseTotals
  /** The first of what is damaged or missing, and of what is worth knowing. */
  problems: readonly string[]
  notes: readonly string[]
  failed: readonly FailedCase[]
  /** The last run of the same test before, and how many cases are in which group; left out where there is none. */
  compared?: { with: PastRun } & Record<CaseGroup, number>
}

/**
 * How a case stands beside another run: `changed` was or is skipped, `appeared` was not there before, `gone` is not
 * there now.
 */
export const CASE_GROUPS = [
  'newlyFailing',
  'newlyPassing',
  'stillFailing',
  'changed',
  'appeared',
  'gone',
  'same',
] as const
export type CaseGroup = (typeof CASE_GROUPS)[number]

export type ComparedCase = {
  name: string
  before: CaseResult | null
  now: CaseResult | null
  /** Why it fails now, in a few words. */
  why: string | null
  flaky?: Flakiness
}
export type Comparison = {
  counts: Record<CaseGroup, number>
  /** The first of each group by name; those that are the same are counted only. */
  listed: Record<Exclude<CaseGroup, 'same'>, readonly ComparedCase[]>
}

export type ComparedRuns = {
  now: Run
  before: Run
  comparison: Comparison
  /** False where one of them had more cases than are listed. */
  isWhole: boolean
}

/** What a run that goes on has told of its cases so far. */
export type CaseProgress = { totals: CaseTotals; latest: readonly LatestCase[] }
export type LatestCase = Pick<TestCase, 'name' | 'result' | 'reason'>
