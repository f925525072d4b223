import type { Millis } from '../../clock.ts'
import type { RecoveryStep, Settings } from '../../config/types.ts'
import { assertNever, type Failure } from '../../errors.ts'
import type { Sequence } from '../../storage/types.ts'
import type {
  BoardCondition,
  BoardState,
  BoardStatus,
  Incident,
  IncidentBlame,
  Person,
  StepOutcome,
} from '../types.ts'
import { withBlame, withIncident } from './incidents.ts'
import { keptSteps } from './ladder.ts'

/** What can happen to a board, beside being leased (that is the leases' business). */
export type BoardEvent =
  | { kind: 'used'; token: number }
  | { kind: 'token'; token: number }
  /** A test ended on it and left it at a prompt that answers. */
  | { kind: 'worked' }
  | { kind: 'answered'; responseMs: Millis; kernel: string | null }
  /** `cycle`: its power is about to be cycled by the lab itself. `after`: the test whose own doing it is. */
  | { kind: 'recovering'; reason: string; cycle: boolean; after?: string }
  /** `again`: what its ladder is to go on with, when; left out where nothing is known of that. */
  | { kind: 'lost'; reason: string; again?: BoardState['again'] }
  /** Of bringing it back; `run`: it ended that one too. */
  | { kind: 'step began'; step: RecoveryStep; run: string | null }
  | { kind: 'step ended'; outcome: StepOutcome; message: string | null }
  /** Its power is about to be switched because somebody asked for it. */
  | { kind: 'switching'; reason: string }
  /** Off on purpose: it stays so until it is switched on or answers, and nobody looks after it meanwhile. */
  | { kind: 'switched off'; reason: string }
  | { kind: 'failed'; run: string; message: string; windowMs: Millis }
  /** Its console told of a failure; once more when it is told whole. */
  | { kind: 'incident'; incident: Incident }
  /** Whose fault one was that came while nobody used it. */
  | { kind: 'judged'; incident: Pick<Incident, 'kind' | 'offset'>; blame: IncidentBlame; windowMs: Millis }
  /** Its kernel is not itself any more, and why; under which test, if any. */
  | { kind: 'tainted'; title: string; run: string | null }
  /** Its kernel has started anew. */
  | { kind: 'fresh' }
  | { kind: 'condemned'; reason: string }
  | { kind: 'acquitted' }
  | { kind: 'maintained'; until: Millis | null; reason: string; by: Person }
  | { kind: 'returned' }

/** Which condition each event leads to; null leaves it. Every event may come in every condition. */
const CONDITION: Readonly<Record<BoardEvent['kind'], BoardCondition | null>> = {
  used: null,
  worked: 'ready',
  token: null,
  answered: 'ready',
  recovering: 'recovery',
  lost: 'offline',
  'step began': null,
  'step ended': null,
  switching: 'recovery',
  'switched off': 'off',
  failed: null,
  incident: null,
  judged: null,
  tainted: null,
  fresh: null,
  condemned: null,
  acquitted: null,
  maintained: null,
  returned: null,
}

export function newBoard(id: string, at: Millis, sequence: Sequence): BoardState {
  return {
    id,
    rev: sequence,
    condition: 'unknown',
    since: at,
    reason: null,
    unhealthy: null,
    maintenance: null,
    failures: [],
    token: 0,
    uses: 0,
    lastUsedAt: null,
    lastCheckAt: null,
    lastResponseMs: null,
    kernel: null,
    lastCycleAt: null,
    steps: [],
  }
}

/** What leaves a board as people see it: no card of it is out of date. */
const SILENT: ReadonlySet<BoardEvent['kind']> = new Set([
  'used',
  'token',
  'answered',
  'worked',
  'step began',
  'step ended',
  'incident',
])

/** It answers, or somebody has it in hand: its ladder is at its end. */
const OVER = { after: null, again: null }

/** The board after `event`. Pure; a change that people would see raises its revision. */
export function stepBoard(board: BoardState, event: BoardEvent, at: Millis, sequence: Sequence): BoardState {
  // Silence is what is to be expected of a board that was switched off.
  if (board.condition === 'off' && (event.kind === 'lost' || event.kind === 'recovering')) return board
  const condition = CONDITION[event.kind] ?? board.condition
  const moved = condition !== board.condition
  const since = moved ? at : board.since
  const silent = !moved && SILENT.has(event.kind)
  return { ...change(board, event, at), condition, since, rev: silent ? board.rev : sequence }
}

