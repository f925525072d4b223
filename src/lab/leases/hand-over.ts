import { BoardBusyError, LabError, messageOf } from '../../errors.ts'
import type { ProbeResult } from '../../work/types.ts'
import type { Checks } from '../boards/checks.ts'
import { boardConfig, type Core } from '../core.ts'
import { owed } from '../mail/owed.ts'
import type { Lease } from '../types.ts'
import type { Hold, Holdings } from './holdings.ts'

export type HandOver = {
  /** Checks that the board answers, then hands it over; one that does not is passed over and looked after (M3.9). */
  begin(lease: Lease, hold: Hold): Promise<void>
  /** Nothing is typed for this lease any more when it resolves. */
  giveUp(leaseId: string): Promise<void>
  /** All of them, and none begins any more: the bot is being stopped. */
  giveUpAll(): Promise<void>
}

export type HandOverDeps = {
  core: Core
  holdings: Holdings
  checks: Checks
  freed(board: string): void
  lookAfter(board: string, reason: string): void
  granted(lease: Lease): Promise<void>
  /** Its asker still waits for the answer, which says that it was granted. */
  isAwaited(lease: string): boolean
}

export function createHandOver(deps: HandOverDeps): HandOver {
  const { core, holdings, checks } = deps
  const going = new Map<string, { stop: AbortController; done: Promise<void> }>()
  let stopped = false
  const stateOf = (id: string): Lease['state'] | undefined => core.state().leases[id]?.state

  const check = async (hold: Hold, signal: AbortSignal): Promise<ProbeResult> => {
    const board = boardConfig(core, hold.board)
    if (board === null)
      throw new BoardBusyError(`${hold.board} left the inventory`, { hint: 'Another one is looked for.' })
    return await checks.probeUnder(board, hold, core.current.inventory.settings.handoverCheckMs, signal)
  }
  const grant = async (lease: Lease, hold: Hold, answer: ProbeResult): Promise<void> => {
    const at = core.clock.now()
    await core.commit(
      { o: 'board/step', id: hold.board, at, event: { kind: 'answered', ...answer } },
      {
        o: 'lease/step',
        id: lease.id,
        at,
        event: { kind: 'granted', board: hold.board, token: hold.token, until: at + lease.termMs },
      },
      // Whoever got it at once is looking at the answer; whoever was answered "waiting" is told (M3.7).
      ...(deps.isAwaited(lease.id) ? [] : [owed(core, lease, 'lease-granted', lease.origin.channel)]),
    )
    // What follows is the leases' own business: should it fail, the board is this person's all the same.
    core.behind('arming the end of a lease', deps.granted(lease))
  }
  const passOver = async (lease: Lease, hold: Hold, error: unknown): Promise<void> => {
    const at = core.clock.now()
    if (stateOf(lease.id) === 'checking') {
      const avoidUntil = at + core.current.inventory.settings.sameBoardRetryMs
      await core.commit({ o: 'lease/step', id: lease.id, at, event: { kind: 'passed over', avoidUntil } })
    }
    await holdings.release(hold)
    deps.lookAfter(hold.board, messageOf(error))
    deps.freed(hold.board)
  }
  const handOver = async (lease: Lease, hold: Hold, stop: AbortSignal): Promise<void> => {
    try {
      const answer = await check(hold, stop)
      if (!stop.aborted && stateOf(lease.id) === 'checking') return await grant(lease, hold, answer)
    } catch (error) {
      if (!stop.aborted) return await passOver(lease, hold, error)
    }
    // Given up meanwhile: nobody else knows of this hold any more.
    await holdings.release(hold)
    deps.freed(hold.board)
  }

  return {
    async begin(lease, hold) {
      const stop = new AbortController()
      if (stopped) stop.abort(givenUp(lease.id))
      const done = handOver(lease, hold, stop.signal).finally(() => going.delete(lease.id))
      going.set(lease.id, { stop, done })
      await done
    },
    async giveUp(leaseId) {
      const entry = going.get(leaseId)
      entry?.stop.abort(givenUp(leaseId))
      await entry?.done.catch(() => {})
    },
    async giveUpAll() {
      stopped = true
      for (const [id, { stop }] of going) stop.abort(givenUp(id))
      await Promise.allSettled(Array.from(going.values(), entry => entry.done))
    },
  }
}

function givenUp(lease: string): LabError {
  return new LabError('given-up', `${lease} was given up while its board was being checked`, {
    hint: 'Nothing more is to be done.',
    failure: { class: 'cancelled', cause: 'cancelled', blame: 'none' },
  })
}
