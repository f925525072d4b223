import type { Millis } from '../../clock.ts'
import { clockTime, holderName } from '../boards/views.ts'
import type { Core } from '../core.ts'
import { nameOf } from '../runs/summary.ts'
import { tallyKey } from '../runs/tally.ts'
import type {
  BoardSummary,
  FamilySummary,
  Person,
  QueueSummary,
  Run,
  RunProgress,
  Waiting,
} from '../types.ts'
import { type Claim, claimsOf } from './claims.ts'
import { type Busy, type Durations, durationsOf, estimate } from './estimate.ts'
import { averageWait } from './wait-alert.ts'

/** How long tests of a family and name held their board lately. */
export type Samples = (key: string) => readonly Millis[]

type Situation = {
  core: Core
  boards: readonly BoardSummary[]
  families: readonly FamilySummary[]
  samples: Samples
  progress(run: string): RunProgress | null
}

/** The queue as people see it: who waits, where in line, how long about, and why (M1.4, M4.3). */
export function queueSummary(situation: Situation): QueueSummary {
  const { core } = situation
  const now = core.clock.now()
  const claims = claimsOf(core.state())
  const starts = estimate(claims, busyBoards(situation, now), claim => takes(situation, claim))
  const waiting = claims.map((claim, index) =>
    waitingOf(situation, claim, index, starts.get(claim.id) ?? null, now),
  )
  const running = Object.values(core.state().runs)
    .filter(run => run.state === 'leasing' || run.state === 'preparing' || run.state === 'running')
    .map(run => ({
      run,
      progress: situation.progress(run.id),
      elapsedMs: now - (run.attempts.at(-1)?.startedAt ?? now),
    }))
  return {
    waiting,
    running,
    averageWaitMs: averageWait(
      claims.map(claim => claim.arrivedAt),
      now,
    ),
    limit: core.current.inventory.settings.queueLimit,
  }
}

/** When one that is not in line would start if it were; null where nothing is known. */
export function startsIn(situation: Situation, claim: Claim): Durations | null {
  const { core } = situation
  const claims = [...claimsOf(core.state()), claim]
  const busy = busyBoards(situation, core.clock.now())
  return estimate(claims, busy, each => takes(situation, each)).get(claim.id) ?? null
}

function waitingOf(
  situation: Situation,
  claim: Claim,
  index: number,
  startsIn: Durations | null,
  now: Millis,
): Waiting {
  const { core } = situation
  const run = claim.kind === 'run' ? core.state().runs[claim.id] : undefined
  const lease = claim.kind === 'lease' ? core.state().leases[claim.id] : undefined
  const person: Person =
    run?.submitter ??
    (lease?.holder.kind === 'person' ? lease.holder.person : { id: '', name: '', platform: '' })
  return {
    id: claim.id,
    kind: claim.kind,
    who: person,
    what: run === undefined ? 'lease' : nameOf(run),
    family: claim.family,
    board: claim.board,
    priority: claim.priority,
    position: index + 1,
    ahead: index,
    waitedMs: now - claim.arrivedAt,
    startsIn,
    why: whyWaiting(situation, claim, now),
    retrying: (run?.attempts.length ?? 0) > 0,
  }
}

/** Which boards fit, who holds them until when, which are being healed; a sentence each. */
export function whyWaiting(situation: Situation, claim: Claim, now: Millis): readonly string[] {
  const { core, boards } = situation
  const zone = core.current.inventory.settings.timeZone
  const fitting = boards.filter(board =>
    claim.board === null ? board.config.family === claim.family : board.config.id === claim.board,
  )
  if (fitting.length === 0) return [`no board of ${claim.board ?? claim.family} is in the inventory`]
  const held = fitting.filter(board => board.lease !== null && board.usable)
  const lines: string[] = []
  if (held.length > 0 && claim.board !== null) {
    for (const board of held)
      lines.push(`${board.config.id} is held ${heldPhrase(board, situation, zone, now)}`)
  } else if (held.length > 0) {
    const each = held.map(board => `${board.config.id} ${heldPhrase(board, situation, zone, now)}`)
    lines.push(
      `${held.length} of ${fitting.length} ${claim.family} boards ${held.length === 1 ? 'is' : 'are'} busy (${each.join(', ')})`,
    )
  }
  for (const board of fitting) if (board.reason !== null) lines.push(`${board.config.id} is ${board.reason}`)
  for (const { board, until } of claim.avoid)
    if (until > now) lines.push(`it just failed on ${board}; not there before ${clockTime(until, zone)}`)
  const family = situation.families.find(entry => entry.name === claim.family)
  if (claim.kind === 'run' && family !== undefined && family.free > 0 && family.running >= family.limit) {
    lines.push(`${family.name} runs at most ${family.limit} tests at once`)
  }
  return lines
}

function heldPhrase(board: BoardSummary, situation: Situation, zone: string, now: Millis): string {
  const { lease } = board
  if (lease === null) return 'free'
  const until = lease.holder.kind === 'person' ? lease.until : expectedEnd(board, situation, now)
  const end =
    until === null ? '' : ` until ${lease.holder.kind === 'run' ? '~' : ''}${clockTime(until, zone)}`
  return `by ${holderName(lease)}${end}`
}

function expectedEnd(board: BoardSummary, situation: Situation, now: Millis): Millis | null {
  const left = freeIn(board, situation, now)
  return left === null ? null : now + left.medianMs
}

function busyBoards(situation: Situation, now: Millis): readonly Busy[] {
  return situation.boards
    .filter(board => board.usable)
    .map(board => ({
      board: board.config.id,
      family: board.config.family,
      freeIn: board.lease === null ? { medianMs: 0, p90Ms: 0 } : freeIn(board, situation, now),
    }))
}

function freeIn({ lease }: BoardSummary, situation: Situation, now: Millis): Durations | null {
  if (lease === null) return { medianMs: 0, p90Ms: 0 }
  if (lease.holder.kind === 'person') {
    const left = Math.max(0, (lease.until ?? now) - now)
    return { medianMs: left, p90Ms: left }
  }
  const run = situation.core.state().runs[lease.holder.run]
  const usual = run === undefined ? null : durationsOf(situation.samples(tallyKey(run.family, nameOf(run))))
  if (run === undefined || usual === null) return null
  const elapsed = now - (run.attempts.at(-1)?.startedAt ?? now)
  return { medianMs: Math.max(0, usual.medianMs - elapsed), p90Ms: Math.max(0, usual.p90Ms - elapsed) }
}

function takes(situation: Situation, claim: Claim): Durations | null {
  const { core, samples } = situation
  if (claim.kind === 'lease') {
    const term = core.state().leases[claim.id]?.termMs ?? null
    return term === null ? null : { medianMs: term, p90Ms: term }
  }
  const run: Run | undefined = core.state().runs[claim.id]
  return run === undefined ? null : durationsOf(samples(tallyKey(run.family, nameOf(run))))
}
