import type { Millis } from '../../clock.ts'
import type { BoardConfig } from '../../config/types.ts'
import { boardConfig, type Core } from '../core.ts'
import type { Hold, Holdings } from '../leases/holdings.ts'
import type { BoardState } from '../types.ts'
import { inMaintenance } from './board-state.ts'
import { type Checks, recordProbe } from './checks.ts'
import type { PowerService } from './power.ts'

export type Recovery = {
  /** Looks after a board that does not answer, once at a time; resolves when it is back or set aside. Never throws. */
  recover(id: string, reason: string): Promise<void>
  recovering(id: string): boolean
  /** Resolves when none is going on. */
  idle(): Promise<void>
}

export type RecoveryDeps = {
  core: Core
  holdings: Holdings
  checks: Checks
  power: PowerService
  freed(board: string): void
}

const ASK_WITHIN_MS: Millis = 10_000

/**
 * Asks again, then cycles the power where there is control and the last time is long enough ago, then sets the board
 * aside (requirements E, console connect; H10.3).
 */
export function createRecovery(deps: RecoveryDeps): Recovery {
  const { core, holdings, checks, power } = deps
  const going = new Map<string, Promise<void>>()

  const answers = async (board: BoardConfig, hold: Hold, timeoutMs: Millis): Promise<boolean> => {
    const { signal } = new AbortController()
    const asked = await recordProbe(core, board.id, () => checks.probeUnder(board, hold, timeoutMs, signal))
    return asked === 'answered'
  }
  /** After a switch that was cut short: its outlet is read, and a board that has power gets the time to boot. */
  const bootsStill = async (board: BoardConfig, hold: Hold, reason: string): Promise<boolean> => {
    const { after } = await power.under(hold, board, 'status', reason)
    return after === 'on' && (await answers(board, hold, board.bootTimeoutMs))
  }
  const attempt = async (board: BoardConfig, hold: Hold, reason: string): Promise<void> => {
    const cutShort = cycleWasCutShort(core, board.id)
    if (await answers(board, hold, ASK_WITHIN_MS)) return
    if (cutShort && board.power !== null && (await bootsStill(board, hold, reason))) return
    const state = core.state().boards[board.id]
    if (state === undefined || !mayCycle(core, board, state, cutShort) || power.acting(board.id)) return
    await core.commit({
      o: 'board/step',
      id: board.id,
      at: core.clock.now(),
      event: { kind: 'recovering', reason, cycle: true },
    })
    const event = await power.under(hold, board, 'cycle', reason)
    if (event.back === true) {
      const responseMs = (event.endedAt ?? event.startedAt) - event.startedAt
      await core.commit({
        o: 'board/step',
        id: board.id,
        at: core.clock.now(),
        event: { kind: 'answered', responseMs, kernel: null },
      })
      return
    }
    const why = `${reason}; ${event.message ?? 'not back at its prompt after a power cycle'}`
    await core.commit({
      o: 'board/step',
      id: board.id,
      at: core.clock.now(),
      event: { kind: 'lost', reason: why },
    })
  }
  const recover = async (id: string, reason: string): Promise<void> => {
    const board = boardConfig(core, id)
    if (board === null || !isToRecover(core, id) || power.acting(id)) return
    await checks.yield(id)
    const hold = await holdings.take(id, 'recovery')
    if (hold === null) return
    try {
      await attempt(board, hold, reason)
    } finally {
      await holdings.release(hold)
    }
  }
  return {
    recover(id, reason) {
      const already = going.get(id)
      if (already !== undefined) return already
      const work = recover(id, reason)
        .catch((error: unknown) => core.log.error({ error, board: id }, 'a recovery broke off'))
        .finally(() => {
          going.delete(id)
          deps.freed(id)
        })
      going.set(id, work)
      return work
    },
    recovering: id => going.has(id),
    async idle() {
      await Promise.all(going.values())
    },
  }
}

/** What somebody switched off on purpose stays off. */
function isToRecover(core: Core, id: string): boolean {
  const condition = core.state().boards[id]?.condition
  return condition !== undefined && condition !== 'off'
}

/** A cycle of this very recovery never came to its end: the bot was stopped or killed, and the board may be off. */
function cycleWasCutShort(core: Core, id: string): boolean {
  const state = core.state().boards[id]
  return state?.condition === 'recovery' && state.lastCycleAt !== null && state.lastCycleAt >= state.since
}

/** The last cycle must be long enough ago, or a sick board would be switched for ever. */
function mayCycle(core: Core, board: BoardConfig, state: BoardState, cutShort: boolean): boolean {
  // Somebody may have their hands in a board that is in maintenance.
  if (board.power === null || core.current.stopping || inMaintenance(state, core.clock.now())) return false
  if (state.condition === 'off') return false
  // A board that could not be opened here cannot be switched either, and may well be fine.
  if (core.siteOf(board).state(board.id) === null) return false
  if (cutShort) return true
  const { recoveryCooldownMs } = core.current.inventory.settings
  return state.lastCycleAt === null || core.clock.now() - state.lastCycleAt >= recoveryCooldownMs
}
