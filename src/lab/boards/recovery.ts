import type { Millis } from '../../clock.ts'
import type { BoardConfig } from '../../config/types.ts'
import { boardConfig, type Core } from '../core.ts'
import type { Hold, Holdings } from '../leases/holdings.ts'
import { CAUSE_OF, raise, reword } from '../mail/alerts.ts'
import type { BoardStep } from '../types.ts'
import { inMaintenance } from './board-state.ts'
import type { Checks } from './checks.ts'
import { type Climb, dueAgain, type Hindrance, nextStep, policyOf } from './ladder.ts'
import type { PowerService } from './power.ts'
import { alertText, asideReason } from './step-words.ts'
import { createSteps } from './steps.ts'

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

/**
 * Brings a board back by one ladder (`ladder.ts`): asks it, resets it, cycles its power, each where its policy has it
 * and it may be done; at the end it is set aside and people are told (requirements E, console connect; H10.3).
 */
export function createRecovery(deps: RecoveryDeps): Recovery {
  const { core, holdings, checks, power } = deps
  const going = new Map<string, Promise<void>>()
  const steps = createSteps(core, checks, power)

  const climbOf = (board: BoardConfig, before: readonly BoardStep[], tried: readonly BoardStep[]): Climb => {
    const state = core.state().boards[board.id]
    // A board that could not be opened here cannot be switched either, and may well be fine.
    const isOpen = core.siteOf(board).state(board.id) !== null
    const isTheirs =
      state === undefined || state.condition === 'off' || inMaintenance(state, core.clock.now())
    return {
      policy: policyOf(board, core.current.inventory.settings),
      has: { reset: isOpen && board.sysrq === true, power: isOpen && board.power !== null },
      before,
      tried,
      letBe: core.current.stopping || isTheirs || power.acting(board.id),
      tainted: state?.tainted != null,
    }
  }
  const climb = async (board: BoardConfig, hold: Hold, reason: string): Promise<void> => {
    const cutShort = cycleWasCutShort(core, board.id)
    const { before, tried, from } = pastOf(core, board.id)
    for (;;) {
      const next = nextStep(climbOf(board, before, tried), core.clock.now())
      if (next.kind === 'set aside')
        return await setAside(board, reason, { tried, from, hindered: next.hindered })
      if (next.kind === 'over') return await letBe(board, tried)
      tried.push(await steps.take(next.step, { board, hold, reason, cutShort }))
    }
  }
  /** After a stop of the bot it is looked after again; whoever has their hands in it knows that it is silent. */
  const letBe = async ({ id }: BoardConfig, tried: readonly BoardStep[]): Promise<void> => {
    const last = tried.at(-1)
    if (last === undefined || last.outcome === 'back' || core.current.stopping) return
    const event = { kind: 'lost', reason: last.message ?? 'no answer' } as const
    await core.commit({ o: 'board/step', id, at: core.clock.now(), event })
  }
  const setAside = async (
    board: BoardConfig,
    why: string,
    { tried, from, hindered }: { tried: readonly BoardStep[]; from: Millis; hindered: readonly Hindrance[] },
  ): Promise<void> => {
    const { id } = board
    const { settings } = core.current.inventory
    const { timeZone } = settings
    const due = dueAgain(policyOf(board, settings), tried, hindered)
    const again = due && { ...due, from }
    const reason = asideReason(why, tried, hindered, timeZone)
    const text = alertText(id, reason, tried, again, timeZone)
    await core.commit(
      { o: 'board/step', id, at: core.clock.now(), event: { kind: 'lost', reason, again } },
      ...raise(core, CAUSE_OF.offline(id), text),
      ...reword(core, CAUSE_OF.offline(id), text),
    )
  }
  const recover = async (id: string, reason: string): Promise<void> => {
    const board = boardConfig(core, id)
    if (board === null || !isToRecover(core, id) || power.acting(id)) return
    await checks.yield(id)
    const hold = await holdings.take(id, 'recovery')
    if (hold === null) return
    try {
      await climb(board, hold, reason)
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

/**
 * What was done before this ladder, and what of it already. One that was set aside until a cool-down is over goes on
 * where it stood; what a restart cut short then has not had its chance.
 */
function pastOf(core: Core, id: string): { before: BoardStep[]; tried: BoardStep[]; from: Millis } {
  const { steps = [], again = null } = core.state().boards[id] ?? {}
  const from = again?.from ?? core.clock.now()
  const isTried = (each: BoardStep): boolean =>
    again !== null && each.startedAt >= from && each.outcome !== 'cut short'
  return { before: steps.filter(each => !isTried(each)), tried: steps.filter(isTried), from }
}

/** A step of a board that was set aside was passed over for its cool-down, and that is over. */
export function isDueAgain(core: Core, id: string): boolean {
  const again = core.state().boards[id]?.again
  return again != null && core.clock.now() >= again.at
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
