import type { BoardConfig } from '../../config/types.ts'
import { BoardBusyError, type LabError, messageOf, NotAllowedError } from '../../errors.ts'
import { nonce } from '../../ids.ts'
import type { WorkEvent } from '../../work/types.ts'
import { type Core, requireBoard } from '../core.ts'
import { checkTakesWork } from '../leases/asking.ts'
import type { Hold, Holdings } from '../leases/holdings.ts'
import { CAUSE_OF, raise, resolve } from '../mail/alerts.ts'
import { isSamePerson } from '../roles.ts'
import type { Operation } from '../state.ts'
import { tellHolder } from '../telling.ts'
import type { Lease, PowerAction, PowerEvent } from '../types.ts'
import type { BoardEvent } from './board-state.ts'
import type { Checks } from './checks.ts'
import type { LiveBoards } from './live.ts'
import { createPowerBook, type PowerBook } from './power-book.ts'
import {
  afterwards,
  brokenOff,
  cutShort,
  cutShortStep,
  isSwitchedOff,
  newPowerEvent,
  reasonOf,
  switchedUnder,
} from './power-event.ts'
import { holders } from './views.ts'

/** How a run on the board is told that its board was switched under it; resolves when it has let go. */
export type TakeAway = (board: string, why: LabError, until: Promise<unknown>) => boolean

export type PowerService = Pick<PowerBook, 'event' | 'find' | 'past'> & {
  /** Starts it; the event is stored, goes on by itself and tells `power/ID`. Reading (`status`) is waited for. */
  act(board: string, action: PowerAction, who: PowerEvent['by'], reason: string): Promise<PowerEvent>
  /** Under a hold the caller has, and waited for: the recovery's own. */
  under(hold: Hold, board: BoardConfig, action: PowerAction, reason: string): Promise<PowerEvent>
  acting(board: string): boolean
  /** Ends as failed what a stop or a kill cut short, and leaves its board to be looked after. Repeating is safe. */
  reconcile(): Promise<void>
  /** Resolves when no outlet is being switched: a cycle that is cut short leaves a board off. */
  idle(): Promise<void>
}

export type PowerDeps = {
  core: Core
  holdings: Holdings
  checks: Checks
  live: LiveBoards
  takeAway: TakeAway
  freed(board: string): void
  /** Resolves when this board is not on its way to a claim. */
  handedOver(board: string): Promise<void>
}

type Asked = Parameters<typeof newPowerEvent>[0]
type Begun = { event: PowerEvent; stored: Promise<unknown>; work: Promise<unknown> }

