import { isFailing } from './merge.ts'
import type { FailedCase, RunCase, RunCases, RunReport } from './types.ts'

/** The record of a run is in the journal, in history and on cards: what is longer is in the file of its cases. */
export const MOST_FAILED = 100
const MOST_WITH_OUTPUT = 20
const MOST_LINES = 10
const MOST_SENTENCES = 10
const LONGEST_NAME = 300
const LONGEST_TEXT = 300

export function summaryOf({ cases, totals, problems, notes }: RunReport): RunCases {
  const failed = cases.filter(({ result }) => isFailing(result)).slice(0, MOST_FAILED)
  return {
    totals,
    problems: first(problems),
    notes: first(notes),
    failed: failed.map((found, index) => failedCase(found, index < MOST_WITH_OUTPUT ? MOST_LINES : 0)),
  }
}

/** With that many lines of its output. */
export function failedCase(found: RunCase, lines: number): FailedCase {
  const { name, result, reason, output, file } = found
  return {
    name: shorten(name, LONGEST_NAME),
    result,
    reason: reasonOf(reason, output),
    output: output.slice(0, lines).map(line => shorten(line, LONGEST_TEXT)),
    line: found.lines[0],
    ...(file === undefined ? {} : { file }),
  }
}

/** What begins no explanation: YAML's bounds, the result itself, a test's beginning, a count. */
const NO_REASON =
  /^\s*(?:#\s*)?(?:---|\.\.\.|(?:not )?ok\b.*|\[[ =-]+\].*|\[ +(?:RUN|FAILED|OK|PASSED) +\].*|\d+\.\.\d+|Subtest:.*|# ?)?\s*$/

/** What the test gave as a reason, else the first line of what it printed that says something. */
export function reasonOf(reason: string | null, output: readonly string[]): string | null {
  const line = reason ?? output.find(each => !NO_REASON.test(each)) ?? null
  return line === null ? null : shorten(line.replace(/^\s*#\s*/, '').trim(), LONGEST_TEXT)
}

function first(sentences: readonly string[]): readonly string[] {
  const kept = sentences.slice(0, MOST_SENTENCES).map(each => shorten(each, LONGEST_TEXT))
  const more = sentences.length - kept.length
  return more > 0 ? [...kept, `… and ${more} more`] : kept
}

function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}
