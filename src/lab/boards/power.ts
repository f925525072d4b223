import type { BoardConfig } from '../../config/types.ts'
import { BoardBusyError, failureOf, LabError, messageOf, NotAllowedError } from '../../errors.ts'
import { nonce } from '../../ids.ts'
import type { PowerResult, WorkEvent } from '../../work/types.ts'
import { type Core, requireBoard } from '../core.ts'
import type { Hold, Holdings } from '../leases/holdings.ts'
import { CAUSE_OF, raise, resolve } from '../mail/alerts.ts'
import type { Operation } from '../state.ts'
import type { PowerAction, PowerEvent } from '../types.ts'
import type { Checks } from './checks.ts'
import type { LiveBoards } from './live.ts'

/** How a run on the board is told that its board was switched under it; resolves when it has let go. */
export type TakeAway = (board: string, why: LabError, until: Promise<unknown>) => boolean

export type PowerService = {
  /** Starts it; the event goes on by itself and tells `power/ID`. Reading (`status`) is waited for. */
  act(board: string, action: PowerAction, who: PowerEvent['by'], reason: string): Promise<PowerEvent>
  /** Under a hold the caller has: the recovery's own cycle. */
  under(
    hold: Hold,
    board: BoardConfig,
    action: PowerAction,
    who: PowerEvent['by'],
    reason: string,
  ): Promise<PowerEvent>
  event(id: string): PowerEvent | null
  acting(board: string): boolean
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
}

const KEPT_IN_MEMORY = 200

export function createPowerService(deps: PowerDeps): PowerService {
  const { core, holdings, live } = deps
  const events = new Map<string, PowerEvent>()
  const acting = new Set<string>()
  const going = new Set<Promise<unknown>>()

  const change = (id: string, part: Partial<PowerEvent>): PowerEvent => {
    const next = { ...(events.get(id) as PowerEvent), ...part, rev: core.store.sequence }
    events.set(id, next)
    core.news.publish([`power/${id}`, `board/${next.board}`, 'boards'], core.store.sequence)
    return next
  }
  const begin = (board: string, action: PowerAction, by: PowerEvent['by'], reason: string): PowerEvent => {
    const event: PowerEvent = {
      id: `W${nonce(4)}`,
      rev: core.store.sequence,
      board,
      action,
      by,
      reason,
      startedAt: core.clock.now(),
      endedAt: null,
      steps: [],
      before: null,
      after: null,
      back: null,
      failure: null,
      message: null,
    }
    for (const old of [...events.keys()].slice(0, Math.max(0, events.size - KEPT_IN_MEMORY)))
      events.delete(old)
    events.set(event.id, event)
    return event
  }
  const heard = (id: string, board: string, event: WorkEvent): void => {
    if (event.kind === 'power') live.power(board, event.read)
    if (event.kind !== 'stage') return
    const steps = [...(events.get(id)?.steps ?? []), { stage: event.stage, t: event.t }]
    // The last step is told with the end, which is only a moment away.
    if (event.stage === 'back' || event.stage === 'not back')
      events.set(id, { ...(events.get(id) as PowerEvent), steps })
    else change(id, { steps })
  }
  const carryOut = async (event: PowerEvent, board: BoardConfig, token: number): Promise<PowerEvent> => {
    const { settings } = core.current.inventory
    const job = {
      kind: 'power',
      board,
      action: event.action,
      delayMs: settings.powerCycleDelayMs,
      confirmMs: settings.powerConfirmMs,
    } as const
    let end: Partial<PowerEvent>
    try {
      const signal = new AbortController().signal
      const result: PowerResult = await core
        .siteOf(board)
        .perform(job, { token, signal, onEvent: heardEvent => heard(event.id, board.id, heardEvent) })
      live.power(board.id, result.after)
      const { before, after, back, problem = null } = result
      end = { before, after, back, message: problem }
    } catch (error) {
      end = { failure: failureOf(error), message: sentence(error) }
      core.log.warn(
        { board: board.id, action: event.action, error: messageOf(error) },
        'power control failed',
      )
    }
    const done = { ...(events.get(event.id) ?? event), ...end, endedAt: core.clock.now() }
    if (event.action !== 'status') {
      await core.power.append(done, done.startedAt)
      const alert = alertOf(core, done)
      if (alert.length > 0) await core.commit(...alert)
    }
    return change(event.id, done)
  }
  /** Under the holder's own token: it is no takeover (design 4). A run lets go first of what it types. */
  const onHeld = async (hold: Hold, event: PowerEvent, board: BoardConfig): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const run = deps.takeAway(board.id, switchedUnder(event), promise)
    if (run)
      await core.commit({
        o: 'board/step',
        id: board.id,
        at: core.clock.now(),
        event: { kind: 'recovering', reason: reasonOf(event), cycle: false },
      })
    const done = await carryOut(event, board, hold.token).finally(resolve)
    if (run) await core.commit(afterwards(core, done))
  }
  const onIdle = async (hold: Hold, event: PowerEvent, board: BoardConfig): Promise<void> => {
    const step = (kind: 'recovering' | 'token'): Operation => ({
      o: 'board/step',
      id: board.id,
      at: core.clock.now(),
      event: kind === 'token' ? { kind, token: hold.token } : { kind, reason: reasonOf(event), cycle: false },
    })
    try {
      await core.commit(step('token'), step('recovering'))
      await core.commit(afterwards(core, await carryOut(event, board, hold.token)))
    } finally {
      await holdings.release(hold)
    }
  }
  const start = (event: PowerEvent, work: Promise<void>): PowerEvent => {
    acting.add(event.board)
    const done = work
      .catch((error: unknown) => core.log.error({ error, board: event.board }, 'power switching broke off'))
      .finally(() => {
        acting.delete(event.board)
        core.news.publish([`power/${event.id}`], core.store.sequence)
        going.delete(done)
        deps.freed(event.board)
      })
    going.add(done)
    return events.get(event.id) ?? event
  }

  return {
    async act(id, action, by, reason) {
      const board = requireBoard(core, id)
      if (board.power === null) throw manual(id)
      if (action === 'status')
        return await carryOut(begin(id, action, by, reason), board, core.state().boards[id]?.token ?? 0)
      if (acting.has(id)) throw busy(id)
      acting.add(id)
      try {
        await deps.checks.yield(id)
        const held = holdings.current(id)
        if (held !== null) {
          const event = begin(id, action, by, reason)
          return start(event, onHeld(held, event, board))
        }
        const hold = await holdings.take(id, 'power')
        if (hold === null) throw busy(id)
        const event = begin(id, action, by, reason)
        return start(event, onIdle(hold, event, board))
      } catch (error) {
        acting.delete(id)
        throw error
      }
    },
    async under(hold, board, action, by, reason) {
      acting.add(board.id)
      const work = carryOut(begin(board.id, action, by, reason), board, hold.token)
      going.add(work)
      return await work.finally(() => {
        going.delete(work)
        acting.delete(board.id)
      })
    },
    async idle() {
      while (going.size > 0) await Promise.allSettled(going)
    },
    event: id => events.get(id) ?? null,
    acting: board => acting.has(board),
  }
}

