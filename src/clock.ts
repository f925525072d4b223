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
    let left = ms
    const arm = (): void => {
      const part = Math.min(left, LONGEST_TIMEOUT)
      left -= part
      timer = setTimeout(left > 0 ? arm : fn, part)
    }
    arm()
    return { cancel: () => clearTimeout(timer) }
  },
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