function change(board: BoardState, event: BoardEvent, at: Millis): BoardState {
  switch (event.kind) {
    case 'used':
      return { ...board, token: Math.max(board.token, event.token), uses: board.uses + 1, lastUsedAt: at }
    case 'token':
      return { ...board, token: Math.max(board.token, event.token) }
    case 'worked':
      return { ...board, ...OVER, reason: null, lastCheckAt: at }
    case 'answered':
      return {
        ...board,
        ...OVER,
        reason: null,
        lastCheckAt: at,
        lastResponseMs: event.responseMs,
        kernel: event.kernel ?? board.kernel,
      }
    case 'recovering':
      return {
        ...board,
        reason: event.reason,
        lastCycleAt: event.cycle ? at : board.lastCycleAt,
        ...(event.after === undefined ? {} : { after: event.after }),
      }
    case 'lost': {
      const { reason, again = board.again } = event
      return { ...board, reason, lastCheckAt: at, after: null, again: again ?? null }
    }
    case 'step began': {
      const { step, run } = event
      const after = board.after == null ? {} : { after: board.after }
      const began = { step, startedAt: at, endedAt: null, outcome: null, message: null, run, ...after }
      return { ...board, steps: keptSteps([...board.steps, began], at) }
    }
    case 'step ended': {
      const { outcome, message } = event
      const isFresh =
        outcome === 'back' && board.steps.findLast(each => each.endedAt === null)?.step !== 'console'
      return {
        ...(isFresh ? fresh(board) : board),
        steps: board.steps.map(each =>
          each.endedAt === null ? { ...each, endedAt: at, outcome, message } : each,
        ),
      }
    }
    case 'switching':
    case 'switched off':
      return { ...board, ...OVER, reason: event.reason }
    case 'failed':
      return failed(board, { at, run: event.run, message: event.message }, at - event.windowMs)
    case 'incident': {
      const { incident } = event
      const now = incident.cause === 'reset' ? fresh(board) : board
      return { ...now, incidents: withIncident(board.incidents ?? [], incident) }
    }
    case 'judged': {
      const { incidents, judged } = withBlame(board.incidents ?? [], event.incident, event.blame)
      if (judged === null || event.blame !== 'board') return { ...board, incidents }
      const failure = { at: judged.at, run: null, message: `${judged.title}, while nobody used it` }
      return { ...failed(board, failure, at - event.windowMs), incidents }
    }
    case 'tainted': {
      const { title, run } = event
      return { ...board, tainted: { since: at, title, run } }
    }
    case 'fresh':
      return fresh(board)
    case 'condemned':
      return { ...board, unhealthy: { since: at, reason: event.reason } }
    case 'acquitted':
      return { ...board, unhealthy: null, failures: [] }
    case 'maintained':
      return { ...board, maintenance: { since: at, until: event.until, reason: event.reason, by: event.by } }
    case 'returned':
      return { ...board, maintenance: null }
    default:
      return assertNever(event)
  }
}

function failed(board: BoardState, failure: BoardState['failures'][number], since: Millis): BoardState {
  const recent = board.failures.filter(each => each.at > since)
  return { ...board, failures: [...recent, failure] }
}

function fresh(board: BoardState): BoardState {
  return board.tainted == null ? board : { ...board, tainted: null }
}

/** Only failures blamed on the board count against it (M3.4, design 4). */
export function countsAgainst(failure: Failure): boolean {
  return failure.class === 'infrastructure' && failure.blame === 'board'
}

export function recentFailures(board: BoardState, now: Millis, windowMs: Millis): number {
  return board.failures.filter(failure => failure.at > now - windowMs).length
}

/** The third failure within the window makes a board unhealthy (M3.4). */
export function becomesUnhealthy(board: BoardState, now: Millis, settings: Settings): boolean {
  return (
    board.unhealthy === null &&
    recentFailures(board, now, settings.boardFailuresWindowMs) >= settings.boardFailuresLimit
  )
}

export function inMaintenance(board: BoardState, now: Millis): boolean {
  return board.maintenance !== null && (board.maintenance.until === null || board.maintenance.until > now)
}

/** Why a board gets no work, in words; null when it may. A board nobody has looked at yet may: its first use is the check. */
export function notUsable(board: BoardState, now: Millis, time: (at: Millis) => string): string | null {
  if (inMaintenance(board, now)) {
    const { until, reason } = board.maintenance ?? { until: null, reason: '' }
    const end = until === null ? '' : ` until ${time(until)}`
    return `in maintenance${end}${reason === '' ? '' : `: ${reason}`}`
  }
  if (board.unhealthy !== null)
    return `unhealthy since ${time(board.unhealthy.since)}: ${board.unhealthy.reason}`
  if (board.condition === 'offline')
    return `offline since ${time(board.since)}: ${board.reason ?? 'no answer'}`
  if (board.condition === 'off') return `off since ${time(board.since)}: ${board.reason ?? 'switched off'}`
  if (board.condition === 'recovery')
    return `being recovered since ${time(board.since)}: ${board.reason ?? 'no answer'}`
  return null
}

export function statusOf(board: BoardState, held: boolean, now: Millis): BoardStatus {
  if (inMaintenance(board, now)) return 'maintenance'
  if (board.condition === 'recovery') return 'recovery'
  if (held) return 'in_use'
  if (board.condition === 'offline' || board.condition === 'off') return 'offline'
  return board.condition === 'ready' ? 'available' : 'unknown'
}

export function healthOf(
  board: BoardState,
  now: Millis,
  windowMs: Millis,
): 'healthy' | 'degraded' | 'unhealthy' | 'unknown' {
  if (board.unhealthy !== null || board.condition === 'offline' || board.condition === 'off')
    return 'unhealthy'
  if (board.condition === 'unknown') return 'unknown'
  return recentFailures(board, now, windowMs) > 0 || board.condition === 'recovery' ? 'degraded' : 'healthy'
}