export function createPowerService(deps: PowerDeps): PowerService {
  const { core, holdings, checks, live } = deps
  const book = createPowerBook(core)
  /** Boards, and their switch once it has begun. */
  const acting = new Map<string, { id: string; done: Promise<unknown> } | null>()
  const going = new Set<Promise<unknown>>()

  const heard = ({ id, board }: PowerEvent, news: WorkEvent): void => {
    if (news.kind === 'power') live.power(board, news.read)
    if (news.kind !== 'stage') return
    book.reached(id, { stage: news.stage, t: news.t })
    // The last step is told with the end, which is only a moment away.
    if (news.stage !== 'back' && news.stage !== 'not back')
      core.news.publish([`power/${id}`, `board/${board}`, 'boards'], core.store.sequence)
  }
  const asked = (board: string, action: PowerAction, by: PowerEvent['by'], reason: string): Asked => ({
    id: `W${nonce(4)}`,
    board,
    action,
    by,
    reason,
  })
  const fresh = (what: Asked): PowerEvent => newPowerEvent(what, core.clock.now(), core.store.sequence)

  /** The event as it came to its end; nothing is stored yet. Never throws. */
  const carryOut = async (event: PowerEvent, board: BoardConfig, token: number): Promise<PowerEvent> => {
    const end = await perform(event, board, token)
    const { startedAt } = core.state().power[event.id] ?? event
    return { ...event, ...end, startedAt, steps: book.steps(event.id), endedAt: core.clock.now() }
  }
  const perform = async (
    event: PowerEvent,
    board: BoardConfig,
    token: number,
  ): Promise<Partial<PowerEvent>> => {
    const { powerCycleDelayMs: delayMs, powerConfirmMs: confirmMs } = core.current.inventory.settings
    const job = { kind: 'power', board, action: event.action, delayMs, confirmMs } as const
    const onEvent = (news: WorkEvent): void => heard(event, news)
    try {
      const { signal } = new AbortController()
      const result = await core.siteOf(board).perform(job, { token, signal, onEvent })
      live.power(board.id, result.after)
      const { before, after, back, problem = null } = result
      return { before, after, back, message: problem }
    } catch (error) {
      const what = { board: board.id, action: event.action, error: messageOf(error) }
      core.log.warn(what, 'power control failed')
      return brokenOff(error)
    }
  }
  const read = async (what: Asked, board: BoardConfig, token: number): Promise<PowerEvent> => {
    const reading = await carryOut(fresh(what), board, token)
    book.remember(reading)
    return reading
  }
  /** One journal line: that it ended, what its board is then, and what somebody has to go and look at. */
  const end = (over: PowerEvent, board: BoardEvent | null): Promise<PowerEvent> =>
    book.end(
      over,
      ...(board === null ? [] : [stepOf(core, over.board, board)]),
      ...(isRestarted(over) ? [stepOf(core, over.board, { kind: 'fresh' })] : []),
      ...alertOf(core, over),
    )

  /** Under the holder's own token when somebody has the board: it is no takeover (design 4). */
  const begin = (what: Asked, board: BoardConfig, hold: Hold, isOurs: boolean): Begun => {
    const event = fresh(what)
    const lease = holders(core.state().leases).get(board.id) ?? null
    // The board of a person is theirs to look after, unless it was switched off before.
    const isLeft = lease?.holder.kind === 'person' && core.state().boards[board.id]?.condition !== 'off'
    const stored = core.commit(
      { o: 'power/began', event },
      ...(isOurs ? [stepOf(core, board.id, { kind: 'token', token: hold.token })] : []),
      ...(isLeft ? [] : [stepOf(core, board.id, { kind: 'switching', reason: reasonOf(event) })]),
      ...tellHolder(core, lease, event),
    )
    const { promise: until, resolve: over } = Promise.withResolvers<void>()
    // A run lets go first of what it types.
    if (!isOurs) deps.takeAway(board.id, switchedUnder(event), until)
    const meaning = (done: PowerEvent): BoardEvent | null => {
      const isStillTheirs = isLeft && holdings.current(board.id) === hold && !isOffAgainst(lease, done)
      return isStillTheirs ? null : afterwards(done, core.clock.now())
    }
    const work = async (): Promise<void> => {
      try {
        await stored
        const done = await carryOut(event, board, hold.token)
        await end(done, meaning(done))
      } finally {
        over()
        if (isOurs) await holdings.release(hold)
      }
    }
    return { event, stored, work: work() }
  }
  const start = async ({ event, stored, work }: Begun): Promise<PowerEvent> => {
    const done = work
      .catch((error: unknown) => giveUp(event, error))
      .finally(() => {
        acting.delete(event.board)
        going.delete(done)
        core.news.publish([`power/${event.id}`], core.store.sequence)
        deps.freed(event.board)
      })
    acting.set(event.board, { id: event.id, done })
    going.add(done)
    await stored
    return book.event(event.id) ?? event
  }
  /** An end is seen a moment before it is on disk and its board given back: who saw it does not find it busy. */
  const letGo = async (board: string): Promise<void> => {
    const last = acting.get(board) ?? null
    if (last !== null && book.event(last.id)?.endedAt === null) return
    await last?.done
  }
  /** A fault of ours: whoever waits for its end gets one. */
  const giveUp = async (event: PowerEvent, error: unknown): Promise<void> => {
    core.log.error({ error, board: event.board }, 'power switching broke off')
    if (book.event(event.id)?.endedAt !== null) return
    const over = { ...event, ...brokenOff(error), endedAt: core.clock.now() }
    await end(over, afterwards(over, core.clock.now())).catch(() => {})
  }
  /** Whoever holds the board sees to it; their lease alone keeps others from one that was being switched. */
  const leftBy = (event: PowerEvent, isHeld: boolean): Operation[] => {
    if (!isHeld) return [stepOf(core, event.board, cutShortStep(event, false))]
    const isSwitching = core.state().boards[event.board]?.condition === 'recovery'
    return isSwitching ? [stepOf(core, event.board, cutShortStep(event, true))] : []
  }
  /** The hold that somebody has on the board, or one of our own; a question being asked there gives way. */
  const holdOf = async (id: string): Promise<{ hold: Hold; isOurs: boolean }> => {
    for (;;) {
      await checks.yield(id)
      const held = checks.checking(id) ? null : holdings.current(id)
      if (held !== null) return { hold: held, isOurs: false }
      const hold = await holdings.take(id, 'power')
      if (hold !== null) return { hold, isOurs: true }
      if (!checks.checking(id)) throw busy(id)
    }
  }

  return {
    async act(id, action, by, reason) {
      const board = requireBoard(core, id)
      if (board.power === null) throw manual(id)
      const what = asked(id, action, by, reason)
      if (action === 'status') return await read(what, board, core.state().boards[id]?.token ?? 0)
      await letGo(id)
      checkTakesWork(core, 'power switches')
      if (acting.has(id)) throw busy(id)
      acting.set(id, null)
      try {
        // A test that is only just being given this board is found by `takeAway` once it has it.
        await deps.handedOver(id)
        const { hold, isOurs } = await holdOf(id)
        return await start(begin(what, board, hold, isOurs))
      } catch (error) {
        acting.delete(id)
        throw error
      }
    },
    async under(hold, board, action, reason) {
      const what = asked(board.id, action, null, reason)
      if (action === 'status') return await read(what, board, hold.token)
      acting.set(board.id, null)
      const event = fresh(what)
      const work = core
        .commit({ o: 'power/began', event })
        .then(() => carryOut(event, board, hold.token))
        .then(done => end(done, null))
      going.add(work)
      return await work.finally(() => {
        going.delete(work)
        acting.delete(board.id)
      })
    },
    event: book.event,
    find: book.find,
    past: book.past,
    acting: board => acting.has(board),
    async reconcile() {
      const at = core.clock.now()
      const held = holders(core.state().leases)
      const open = Object.values(core.state().power).filter(event => event.endedAt === null)
      const operations = open.flatMap((event): Operation[] => [
        { o: 'power/ended', event: cutShort(event, at) },
        ...leftBy(event, held.has(event.board)),
      ])
      if (operations.length > 0) await core.commit(...operations)
      await book.archive()
    },
    async idle() {
      while (going.size > 0) await Promise.allSettled(going)
      await book.idle()
    },
  }
}

