import type { Clock, Millis, Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { LeaseStore } from '../../storage/types.ts'

/** A board in this process's hands, under a fencing token. */
export type Hold = { readonly board: string; readonly holder: string; readonly token: number }

export type Holdings = {
  /** Null when somebody else has the board, and after `stop`. */
  take(board: string, holder: string): Promise<Hold | null>
  /** Safe to repeat, and safe when the hold was lost. */
  release(hold: Hold): Promise<void>
  current(board: string): Hold | null
  /** How long ago anybody but the lab's own looking had it; Infinity where nobody did since this process began. */
  usedAgo(board: string): Millis
  stop(): void
}

export type HoldingsDeps = {
  leaseStore: LeaseStore
  /** The highest token the journal knows for a board. */
  floor(board: string): number
  /** The store says that a hold of ours is no longer ours: its work must stop. */
  onLost(hold: Hold): void
  clock: Clock
  log: Log
}

/** Liveness, apart from the term people see: a holder that does not renew is gone after this (design 2). */
const TTL_MS: Millis = 15_000
const RENEW_MS: Millis = 5_000
/** Holders that ask a board, or bring it back. */
const OUR_LOOKING: ReadonlySet<string> = new Set(['check', 'recovery'])

/** Takes, renews and gives back holds of the lease store, which alone says who holds a board. */
export function createHoldings(deps: HoldingsDeps): Holdings {
  const holds = new Map<string, Hold>()
  const usedAt = new Map<string, Millis>()
  let timer: Timer | null = null
  let stopped = false

  const letGo = ({ board, holder }: Hold): void => {
    holds.delete(board)
    if (!OUR_LOOKING.has(holder)) usedAt.set(board, deps.clock.mono())
  }
  const lose = (hold: Hold): void => {
    if (holds.get(hold.board) !== hold) return
    letGo(hold)
    deps.onLost(hold)
  }
  const renew = async (hold: Hold): Promise<void> => {
    try {
      if (!(await deps.leaseStore.renew(hold.board, hold.token, TTL_MS))) lose(hold)
    } catch (error) {
      // The store cannot be asked: work goes on until the time to live has surely passed; the gate guards the board.
      deps.log.warn({ board: hold.board, error: messageOf(error) }, 'could not renew a lease')
    }
  }
  const tick = (): void => {
    timer = deps.clock.after(RENEW_MS, () => {
      for (const hold of holds.values()) void renew(hold)
      tick()
    })
  }

  return {
    async take(board, holder) {
      if (stopped) return null
      const answer = await deps.leaseStore.acquire(board, holder, TTL_MS, deps.floor(board))
      if (!answer.held) return null
      const hold = { board, holder, token: answer.token }
      holds.set(board, hold)
      if (timer === null) tick()
      return hold
    },
    async release(hold) {
      if (holds.get(hold.board) === hold) letGo(hold)
      await deps.leaseStore.release(hold.board, hold.token).catch((error: unknown) => {
        deps.log.warn(
          { board: hold.board, error: messageOf(error) },
          'could not release a lease; it runs out by itself',
        )
      })
    },
    current: board => holds.get(board) ?? null,
    usedAgo: board => deps.clock.mono() - (usedAt.get(board) ?? -Infinity),
    stop() {
      stopped = true
      timer?.cancel()
    },
  }
}
