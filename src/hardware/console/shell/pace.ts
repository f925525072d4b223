import type { Millis } from '../../../clock.ts'

/** What was learned of a board's line outlives its holders: how long to wait after each character. */
export type PaceMemory = { get(): Millis; set(ms: Millis): void }

/**
 * How fast a board can be typed at (console.md 7): slower with each thing that came damaged, a little faster with
 * each that arrived, until a loss is forgotten.
 */
export type Pace = {
  /** Between two characters; 0 where nothing is lost. */
  ms(): Millis
  damaged(): void
  arrived(): void
}

/** A little more than a character takes at 115200 baud, and about as much as one takes at 9600. */
const SLOWER_MS = 0.1
export const SLOWEST_MS = 1
/** One loss is forgotten after some fifty things that arrived: two or three tests. */
const FASTER = 0.95
const FORGOTTEN_MS = 0.01

export function createPace(memory: PaceMemory): Pace {
  return {
    ms: memory.get,
    damaged: () => memory.set(Math.min(SLOWEST_MS, Math.max(SLOWER_MS, memory.get() * 2))),
    arrived() {
      const ms = memory.get() * FASTER
      memory.set(ms < FORGOTTEN_MS ? 0 : ms)
    },
  }
}

export function createPaceMemory(known: Millis = 0, changed: () => void = () => {}): PaceMemory {
  let learned = known
  return {
    get: () => learned,
    set(ms) {
      if (ms === learned) return
      learned = ms
      changed()
    },
  }
}
