import { createHash } from 'node:crypto'
import type { Run } from '../../types.ts'
import type { Flakiness, RunCases } from './types.ts'

/**
 * What a day's sum keeps of one test with one set of arguments: how many runs told their cases whole, and which of
 * them each case failed in, counted from 0. Of more than a day's worth only the last are kept: nothing asks for more.
 */
export type CaseTally = { runs: number; failed: [name: string, runs: number[]][] }

/** How far back it is said what a case did. */
export const LAST_RUNS = 20
const MOST_CASES = 100
const MOST_VARIANTS = 8

/** Whether two runs are of one test, as people would call it: the same program or command line, with the same arguments. */
export function variantOf({ program, args }: Pick<Run, 'program' | 'args'>): string {
  const what = program.kind === 'binary' ? [program.name, program.entry ?? ''] : ['', program.command]
  return createHash('sha256')
    .update(JSON.stringify([what, args]))
    .digest('hex')
    .slice(0, 12)
}

/** A run that was cut short, or lost lines, says nothing of the cases that are not in it. */
export function isWhole({ totals }: Pick<RunCases, 'totals'>): boolean {
  return totals.total > 0 && (totals.announced === null || totals.total >= totals.announced)
}

/** Adds a run's cases to the day's, which are changed and given back. */
export function addCases(
  sums: Record<string, CaseTally>,
  variant: string,
  cases: RunCases,
): Record<string, CaseTally> {
  const isKnown = Object.hasOwn(sums, variant)
  if (!isWhole(cases) || (!isKnown && Object.keys(sums).length >= MOST_VARIANTS)) return sums
  const sum = sums[variant] ?? { runs: 0, failed: [] }
  const number = sum.runs
  sum.runs += 1
  for (const name of new Set(cases.failed.map(each => each.name))) {
    const known = sum.failed.find(([each]) => each === name)
    if (known !== undefined) known[1].push(number)
    else if (sum.failed.length < MOST_CASES) sum.failed.push([name, [number]])
  }
  const oldest = sum.runs - LAST_RUNS
  sum.failed = sum.failed
    .map(([name, runs]): CaseTally['failed'][number] => [name, runs.filter(each => each >= oldest)])
    .filter(([, runs]) => runs.length > 0)
  sums[variant] = sum
  return sums
}

/** What each case did in the last runs of its test: true where it failed, oldest first. */
export function lastRuns(days: readonly CaseTally[], name: string): boolean[] {
  const all: boolean[] = []
  for (const { runs, failed } of days) {
    const own = new Set(failed.find(([each]) => each === name)?.[1])
    for (let run = Math.max(0, runs - LAST_RUNS); run < runs; run++) all.push(own.has(run))
  }
  return all.slice(-LAST_RUNS)
}

/** One that failed, then did not, then failed again; null for one that broke once and stayed so, or was mended. */
export function flakinessOf(runs: readonly boolean[]): Flakiness | null {
  const begins = runs.filter((failed, index) => failed && runs[index - 1] !== true).length
  const failed = runs.filter(Boolean).length
  return begins < 2 ? null : { failed, of: runs.length }
}
