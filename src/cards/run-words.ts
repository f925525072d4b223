/** The words that every card about a run uses. */

import type { Millis } from '../clock.ts'
import { assertNever } from '../errors.ts'
import type { PriorityName, Program, Run, RunProgress, RunState } from '../lab/types.ts'
import { failedByCases, failedCount } from './cases.ts'
import { shorten } from './text.ts'
import type { Tone } from './view.ts'
import { count, span } from './words.ts'

const PRIORITY_NAMES: Readonly<Record<Run['priority'], PriorityName>> = { 1: 'high', 2: 'normal', 3: 'low' }

export function priorityName(priority: Run['priority']): PriorityName {
  return PRIORITY_NAMES[priority]
}

const LONGEST_NAME = 40

/** `hello`, or the beginning of the command line. */
export function programName(program: Program): string {
  return shorten(program.kind === 'binary' ? program.name : program.command, LONGEST_NAME)
}

/** Where it runs or ran, else what it asks for. */
export function placeOf(run: Run): string {
  const last = run.attempts.at(-1)
  return last?.board ?? run.board ?? run.family
}

export function isOver(state: RunState): boolean {
  switch (state) {
    case 'passed':
    case 'failed':
    case 'timeout':
    case 'cancelled':
    case 'error':
      return true
    case 'queued':
    case 'leasing':
    case 'preparing':
    case 'running':
    case 'collecting':
      return false
    default:
      return assertNever(state)
  }
}

export function finishedAt(run: Run): Millis | null {
  return isOver(run.state) ? (run.times[run.state] ?? null) : null
}

/** How long the run took on boards: the program's own time where it ran, else from its last start to its end. */
export function tookMs(run: Run): Millis | null {
  if (run.result?.durationMs != null) return run.result.durationMs
  const [from, to] = [run.attempts.at(-1)?.startedAt, finishedAt(run)]
  return from === undefined || to === null ? null : to - from
}

/** The one state word of the card. */
export function stateWord(run: Run, progress: RunProgress | null): string {
  const title = run.result?.title ?? null
  switch (run.state) {
    case 'queued':
      return isRetrying(run) ? `retrying: ${lastFailure(run) ?? 'infrastructure'}` : 'queued'
    case 'leasing':
    case 'preparing':
      return run.cancelledBy === null ? (progress?.stage ?? run.state) : 'being cancelled'
    case 'running':
      if (run.cancelledBy !== null) return 'being cancelled'
      return run.collect !== undefined && progress?.stage === 'collecting' ? 'collecting' : 'running'
    case 'collecting':
      return 'collecting'
    case 'passed':
      return 'passed'
    case 'timeout':
      return `timeout after ${span(run.timeoutMs)}`
    case 'cancelled':
      return 'cancelled'
    case 'failed':
    case 'error': {
      const cases = failedByCases(run)
      if (cases !== null) return `failed: ${count(failedCount(cases.totals), 'case')}`
      return title === null ? run.state : `${run.state}: ${headline(title)}`
    }
    default:
      return assertNever(run.state)
  }
}

/** `kernel panic` of `kernel panic: Fatal exception in interrupt`: the rest is said below the title. */
function headline(title: string): string {
  return title.split(': ')[0] ?? title
}

export function isRetrying(run: Run): boolean {
  return run.state === 'queued' && run.attempts.length > 0
}

function lastFailure(run: Run): string | null {
  return run.attempts.at(-1)?.failure?.class ?? null
}

/** The number of the attempt that runs or comes next, of those that count (design 4). */
export function attemptNumber(run: Run): number {
  const counted = run.attempts.filter(attempt => !attempt.uncounted).length
  return run.state === 'queued' ? counted + 1 : Math.max(1, counted)
}

const TONES: Readonly<Record<RunState, Tone>> = {
  queued: 'idle',
  leasing: 'run',
  preparing: 'run',
  running: 'run',
  collecting: 'run',
  passed: 'ok',
  failed: 'bad',
  timeout: 'bad',
  cancelled: 'idle',
  error: 'warn',
}

export function toneOf(run: Run): Tone {
  return isRetrying(run) ? 'warn' : TONES[run.state]
}
