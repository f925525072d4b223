import { type Millis, systemClock, within } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { createBreeThreads } from './bree.ts'
import { type Intervals, plan } from './plan.ts'
import { HANDS, type HandName, type Hands, type Scheduler } from './types.ts'

export type SchedulerOptions = { hands: Hands; intervals: Intervals; log: Log }

/** Skips in a row after which it is said that a hand does not come to its end. */
const SKIPS_WORTH_A_WARNING = 10

/** Clock hands in threads; each strike calls the lab's method here, and one that is still going is skipped. */
export function createScheduler({ hands, intervals, log }: SchedulerOptions): Scheduler {
  const threads = createBreeThreads(plan(intervals), (_, message) => onMessage(message), log)
  const going = new Map<HandName, { done: Promise<void>; skipped: number }>()
  /** The last thing that went wrong with a hand: the same again every five seconds is no news. */
  const wrong = new Map<HandName, string>()
  let started: Promise<void> | null = null
  let stopping = false

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

  async function stop(deadlineMs: Millis): Promise<void> {
    stopping = true
    if (started === null) return
    const underWay = Promise.all([...going.values()].map(strike => strike.done))
    const ended = within(systemClock, deadlineMs, underWay, () => new Error('the deadline passed'))
    const [, work] = await Promise.allSettled([started.then(() => threads.stop(deadlineMs)), ended])
    if (work.status === 'rejected')
      log.warn({ hands: [...going.keys()] }, 'what clock hands asked for did not end in time')
  }

  return {
    start: () => {
      started ??= threads.start()
      return started
    },
    stop,
  }
}
