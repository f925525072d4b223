import { type Failure, failureOf, LabError, messageOf } from '../../errors.ts'
import type { LogRange } from '../../hardware/types.ts'
import type { Stage, VerdictContext } from '../../reading/verdict.ts'
import type { RunTestResult } from '../../work/types.ts'
import { countsAgainst } from '../boards/board-state.ts'
import { withFailure } from '../boards/condemn.ts'
import { taintOf } from '../boards/taint.ts'
import type { Core } from '../core.ts'
import type { Hold } from '../leases/holdings.ts'
import type { Operation } from '../state.ts'
import type { CollectedFiles, Run, RunResult } from '../types.ts'
import type { BoardPast } from './blame.ts'
import { blamed } from './blamed.ts'
import { withCases } from './cases/outcome.ts'
import type { RunReport } from './cases/types.ts'
import type { ConsoleEvents } from './console-events.ts'
import { mayRetry } from './run-state.ts'
import { incidentOfRun, namedBy, type Proof, toldBy, toldOf } from './told-by.ts'

export type Outcome = { result: RunTestResult } | { error: unknown }

/** Causes that say nothing about the board it happened on: it may be tried there again at once. */
const NOT_THE_PLACE: ReadonlySet<Failure['cause']> = new Set(['restart', 'power', 'lease lost'])

const FULL_MS = 60 * 60_000

/** What the attempt left here. */
export type Kept = {
  output: readonly LogRange[] | null
  collected?: CollectedFiles | null
  cases?: RunReport | null
  /** What its console told, and where it stood when it ended. */
  console?: ConsoleEvents
  stage?: Stage
  /** Where a board may be to blame. */
  past?: BoardPast | null
}

export type Verdict = { operations: Operation[]; retried: boolean; lookAfter: string | null }

/** What an attempt's outcome means for the run and for its board; one journal line (design 3). */
export function judge(core: Core, runId: string, hold: Hold, outcome: Outcome, kept: Kept): Verdict {
  const at = core.clock.now()
  const run = core.state().runs[runId]
  const operations: Operation[] = [{ o: 'lease/left', id: leaseIdOf(runId, run?.attempts.length ?? 1) }]
  if (run === undefined) return { operations, retried: false, lookAfter: null }
  const { settings } = core.current.inventory
  const findings = kept.console?.findings() ?? []
  const ended = 'result' in outcome ? resultOf(outcome.result) : errorResult(outcome.error)
  const proof = proofOf(ended.failure, outcome, kept)
  const told = {
    ...blamed(core, run, { ...ended, ...namedBy(proof) }, kept.past ?? null),
    output: kept.output,
    ...(kept.collected == null ? {} : { collected: kept.collected }),
  }
  const result = withCases(told, kept.cases ?? null)
  const failure = result.failure
  const retried =
    failure !== null &&
    mayRetry(run, failure, settings.attempts + (failure.cause === 'restart' ? 1 : 0)) &&
    !(isFull(failure) && isLastPlace(core, run, hold.board))
  if (retried) {
    const avoidMs = isFull(failure) ? FULL_MS : settings.sameBoardRetryMs
    const avoidUntil = NOT_THE_PLACE.has(failure.cause) ? null : at + avoidMs
    const uncounted = failure.cause === 'restart'
    const message = result.message ?? failure.cause
    operations.push({
      o: 'run/step',
      id: runId,
      at,
      event: { kind: 'retried', failure, message, uncounted, avoidUntil, ...toldOf(proof) },
    })
  } else operations.push({ o: 'run/step', id: runId, at, event: { kind: 'ended', result } })
  operations.push(...incidentOfRun(run, hold.board, proof, findings, at))
  if (failure !== null && countsAgainst(failure)) {
    const message = result.message ?? failure.cause
    const event = { kind: 'failed', run: runId, message, windowMs: settings.boardFailuresWindowMs } as const
    operations.push(...withFailure(core, hold.board, event, at))
  }
  const taint = taintOf(findings, failure, 'result' in outcome ? outcome.result : null)
  if (taint !== null)
    operations.push({
      o: 'board/step',
      id: hold.board,
      at,
      event: { kind: 'tainted', title: taint, run: runId },
    })
  const lookAfter =
    wantsLooking(outcome, failure) || taint !== null
      ? (result.title ?? result.message ?? 'not clean after a test')
      : null
  if (lookAfter !== null && core.state().boards[hold.board]?.condition !== 'recovery') {
    operations.push({
      o: 'board/step',
      id: hold.board,
      at,
      event: { kind: 'recovering', reason: lookAfter, cycle: false, ...afterOf(failure, runId) },
    })
  }
  if ('result' in outcome) operations.push(...resetOf(outcome.result, hold.board, runId, at))
  if ('result' in outcome && lookAfter === null)
    operations.push({ o: 'board/step', id: hold.board, at, event: { kind: 'worked' } })
  return { operations, retried, lookAfter }
}

