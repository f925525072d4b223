/** Time as a port, so that tests let minutes pass at once while sockets stay real. */

/** Milliseconds: since the epoch for wall time, since some fixed instant for monotonic time, or a span. */
export type Millis = number

export type Timer = { cancel(): void }

export type Clock = {
  /** Wall time, for what people read and what is stored. It may step. */
  now(): Millis
  /** Monotonic time, for deadlines and durations. It never steps. */
  mono(): Millis
  /** Calls `fn` once after `ms`; spans longer than Node's 24.8 days are waited for in parts. */
  after(ms: Millis, fn: () => void): Timer
}

const LONGEST_TIMEOUT = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  after(ms, fn) {
    let timer: NodeJS.Timeout
    let left = Math.max(0, ms)
    const arm = (): void => {
      const part = Math.min(left, LONGEST_TIMEOUT)
      left -= part
      timer = setTimeout(left > 0 ? arm : fn, part)
    }
    arm()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Wall time that does not step by itself: what was stored "until" a moment keeps its distance from now. */
export type SteadyClock = Clock & {
  /** By how much the machine's wall time has stepped away from ours; 0 while it has not. */
  stepped(): Millis
  /** Takes the machine's wall time on. Whoever calls moves what was stored by `stepped()` in the same turn. */
  follow(): void
}

/** Corrections smaller than this (NTP slewing, drift between the two clocks) are followed at once. */
const STEP_MS: Millis = 1_000

/**
 * A steady view of `clock`. A machine that was asleep has stepped, too: monotonic time stood still meanwhile
 * (clock_gettime(2), CLOCK_MONOTONIC).
 */
export function createSteadyClock(clock: Clock): SteadyClock {
  let offset = clock.now() - clock.mono()
  const ahead = (): Millis => clock.now() - clock.mono() - offset
  const stepped = (): Millis => (Math.abs(ahead()) < STEP_MS ? 0 : ahead())
  const follow = (): void => {
    offset = clock.now() - clock.mono()
  }
  return {
    now() {
      if (stepped() === 0) follow()
      return clock.mono() + offset
    },
    mono: () => clock.mono(),
    after: (ms, fn) => clock.after(ms, fn),
    stepped,
    follow,
  }
}

/** Waits `ms`. Rejects with the signal's reason as soon as it aborts. */
export function pause(clock: Clock, ms: Millis, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(asError(signal.reason))
    const onAbort = (): void => {
      timer.cancel()
      reject(asError(signal?.reason))
    }
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Settles as `work` does, or rejects with `late()` after `ms`, or with the signal's reason. The work itself is
 * not stopped: pass it the same signal where it can be.
 */
export function within<T>(
  clock: Clock,
  ms: Millis,
  work: Promise<T>,
  late: () => Error,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      work.catch(() => {})
      return reject(asError(signal.reason))
    }
    const done = (): void => {
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
    }
    const onAbort = (): void => {
      done()
      reject(asError(signal?.reason))
    }
    const timer = clock.after(ms, () => {
      done()
      reject(late())
    })
    signal?.addEventListener('abort', onAbort, { once: true })
    work.then(
      value => {
        done()
        resolve(value)
      },
      (error: unknown) => {
        done()
        reject(asError(error))
      },
    )
  })
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
