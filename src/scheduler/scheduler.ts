import { isDeepStrictEqual } from 'node:util'
import { type Millis, systemClock, within } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { createBreeThreads } from './bree.ts'
import { plan } from './plan.ts'
import { HANDS, type HandName, type Hands, type Intervals, type Scheduler, type Threads } from './types.ts'

export type SchedulerOptions = { hands: Hands; intervals: Intervals; log: Log }

/** Skips in a row after which it is said that a hand does not come to its end. */
const SKIPS_WORTH_A_WARNING = 10
/** How long threads may take to end before those of the new intervals begin. */
const CHANGE_MS: Millis = 2_000

/** Clock hands in threads; each strike calls the lab's method here, and one that is still going is skipped. */
export function createScheduler({ hands, intervals, log }: SchedulerOptions): Scheduler {
  let current = intervals
  let threads = threadsFor(current)
  let changing = Promise.resolve()
  const going = new Map<HandName, { done: Promise<void>; skipped: number }>()
  /** The last thing that went wrong with a hand: the same again every five seconds is no news. */
  const wrong = new Map<HandName, string>()
  let started: Promise<void> | null = null
  let stopping = false

  function threadsFor(chosen: Intervals): Threads {
    return createBreeThreads(plan(chosen), (_, message) => onMessage(message), log)
  }

  function onMessage(message: unknown): void {
    const hand = HANDS.find(name => name === message)
    if (hand !== undefined && !stopping) strike(hand)
  }

  function strike(hand: HandName): void {
    const last = going.get(hand)
    if (last === undefined) {
      const strike = { skipped: 0, done: Promise.resolve() }
      going.set(hand, strike)
      strike.done = carryOut(hand)
    } else if (++last.skipped === SKIPS_WORTH_A_WARNING) {
      log.warn({ hand, skipped: last.skipped }, 'a clock hand does not come to its end')
    }
  }

  /** Never rejects. */
  async function carryOut(hand: HandName): Promise<void> {
    try {
      await hands[hand]()
      wrong.delete(hand)
    } catch (error) {
      if (wrong.get(hand) !== messageOf(error))
        log.error({ hand, error }, 'what a clock hand asked for failed')
      wrong.set(hand, messageOf(error))
    } finally {
      going.delete(hand)
    }
  }

  async function change(next: Intervals): Promise<void> {
    if (stopping || isDeepStrictEqual(next, current)) return
    const before = threads
    current = next
    threads = threadsFor(next)
    if (started === null) return
    await started
    await before.stop(CHANGE_MS)
    started = stopping ? started : threads.start()
    await started
    log.info(next, 'the clock hands strike at other intervals')
  }

  async function stop(deadlineMs: Millis): Promise<void> {
    stopping = true
    if (started === null) return
    const underWay = Promise.all([...going.values()].map(strike => strike.done))
    const ended = within(systemClock, deadlineMs, underWay, () => new Error('the deadline passed'))
    const [, work] = await Promise.allSettled([
      changing.then(() => started).then(() => threads.stop(deadlineMs)),
      ended,
    ])
    if (work.status === 'rejected')
      log.warn({ hands: [...going.keys()] }, 'what clock hands asked for did not end in time')
  }

  return {
    start: () => {
      started ??= threads.start()
      return started
    },
    retime: next => {
      changing = changing
        .then(() => change(next))
        .catch((error: unknown) =>
          log.error({ error }, 'the clock hands could not be set to other intervals'),
        )
      return changing
    },
    stop,
  }
}
