import { type Clock, type Millis, pause } from '../../../clock.ts'
import { HardwareError, messageOf } from '../../../errors.ts'
import type { ConsoleLink, ConsoleOpener } from '../../types.ts'

/** A console that is opened again whenever it is lost. */
export type LastingLink = {
  isUp(): boolean
  /** Why it is down; null before the first try and while it is up. */
  problem(): string | null
  /** The driver's own error, when it could not be opened; null otherwise. */
  failure(): HardwareError | null
  /** Resolves as soon as it is up; from now on it is tried more often. `signal` ends the waiting. */
  up(signal: AbortSignal): Promise<void>
  /** Throws HardwareError (console lost) when it is down. */
  write(bytes: Uint8Array): Promise<void>
  /** As the link's own; throws as `write` does when it is down. */
  sendBreak(durationMs: Millis): Promise<void>
  close(): Promise<void>
}

export type LinkHandlers = { onUp(): void; onBytes(bytes: Uint8Array): void; onDown(reason: string): void }

const FIRST_DELAY_MS = 200
const LONGEST_DELAY_MS = 5_000
/** Servers lock out whoever tries a wrong password again and again. */
const REFUSED_DELAY_MS = 60_000
/** A link that held so long was a good one: the next try comes at once again. */
const STEADY_MS = 5_000

export function createLastingLink(opener: ConsoleOpener, clock: Clock, handlers: LinkHandlers): LastingLink {
  const ending = new AbortController()
  /** Cuts the pause before the next try short. */
  let hurry = new AbortController()
  const waiting = new Set<() => void>()
  let current: ConsoleLink | null = null
  let lose: (reason: string) => void = () => {}
  let problem: string | null = null
  let failure: HardwareError | null = null

  /** One connection from open to lost; answers how long it held. */
  const connectOnce = async (): Promise<Millis> => {
    const lost = Promise.withResolvers<string>()
    const link = await opener.open({ onBytes: handlers.onBytes, onClose: lost.resolve }, ending.signal)
    const since = clock.mono()
    current = link
    lose = lost.resolve
    problem = null
    failure = null
    if (ending.signal.aborted) lose('closed by us')
    else {
      handlers.onUp()
      for (const resolve of waiting) resolve()
    }
    problem = await lost.promise
    current = null
    link.close()
    return clock.mono() - since
  }

  const keepUp = async (): Promise<void> => {
    let failures = 0
    while (!ending.signal.aborted) {
      try {
        failures = (await connectOnce()) >= STEADY_MS ? 0 : failures + 1
      } catch (error) {
        problem = reasonOf(error)
        failure = error instanceof HardwareError ? error : null
        failures += 1
      }
      if (ending.signal.aborted) break
      handlers.onDown(problem ?? '')
      await backOff(failures)
    }
  }

  const backOff = async (failures: number): Promise<void> => {
    hurry = new AbortController()
    if (failure?.failure.cause === 'log-in') return await wait(REFUSED_DELAY_MS, ending.signal)
    const delay = failures === 0 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1))
    const wanted = waiting.size > 0 ? Math.min(delay, FIRST_DELAY_MS) : delay
    if (wanted === 0) return
    await wait(wanted, hurry.signal)
  }
  const wait = async (ms: Millis, signal: AbortSignal): Promise<void> => {
    await pause(clock, ms, signal).catch(() => {})
  }

  const ended = keepUp()

  return {
    isUp: () => current !== null,
    problem: () => problem,
    failure: () => failure,
    async up(signal) {
      if (current !== null) return
      signal.throwIfAborted()
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const onAbort = (): void => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      waiting.add(resolve)
      hurry.abort()
      try {
        await promise
      } finally {
        waiting.delete(resolve)
        signal.removeEventListener('abort', onAbort)
      }
    },
    write(bytes) {
      return current === null ? Promise.reject(down(opener.where, problem)) : current.write(bytes)
    },
    sendBreak(durationMs) {
      return current === null ? Promise.reject(down(opener.where, problem)) : current.sendBreak(durationMs)
    },
    async close() {
      ending.abort()
      hurry.abort()
      lose('closed by us')
      await ended
    },
  }
}

/** The bare reason where the driver gives one: whoever asks knows which console it is about. */
function reasonOf(error: unknown): string {
  const reason = error instanceof HardwareError ? error.details['reason'] : undefined
  return typeof reason === 'string' ? reason : messageOf(error)
}

function down(where: string, problem: string | null): HardwareError {
  return new HardwareError(`console lost: ${where} is not connected (${problem ?? 'not yet opened'})`, {
    hint: 'The connection is tried again by itself; see `boards show` for its state.',
    cause: 'console lost',
    blame: 'board',
    details: { where },
  })
}
