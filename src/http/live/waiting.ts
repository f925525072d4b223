/** Waiting for the end of what was started, for `?wait=60` and for followed logs. */

import type { Clock, Millis, Timer } from '../../clock.ts'
import type { Lab } from '../../lab/lab.ts'
import { canonical, endOf } from './ends.ts'

const RETRY_MS: Millis = 1_000

export type Waiting = {
  /**
   * Resolves when what `topic` names has come to its end (`run/T12`, `power/…`, `transfer/…`; of `lease/L3`: it is had,
   * or over), at once when it has already or is not there, when `ms` are over, when `signal` aborts, or when the process
   * is about to end. Never rejects.
   * It looks at the state: telling people of an end may take a day where a chat platform is away.
   */
  until(topic: string, ms: Millis, signal: AbortSignal): Promise<void>
}

export type WaitingDeps = {
  lab: Lab
  clock: Clock
  /** Nobody waits any longer: each is answered with how it is. */
  stopping?: AbortSignal
}

export function createWaiting({ lab, clock, stopping }: WaitingDeps): Waiting {
  return {
    until(topic, ms, signal) {
      const { promise, resolve } = Promise.withResolvers<void>()
      let timer: Timer | null = null
      let retry: Timer | null = null
      let isDone = false
      let looking = false
      let again = false
      const done = (): void => {
        isDone = true
        timer?.cancel()
        retry?.cancel()
        unsubscribe()
        signal.removeEventListener('abort', done)
        stopping?.removeEventListener('abort', done)
        resolve()
      }
      const look = async (): Promise<void> => {
        if (looking) {
          again = true
          return
        }
        looking = true
        do {
          again = false
          retry?.cancel()
          const end = await endOf(lab, topic).catch(() => 'unreadable' as const)
          if (isDone) return
          if (end !== null && end !== 'unreadable') return done()
          // A history that cannot be read now is read a little later: nobody may tell of that end again.
          if (end === 'unreadable') retry = clock.after(RETRY_MS, () => void look())
        } while (again)
        looking = false
      }
      const unsubscribe = lab.subscribe(canonical(topic), () => void look())
      if (signal.aborted || stopping?.aborted === true) {
        done()
        return promise
      }
      signal.addEventListener('abort', done, { once: true })
      stopping?.addEventListener('abort', done, { once: true })
      timer = clock.after(ms, done)
      void look()
      return promise
    },
  }
}