function proofOf(failure: Failure | null, outcome: Outcome, { console, stage = 'boot' }: Kept): Proof {
  if (console === undefined) return { verdict: null, told: {} }
  const isKnown = 'result' in outcome && outcome.result.endedBy === 'itself'
  const context: VerdictContext = isKnown ? { stage, exit: outcome.result.status } : { stage }
  return toldBy(failure, console, context)
}

/** A reset that ended a test counts as one of the board's, and is in its history. */
function resetOf({ endedBy, resetBack }: RunTestResult, id: string, run: string, at: number): Operation[] {
  if (endedBy !== 'reset') return []
  const outcome = resetBack === true ? 'back' : 'done'
  return [
    { o: 'board/step', id, at, event: { kind: 'step began', step: 'reset', run } },
    { o: 'board/step', id, at, event: { kind: 'step ended', outcome, message: null } },
  ]
}

/** The board has no room for the file now, and will have none in half a minute; another one may. */
function isFull({ cause, blame: whose }: Failure): boolean {
  return cause === 'disk' && whose === 'board'
}

/** No other board that the run may be on is left which was not full for it. */
function isLastPlace(core: Core, run: Run, here: string): boolean {
  const full = run.attempts.filter(({ failure }) => failure !== null && isFull(failure))
  const seen = new Set([here, ...full.map(attempt => attempt.board)])
  if (run.board !== null) return true
  return !core.current.inventory.boards.some(({ id, family }) => family === run.family && !seen.has(id))
}

/** A board that a bad kernel or program took down is no sick one: putting it right does not count (`ladder.ts`). */
function afterOf(failure: Failure | null, run: string): { after?: string } {
  return failure?.class === 'infrastructure' ? {} : { after: run }
}

function wantsLooking(outcome: Outcome, failure: Failure | null): boolean {
  if ('result' in outcome) return !outcome.result.boardClean
  // Whoever lost the lease could not end what it had started there.
  if (failure?.cause === 'lease lost') return true
  return failure?.blame === 'board' && failure.cause !== 'disk'
}

function resultOf(result: RunTestResult): RunResult {
  const { failure } = result
  return {
    exitStatus: result.status,
    endedBy: result.endedBy,
    failure: failure?.failure ?? null,
    title: failure === null ? null : (failure.title ?? failure.failure.cause),
    message: failure?.message ?? null,
    hint: failure?.hint ?? null,
    proof: failure?.proof ?? [],
    durationMs: result.durationMs,
    copied: result.copied && {
      bytes: result.copied.bytes,
      durationMs: result.copied.durationMs,
      repaired: result.copied.repaired,
      ...(result.copied.way === undefined ? {} : { way: result.copied.way }),
      ...(result.copied.packed === undefined ? {} : { packed: result.copied.packed }),
      ...(result.copied.resumed ? { resumed: result.copied.resumed } : {}),
      ...(result.copied.note === undefined ? {} : { note: result.copied.note }),
    },
    tail: [],
    tailTotal: 0,
    files: [],
  }
}

function errorResult(error: unknown): RunResult {
  const failure = failureOf(error)
  return {
    exitStatus: null,
    endedBy: 'nothing',
    failure,
    title: failure.cause,
    message: messageOf(error),
    hint: error instanceof LabError ? error.hint : null,
    proof: [],
    durationMs: null,
    copied: null,
    tail: [],
    tailTotal: 0,
    files: [],
  }
}

/** Lease of a run's attempt: `T12.1`; never typed by people. */
export function leaseIdOf(run: string, attempt: number): string {
  return `${run}.${attempt}`
}