function isRestarted({ action, back }: PowerEvent): boolean {
  return action === 'cycle' && back === true
}

/** Somebody else than its holder wants it off: it stays so when the lease is over. */
function isOffAgainst(lease: Lease | null, over: PowerEvent): boolean {
  if (lease?.holder.kind !== 'person' || !isSwitchedOff(over)) return false
  return !isSamePerson(lease.holder.person, over.by)
}

function stepOf(core: Core, id: string, event: BoardEvent): Operation {
  return { o: 'board/step', id, at: core.clock.now(), event }
}

/** Power control that fails wants somebody to go and look (H18.4); one that works again resolves it. */
function alertOf(core: Core, event: PowerEvent): Operation[] {
  const cause = CAUSE_OF.power(event.board)
  const over = event.back === true || isSwitchedOff(event) ? resolve(core, CAUSE_OF.offline(event.board)) : []
  return event.failure === null
    ? [...over, ...resolve(core, cause)]
    : raise(core, cause, `Manual intervention at ${event.board}: ${event.message}`)
}

function manual(board: string): NotAllowedError {
  return new NotAllowedError(`${board} has no power control`, {
    hint: `Switch it by hand, or give it an outlet in boards.yaml (power: {pdu, outlet}).`,
  })
}

function busy(board: string): BoardBusyError {
  return new BoardBusyError(`the power of ${board} is being switched already`, {
    hint: `See how it goes: boards show ${board}`,
  })
}
