/** What of a run stands in which lines of one of its logs: what it failed by, what its console told, failed cases. */

import { OUTPUT_LOG, reasonOf } from '../../../lab/records.ts'
import type { CaseResult, Lines, Run, RunCase } from '../../../lab/types.ts'

/** `verdict`: what proves how it ended. `ends`, `told`: what else the console told. `case`: a failed test case. */
export type MarkKind = 'verdict' | 'ends' | 'told' | 'case'
export type Mark = { from: number; to: number; kind: MarkKind; title: string }

/** Which attempt's console the file is, from 1; null for what is none. */
export function attemptOf(file: string): number | null {
  const found = /^console(?:-(\d+))?\.log$/.exec(file)
  return found === null ? null : Number(found[1] ?? 1)
}

/** In the order of the lines; what it ended by comes first among those that begin together. */
export function marksOf(run: Run, file: string, cases: readonly RunCase[]): Mark[] {
  const marks = file === OUTPUT_LOG ? caseMarks(cases) : consoleMarks(run, attemptOf(file))
  return marks.toSorted((a, b) => a.from - b.from)
}

/** What a reader came for: what it ended by, else the first failed case. */
export function firstOf(marks: readonly Mark[]): Mark | null {
  return marks.find(mark => mark.kind === 'verdict') ?? marks.find(mark => mark.kind === 'case') ?? null
}

export function isFailing(result: CaseResult): boolean {
  return result === 'fail' || result === 'error'
}

function caseMarks(cases: readonly RunCase[]): Mark[] {
  return cases
    .filter(each => each.file === undefined && isFailing(each.result))
    .map(({ lines: [from, to], name, reason, output }) => {
      const why = reasonOf(reason, output)
      const title = why === null ? name : `${name}: ${why}`
      return { from, to: Math.max(from, to), kind: 'case', title }
    })
}

function consoleMarks(run: Run, attempt: number | null): Mark[] {
  if (attempt === null) return []
  // The last attempt is told in the result, those before in their own records.
  const isLast = attempt >= run.attempts.length
  const told = isLast ? run.result : run.attempts[attempt - 1]
  const { lines, events = [], title } = told ?? {}
  const proved: Mark[] = lines === undefined ? [] : [markOf('verdict', lines, title ?? 'how it ended')]
  const others = events.filter(event => lines === undefined || !within(event.lines, lines))
  return [...proved, ...others.map(event => markOf(event.severity, event.lines, event.title))]
}

function markOf(kind: MarkKind, [from, to]: Lines, title: string): Mark {
  return { from, to: Math.max(from, to), kind, title }
}

function within([from]: Lines, [first, last]: Lines): boolean {
  return from >= first && from <= last
}
