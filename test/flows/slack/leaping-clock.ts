import { type Clock, type Millis, systemClock, type Timer } from '../../../src/clock.ts'

/** Real time that can be made to go very fast for a while: ten minutes of an outage in a few seconds. */
export type LeapingClock = Clock & {
  /** `ms` go by: what falls due meanwhile happens in its order, and sockets have their turns in between. */
  leap(ms: Millis): Promise<void>
}

type Waiting = { at: Millis; fn: () => void; timer: Timer | null }

const STEP_MS: Millis = 1_000
/** Real time of a step: an exchange on loopback takes less. */
const TURN_MS: Millis = 5

export function createLeapingClock(): LeapingClock {
  const waiting = new Set<Waiting>()
  let ahead = 0
  const mono = (): Millis => systemClock.mono() + ahead

  const fire = (one: Waiting): void => {
    if (!waiting.delete(one)) return
    one.timer?.cancel()
    one.fn()
  }
  const arm = (one: Waiting): void => {
    one.timer?.cancel()
    one.timer = systemClock.after(one.at - mono(), () => fire(one))
  }
  const step = async (ms: Millis): Promise<void> => {
    ahead += ms
    const due = [...waiting].filter(one => one.at <= mono()).toSorted((a, b) => a.at - b.at)
    for (const one of due) fire(one)
    for (const one of waiting) arm(one)
    const { promise, resolve } = Promise.withResolvers<void>()
    systemClock.after(TURN_MS, resolve)
    await promise
  }

  return {
    now: () => systemClock.now() + ahead,
    mono,
    after(ms, fn) {
      const one: Waiting = { at: mono() + Math.max(0, ms), fn, timer: null }
      waiting.add(one)
      arm(one)
      return {
        cancel() {
          one.timer?.cancel()
          waiting.delete(one)
        },
      }
    },
    async leap(ms) {
      for (let left = ms; left > 0; left -= STEP_MS) await step(Math.min(left, STEP_MS))
    },
  }
}
