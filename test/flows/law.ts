import type { Lab } from '../../src/lab/lab.ts'
import type { Lease, Run } from '../../src/lab/types.ts'

/** What the queue decided on, as it stood at one moment. */
type Moment = {
  waiting: readonly Run[]
  /** Who holds each board; more than one where the lab is wrong. */
  holders: ReadonlyMap<string, readonly Lease[]>
  /** Boards that nobody holds and that may take work, with their families. */
  free: ReadonlyMap<string, string>
  room: ReadonlyMap<string, number>
  now: number
}

/** The law of the queue (P26) and of the one holder (P25), looked at after every change of the live state. */
export type LawWatch = {
  /** What was broken, a sentence each. */
  readonly broken: readonly string[]
  /** How many starts were looked at. */
  readonly starts: number
  /** Since when (monotonic) each free board has somebody waiting who fits it. */
  readonly idle: ReadonlyMap<string, number>
  stop(): void
}

/**
 * Somebody was started before a claim that ranks higher: right only if that claim has another board coming, out of
 * the same dispatch, as boards are taken side by side.
 */
type Promised = { claim: string; boards: Set<string>; sentence: string }

export function watchLaw(lab: Lab): LawWatch {
  const broken: string[] = []
  const promised = new Set<Promised>()
  const idle = new Map<string, number>()
  const tokens = new Map<string, number>()
  let starts = 0
  let before = momentOf(lab)
  let seen = -1

  const look = (sequence: number): void => {
    if (sequence === seen) return
    seen = sequence
    const after = momentOf(lab)
    for (const { run, board, token } of startedBetween(before, lab)) {
      starts += 1
      broken.push(...keep(promised, run.id, board))
      for (const promise of overtaken(run, board, before)) promised.add(promise)
      if (token <= (tokens.get(board) ?? 0)) broken.push(`${board} had token ${token} before`)
      tokens.set(board, token)
    }
    for (const [board, leases] of after.holders)
      if (leases.length > 1) broken.push(`${board} is held by ${leases.map(lease => lease.id).join(' and ')}`)
    noteIdle(lab, after, idle)
    before = after
  }
  const unsubscribe = lab.subscribe('*', news => look(news.sequence))
  return {
    get broken() {
      return [...broken, ...[...promised].map(({ sentence }) => sentence)]
    },
    idle,
    get starts() {
      return starts
    },
    stop: unsubscribe,
  }
}

function momentOf(lab: Lab): Moment {
  const holding = Object.values(lab.state().leases).filter(
    ({ state, board }) => board !== null && (state === 'active' || state === 'checking'),
  )
  const holders = Map.groupBy(holding, lease => lease.board ?? '')
  const free = lab.boards().filter(({ config, usable }) => usable && !holders.has(config.id))
  return {
    waiting: Object.values(lab.state().runs).filter(({ state }) => state === 'queued'),
    holders,
    free: new Map(free.map(({ config }) => [config.id, config.family])),
    room: new Map(lab.families().map(({ name, limit, running }) => [name, limit - running])),
    now: lab.now(),
  }
}

type Start = { run: Run; board: string; token: number }

/** Runs that waited then and have a board now. */
function startedBetween(before: Moment, lab: Lab): Start[] {
  return before.waiting.flatMap(run => {
    const now = lab.state().runs[run.id]
    const last = now?.attempts.at(-1)
    const isNew = last !== undefined && (now?.attempts.length ?? 0) > run.attempts.length
    return isNew ? [{ run, board: last.board, token: last.token }] : []
  })
}

/** Nothing starts on a board while a higher-ranked claim that waits fits that board. */
function overtaken(run: Run, board: string, before: Moment): Promised[] {
  return before.waiting
    .filter(other => other.id !== run.id && outranks(other, run) && fits(other, board, run.family, before))
    .map(other => ({
      claim: other.id,
      boards: new Set(
        [...before.free].flatMap(([id, family]) =>
          id !== board && fits(other, id, family, before) ? [id] : [],
        ),
      ),
      sentence: `${run.id} started on ${board} before ${other.id}, which ranks higher and fits`,
    }))
}

/** The next start on each promised board must be the claim's own. Returns what was broken by this start. */
function keep(promised: Set<Promised>, claim: string, board: string): string[] {
  const broken: string[] = []
  for (const promise of promised) {
    const isKept = promise.claim === claim && promise.boards.has(board)
    promise.boards.delete(board)
    if (!isKept && promise.claim !== claim && promise.boards.size > 0) continue
    promised.delete(promise)
    if (!isKept) broken.push(promise.sentence)
  }
  return broken
}

/** M4.2, restated: priority, then time of arrival, then number. */
function outranks(a: Run, b: Run): boolean {
  const [left, right] = [a, b].map(run => [run.priority, run.arrivedAt, Number(run.id.slice(1))])
  const at = left?.findIndex((value, index) => value !== right?.[index]) ?? -1
  return at >= 0 && (left?.[at] ?? 0) < (right?.[at] ?? 0)
}

/** Design 4: it could start there now. */
function fits(run: Run, board: string, family: string, { room, now }: Moment): boolean {
  const avoids = run.avoid.some(entry => entry.board === board && entry.until > now)
  return run.family === family && (run.board ?? board) === board && !avoids && (room.get(family) ?? 0) > 0
}

/** A hand-over takes a moment; a board that stays idle while somebody waits for it was forgotten. */
function noteIdle(lab: Lab, moment: Moment, idle: Map<string, number>): void {
  for (const { config } of lab.boards()) {
    const isWanted =
      moment.free.has(config.id) && moment.waiting.some(run => fits(run, config.id, config.family, moment))
    if (!isWanted) idle.delete(config.id)
    else if (!idle.has(config.id)) idle.set(config.id, performance.now())
  }
}
