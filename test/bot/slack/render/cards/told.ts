/** What a program and its board told and left behind, much of it. */

import type {
  BoardStep,
  CaseTotals,
  CollectedFiles,
  ConsoleEvent,
  FailedCase,
  Incident,
  RunCases,
  RunResult,
  StoredFile,
} from '../../../../../src/lab/types.ts'
import { NOON } from '../../../../commands/lab-port.ts'
import { each, times } from './shown.ts'

const DAY = 24 * 3_600_000

export function totalsOf(failed: number, announced: number): CaseTotals {
  return { pass: 45, fail: failed, skip: 2, xfail: 1, xpass: 1, error: 0, total: 49 + failed, announced }
}

/** New, flaky, old, and of a file, one after the other. */
const SINCE: readonly Partial<FailedCase>[] = [
  { passed: { run: 'T121', at: NOON - 2 * DAY }, isNew: true },
  { flaky: { failed: 3, of: 9 } },
  { passed: { run: 'T90', at: NOON - 9 * DAY }, isNew: false },
  { passed: null },
]

export function failedCasesOf(size: number, word: string): FailedCase[] {
  const output = times(size, () => word)
  return times(size, at => ({
    name: word,
    result: 'fail',
    reason: at % 3 === 2 ? null : `${at} ${word}`,
    output,
    line: at + 1,
    ...(at % 2 === 0 ? {} : { file: word }),
    ...each(SINCE, at),
  }))
}

export function casesOf(size: number, word: string): RunCases {
  const counts = { newlyFailing: size, newlyPassing: 0, stillFailing: 0, changed: 0, appeared: 0, gone: 0 }
  return {
    totals: totalsOf(size, 50 + size),
    problems: times(size, () => word),
    notes: times(size, () => word),
    failed: failedCasesOf(size, word),
    compared: { with: { run: 'T121', at: NOON - DAY }, ...counts, same: 45 },
  }
}

const KINDS = ['oops', 'soft lockup', 'warning', 'hung task', 'oom kill'] as const

export function eventsOf(size: number, title: string): ConsoleEvent[] {
  return times(size, at => ({
    ...{ at: NOON - at, kind: each(KINDS, at), severity: at % 2 === 0 ? 'told' : 'ends', title },
    lines: [at + 1, at + 1 + (at % 3)],
  }))
}

const BLAMES = ['board', 'use', 'power', 'site', 'kernel', null] as const

export function incidentsOf(size: number, word: string): Incident[] {
  return times(size, at => {
    const blame = each(BLAMES, at)
    return {
      ...{ at: NOON - at, cause: 'panic', kind: 'panic', severity: 'ends', title: word },
      proof: times(size, () => word),
      offset: at,
      during: at % 2 === 0 ? null : 'L3',
      ...(blame === null ? {} : { blame }),
    }
  })
}

const OUTCOMES = ['back', 'no answer', 'failed', 'cut short', 'done', null] as const

export function stepsOf(size: number, message: string): BoardStep[] {
  return times(size, at => ({
    ...{ step: each(['console', 'reset', 'power'] as const, at), startedAt: NOON - 9_000 },
    ...{ endedAt: NOON, outcome: each(OUTCOMES, at), message, run: at % 4 === 3 ? 'T128' : null },
  }))
}

export function storedOf(size: number, name: (at: number) => string): StoredFile[] {
  return times(size, at => ({
    ...{ name: name(at), size: at * 1_000, sha256: 'a'.repeat(64), type: 'text/plain', storedAt: NOON },
  }))
}

/** With what was not there, what was left, and what kept the rest. */
export function collectedOf(size: number, word: string): CollectedFiles {
  return {
    files: times(size, at => ({ name: `c${at}`, path: `${at}/${word}` })),
    none: times(size, () => word),
    folders: times(size, at => ({ pattern: `${word}${at}`, count: at + 1 })),
    left: times(size, () => ({ path: word, why: word })),
    problem: word,
  }
}

export function copiedOf(note: string): NonNullable<RunResult['copied']> {
  return {
    ...{ bytes: 1_200_000, durationMs: 9_000, repaired: 1 },
    ...{ way: 'base64' as const, packed: true, resumed: 600_000, note },
  }
}
