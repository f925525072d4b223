import type { Clock, Millis } from '../src/clock.ts'

export type FakeClock = Clock & {
  /** Lets `ms` pass: timers fire in order, and promises settle between them. */
  pass(ms: Millis): Promise<void>
  /** Time passes and nothing is done, as when a process stands still: what fell due meanwhile is late. */
  stall(ms: Millis): void
  /** Steps wall time only, as a wrong clock does. */
  step(ms: Millis): void
  readonly timers: number
}

type Waiting = { at: Millis; order: number; fn: () => void }

/** A clock that stands still until it is told otherwise. Sockets stay real; `settle` waits for what a timer set off. */
export function createFakeClock(
  start: Millis = Date.UTC(2026, 10, 20, 12),
  settle: () => Promise<void> = oneTurn,
): FakeClock {
  let mono = 0
  let offset = start
  let order = 0
  const waiting = new Set<Waiting>()

  const nextDue = (limit: Millis): Waiting | null => {
    let due: Waiting | null = null
    for (const timer of waiting) {
      if (timer.at > limit) continue
      if (due === null || timer.at < due.at || (timer.at === due.at && timer.order < due.order)) due = timer
    }
    return due
  }

  return {
    now: () => offset + mono,
    mono: () => mono,
    after(ms, fn) {
      const timer = { at: mono + Math.max(0, ms), order: order++, fn }
      waiting.add(timer)
      return { cancel: () => void waiting.delete(timer) }
    },
    async pass(ms) {
      const limit = mono + ms
      for (let due = nextDue(limit); due !== null; due = nextDue(limit)) {
        waiting.delete(due)
        mono = Math.max(mono, due.at)
        due.fn()
        await settle()
      }
      mono = limit
      await settle()
    },
    stall: ms => {
      mono += ms
    },
    step: ms => {
      offset += ms
    },
    get timers() {
      return waiting.size
    },
  }
}

function oneTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  return promise
}