/** What the board is after a switch nobody worked under: back at its prompt, off, or in need of a look. */
function afterwards(core: Core, event: PowerEvent): Operation {
  const at = core.clock.now()
  const by = event.by === null ? '' : ` by @${event.by.name}`
  if (event.back === true) {
    return {
      o: 'board/step',
      id: event.board,
      at,
      event: { kind: 'answered', responseMs: at - event.startedAt, kernel: null },
    }
  }
  const reason =
    event.message ??
    (event.action === 'off'
      ? `switched off${by}`
      : event.action === 'on'
        ? `switched on${by}, not checked yet`
        : 'not back at its prompt after the power cycle')
  return { o: 'board/step', id: event.board, at, event: { kind: 'lost', reason } }
}

/** Power control that fails wants somebody to go and look (H18.4); one that works again resolves it. */
function alertOf(core: Core, event: PowerEvent): Operation[] {
  const cause = CAUSE_OF.power(event.board)
  return event.failure === null
    ? resolve(core, cause)
    : raise(core, cause, `Manual intervention at ${event.board}: ${event.message}`)
}

function reasonOf(event: PowerEvent): string {
  const by = event.by === null ? '' : ` by @${event.by.name}`
  return event.action === 'cycle' ? `power cycle${by}` : `power ${event.action}${by}`
}

function sentence(error: unknown): string {
  return error instanceof LabError ? `${error.message}. ${error.hint}` : messageOf(error)
}

function switchedUnder(event: PowerEvent): LabError {
  return new LabError(
    'power-switched',
    `${event.board} was switched (${reasonOf(event)}) while the test ran`,
    {
      hint: 'The test goes on to another attempt by itself.',
      failure: { class: 'infrastructure', cause: 'power', blame: 'lab' },
    },
  )
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
