import {
  CASE_RESULTS,
  type CaseReport,
  type CaseResult,
  type CaseTotals,
} from '../../../reading/cases/types.ts'
import type { RunCase, RunReport } from './types.ts'

/** The worse of two tellings of one case is the one that counts. */
const BADNESS: Readonly<Record<CaseResult, number>> = {
  pass: 0,
  xpass: 1,
  skip: 2,
  xfail: 3,
  fail: 4,
  error: 5,
}

export function isFailing(result: CaseResult): boolean {
  return result === 'fail' || result === 'error'
}

export function worse(a: CaseResult, b: CaseResult): CaseResult {
  return BADNESS[a] >= BADNESS[b] ? a : b
}

/**
 * What was printed and what the collected files tell, as one report. Programs write a file of what they print too: a
 * case of a file that was printed under the same name is that case, and is not counted again; where the two do not
 * agree, the worse counts, and that is said. Cases of two files are two. Pure; `printed` is not changed.
 */
export function mergeReports(
  printed: CaseReport,
  files: readonly { name: string; report: CaseReport }[],
): RunReport {
  const cases: RunCase[] = printed.cases.map(found => ({ ...found }))
  const totals: CaseTotals = { ...printed.totals }
  const problems = [...printed.problems]
  const notes = [...printed.notes]
  for (const { name, report } of files) {
    const open = byName(printed.cases.length === 0 ? [] : cases.slice(0, printed.cases.length))
    let known = 0
    for (const found of report.cases) {
      const same = open.get(found.name)?.shift()
      if (same === undefined) {
        cases.push({ ...found, file: name })
        continue
      }
      known += 1
      const worst = worse(same.result, found.result)
      if (worst !== same.result) {
        problems.push(
          `${found.name}: ${same.result} as printed, ${found.result} in ${name}: counted as ${worst}`,
        )
        totals[same.result] -= 1
        totals[worst] += 1
        Object.assign(same, { result: worst, reason: found.reason ?? same.reason, output: found.output })
      }
      totals[found.result] -= 1
    }
    add(totals, report.totals, known)
    problems.push(...report.problems.map(problem => `${name}: ${problem}`))
    notes.push(...report.notes.map(note => `${name}: ${note}`))
    if (known > 0) notes.push(`${known} cases of ${name} were printed too: not counted twice`)
  }
  return { cases, totals, problems, notes }
}

function byName(cases: readonly RunCase[]): Map<string, RunCase[]> {
  return Map.groupBy(cases, found => found.name)
}

function add(totals: CaseTotals, more: CaseTotals, known: number): void {
  const [before, then] = [totals.total, more.total]
  for (const result of CASE_RESULTS) totals[result] += more[result]
  totals.total = before + then - known
  if (totals.announced === null && more.announced === null) return
  const [announced, other] = [totals.announced ?? before, more.announced ?? then]
  // A file of what was printed announces the same cases, and may have those that were lost on the line.
  totals.announced = Math.max(totals.total, known > 0 ? Math.max(announced, other) : announced + other)
}
