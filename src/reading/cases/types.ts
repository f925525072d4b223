export const CASE_RESULTS = ['pass', 'fail', 'skip', 'xfail', 'xpass', 'error'] as const
/** `xfail`: failed as expected; `xpass`: passed although expected to fail; `error`: broke, or began and never ended. */
export type CaseResult = (typeof CASE_RESULTS)[number]

export type CaseFormat = 'tap' | 'ktap' | 'lava' | 'gtest' | 'ltp' | 'junit'

export type TestCase = {
  /** With its hierarchy, `suite/sub/case`; gtest's own form is kept, `Suite.Case`. */
  name: string
  /** The part before the last, '' where there is none. */
  suite: string
  format: CaseFormat
  result: CaseResult
  durationMs: number | null
  /** What the test gave as the reason for its result: of a skip, an expected failure, a time-out. */
  reason: string | null
  measurement: { value: number; units: string } | null
  /** What was printed while it ran, of failed ones only, bounded. */
  output: string[]
  /** First and last line in the log, from 1. */
  lines: [number, number]
}

export type CaseTotals = Record<CaseResult, number> & {
  /** Cases seen, those included that are no longer listed. */
  total: number
  /** How many cases the log says there should be; null where nothing in it says so. */
  announced: number | null
}

export type CaseReport = {
  cases: TestCase[]
  totals: CaseTotals
  /** What is damaged, missing or contradictory, a sentence each. */
  problems: string[]
  /** What is worth knowing and no damage: what was left out of the list, what was not counted and why. */
  notes: string[]
}

/** Numbers of the first and last line, from 1: a line that the kernel cut into spans several. */
export type Place = { from: number; to: number }

/** Not at all; by its form; by its form and as what comes next. */
export type Fit = 0 | 1 | 2

/** One format. Lines come whole, without colours, in order. */
export type FormatReader = {
  /** True when the line is one of this format's own. */
  read(text: string, place: Place): boolean
  /** How well the line would fit here and now; changes nothing. */
  fits(text: string): Fit
  /** Whether both are whole lines of its own, the second next after the first. */
  isPair(first: string, second: string): boolean
  end(): void
}
