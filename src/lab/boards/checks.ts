import type { Millis } from '../../clock.ts'
import type { BoardConfig } from '../../config/types.ts'
import { failureOf, LabError, messageOf } from '../../errors.ts'
import type { ProbeResult } from '../../work/types.ts'
import { boardConfig, type Core } from '../core.ts'
import type { Hold, Holdings } from '../leases/holdings.ts'
import { CAUSE_OF, resolve } from '../mail/alerts.ts'

/**
 * Typing at an idle board: under a check lease that is kept in memory and that any claim pre-empts at once
 * (design 4).
 */
export type Checks = {
  /** Probes an idle board under a hold of its own; null when somebody has it or a claim took it away. Throws what the probe threw. */
  probe(board: BoardConfig, timeoutMs: Millis): Promise<ProbeResult | null>
  /** Probes under somebody's hold: before a board is handed over (M3.9). */
  probeUnder(board: BoardConfig, hold: Hold, timeoutMs: Millis, signal: AbortSignal): Promise<ProbeResult>
  /** Ends a check in progress; resolves when the board is free of it. */
  yield(board: string): Promise<void>
  /** A check may be pre-empted; anything else that holds a board may not. */
  checking(board: string): boolean
}

export function createChecks(core: Core, holdings: Holdings): Checks {
  const going = new Map<string, { stop: AbortController; done: Promise<unknown> }>()

  const probeUnder = async (
    board: BoardConfig,
    hold: Hold,
    timeoutMs: Millis,
    signal: AbortSignal,
  ): Promise<ProbeResult> => {
    core.post({
      o: 'board/step',
      id: board.id,
      at: core.clock.now(),
      event: { kind: 'token', token: hold.token },
    })
    return await core
      .siteOf(board)
      .perform({ kind: 'probe-board', board, timeoutMs }, { token: hold.token, signal, onEvent: () => {} })
  }
  const probe = async (
    board: BoardConfig,
    timeoutMs: Millis,
    stop: AbortSignal,
  ): Promise<ProbeResult | null> => {
    const hold = await holdings.take(board.id, 'check')
    if (hold === null) return null
    try {
      return await probeUnder(board, hold, timeoutMs, stop)
    } catch (error) {
      if (stop.aborted) return null
      throw error
    } finally {
      await holdings.release(hold)
    }
  }
  return {
    async probe(board, timeoutMs) {
      if (going.has(board.id) || holdings.current(board.id) !== null) return null
      const stop = new AbortController()
      const done = probe(board, timeoutMs, stop.signal)
      going.set(board.id, { stop, done: done.catch(() => {}) })
      try {
        return await done
      } finally {
        going.delete(board.id)
      }
    },
    probeUnder,
    async yield(board) {
      const check = going.get(board)
      check?.stop.abort(preempted())
      await check?.done
    },
    checking: board => going.has(board),
  }
}

/** A probe's answer, as a step of the board: it answered, or why not. */
export async function recordProbe(
  core: Core,
  id: string,
  probe: () => Promise<ProbeResult | null>,
): Promise<'answered' | 'silent' | 'not asked'> {
  const at = (): Millis => core.clock.now()
  try {
    const result = await probe()
    if (result === null) return 'not asked'
    if (boardConfig(core, id) !== null) {
      await core.commit(
        { o: 'board/step', id, at: at(), event: { kind: 'answered', ...result } },
        ...resolve(core, CAUSE_OF.offline(id)),
      )
    }
    return 'answered'
  } catch (error) {
    core.log.info({ board: id, failure: failureOf(error), error: messageOf(error) }, 'a check failed')
    await core.commit({ o: 'board/step', id, at: at(), event: { kind: 'lost', reason: messageOf(error) } })
    return 'silent'
  }
}

function preempted(): LabError {
  return new LabError('preempted', 'the check gave way to a claim', {
    hint: 'It is asked again later.',
    failure: { class: 'cancelled', cause: 'cancelled', blame: 'none' },
  })
}
