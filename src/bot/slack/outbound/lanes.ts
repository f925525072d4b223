/** Posts to a channel go one after the other, about one a second with bursts (docs.slack.dev, chat.postMessage). */

import type { Clock, Millis } from '../../../clock.ts'
import { pause } from '../../../clock.ts'

const EVERY_MS: Millis = 1_000
const BURST = 5

export type Lanes = {
  /** Does `work` when it is its turn in `lane`; what the one before came to does not matter. */
  run<T>(lane: string, work: () => Promise<T>): Promise<T>
  /** The same for what posts nothing: it waits for those before it, and takes nobody's turn. */
  look<T>(lane: string, work: () => Promise<T>): Promise<T>
}

type Lane = { last: Promise<unknown>; waiting: number; tokens: number; filledAt: Millis }

export function createLanes(clock: Clock): Lanes {
  const lanes = new Map<string, Lane>()

  const laneOf = (name: string): Lane => {
    const known = lanes.get(name)
    if (known !== undefined) return known
    const lane = { last: Promise.resolve(), waiting: 0, tokens: BURST, filledAt: clock.mono() }
    lanes.set(name, lane)
    return lane
  }
  const turn = async (lane: Lane): Promise<void> => {
    const now = clock.mono()
    lane.tokens = Math.min(BURST, lane.tokens + (now - lane.filledAt) / EVERY_MS)
    lane.filledAt = now
    lane.tokens--
    if (lane.tokens < 0) await pause(clock, -lane.tokens * EVERY_MS)
  }
  /** A lane that nobody waits in and that is full again is as good as a new one. */
  const sweep = (): void => {
    const now = clock.mono()
    for (const [name, { waiting, filledAt }] of lanes)
      if (waiting === 0 && now - filledAt > 2 * BURST * EVERY_MS) lanes.delete(name)
  }

  function behind<T>(name: string, work: (lane: Lane) => Promise<T>): Promise<T> {
    sweep()
    const lane = laneOf(name)
    lane.waiting++
    const done = lane.last.then(() => work(lane))
    lane.last = done.catch(() => {}).finally(() => lane.waiting--)
    return done
  }

  return {
    run: (name, work) =>
      behind(name, async lane => {
        await turn(lane)
        return await work()
      }),
    look: behind,
  }
}
