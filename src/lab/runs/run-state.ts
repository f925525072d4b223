import type { Millis } from '../../clock.ts'
import { assertNever, type Failure } from '../../errors.ts'
import type { Sequence, StoredFile } from '../../storage/types.ts'
import type { Attempt, Person, Priority, Run, RunCases, RunResult, RunState, Told } from '../types.ts'

/** What can happen to a run. `ended`: the board is done with it; `finished`: its files are in place. */
export type RunEvent =
  | { kind: 'leased'; board: string; token: number }
  | { kind: 'preparing' }
  | { kind: 'running' }
  | {
      kind: 'retried'
      failure: Failure
      message: string
      uncounted: boolean
      avoidUntil: Millis | null
      /** What its console told, and the title of what that proves. */
      told?: Told & Pick<Attempt, 'title'>
    }
  | { kind: 'ended'; result: RunResult }
  | {
      kind: 'finished'
      files: readonly StoredFile[]
      tail: readonly string[]
      tailTotal: number
      /** Compared with the runs before. */
      cases?: RunCases
    }
  | { kind: 'moved'; priority: Priority }
  | { kind: 'cancel-asked'; by: Person }

type EventKind = RunEvent['kind']
type Target = RunState | 'same' | 'by result'

/** Every legal step; what is not here is refused. */
export const RUN_STEPS: Readonly<Record<RunState, Partial<Record<EventKind, Target>>>> = {
  queued: { leased: 'leasing', moved: 'same', 'cancel-asked': 'same', ended: 'collecting' },
  leasing: { preparing: 'preparing', ended: 'collecting', retried: 'queued', 'cancel-asked': 'same' },
  preparing: { running: 'running', ended: 'collecting', retried: 'queued', 'cancel-asked': 'same' },
  running: { ended: 'collecting', retried: 'queued', 'cancel-asked': 'same' },
  collecting: { finished: 'by result' },
  passed: {},
  failed: {},
  timeout: {},
  cancelled: {},
  error: {},
}

export type Step = { run: Run; refused?: undefined } | { run?: undefined; refused: string }

/** The run after `event`, or why that cannot happen to it. Pure; `sequence` becomes its revision. */
export function stepRun(run: Run, event: RunEvent, at: Millis, sequence: Sequence): Step {
  const target = RUN_STEPS[run.state][event.kind]
  if (target === undefined) return { refused: `a ${run.state} run cannot be ${event.kind}` }
  const state = target === 'same' ? run.state : target === 'by result' ? finalState(run.result) : target
  const times = state === run.state ? run.times : { ...run.times, [state]: at }
  return { run: { ...change(run, event, at), state, times, rev: sequence } }
}

export function isFinal(state: RunState): boolean {
  return Object.keys(RUN_STEPS[state]).length === 0
}

/** Passed without a failure; else by the failure's class (design 4). */
export function finalState(result: RunResult | null): RunState {
  const failure = result?.failure ?? null
  if (failure === null) return 'passed'
  switch (failure.class) {
    case 'test':
    case 'input':
      return 'failed'
    case 'timeout':
      return 'timeout'
    case 'cancelled':
      return 'cancelled'
    case 'infrastructure':
      return 'error'
    default:
      return assertNever(failure.class)
  }
}

/** Attempts that count against the allowed number: those cut by a restart of ours do not (design 4). */
export function countedAttempts(run: Run): number {
  return run.attempts.filter(attempt => !attempt.uncounted).length
}

/** An infrastructure failure starts another attempt while any is left, unless somebody asked to cancel. */
export function mayRetry(run: Run, failure: Failure, attempts: number): boolean {
  return failure.class === 'infrastructure' && run.cancelledBy === null && countedAttempts(run) < attempts
}

function change(run: Run, event: RunEvent, at: Millis): Run {
  switch (event.kind) {
    case 'leased': {
      const { board, token } = event
      const number = run.attempts.length + 1
      const attempt = {
        number,
        board,
        token,
        startedAt: at,
        endedAt: null,
        failure: null,
        message: null,
        uncounted: false,
      }
      return { ...run, attempts: [...run.attempts, attempt] }
    }
    case 'preparing':
    case 'running':
      return run
    case 'retried': {
      const { failure, message, uncounted, avoidUntil, told = {} } = event
      const attempts = closeAttempt(run, { endedAt: at, failure, message, uncounted, ...told })
      const board = run.attempts.at(-1)?.board
      const still = run.avoid.filter(entry => entry.until > at && entry.board !== board)
      const avoid =
        board === undefined || avoidUntil === null ? still : [...still, { board, until: avoidUntil }]
      return { ...run, attempts, avoid }
    }
    case 'ended': {
      const { failure, message } = event.result
      return { ...run, result: event.result, attempts: closeAttempt(run, { endedAt: at, failure, message }) }
    }
    case 'finished': {
      const { kind: _, ...left } = event
      return { ...run, result: run.result && { ...run.result, ...left } }
    }
    case 'moved':
      return { ...run, priority: event.priority }
    case 'cancel-asked':
      return { ...run, cancelledBy: event.by }
    default:
      return assertNever(event)
  }
}

function closeAttempt(run: Run, end: Partial<Run['attempts'][number]>): Run['attempts'] {
  return run.attempts.map(attempt => (attempt.endedAt === null ? { ...attempt, ...end } : attempt))
}
