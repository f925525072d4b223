import { createMemory } from '../memory.ts'

/** Knows the kernel's lines when `dmesg` prints them a second time. */
export type ReplayWatch = { isCopy(text: string, seconds: number): boolean }

const REMEMBERED = 256
const VERSION = /^K?TAP version \d/

/** A KUnit run begins with a version line; the same one with the same stamp is no second run but a copy of the first. */
export function createReplayWatch(): ReplayWatch {
  const versions = createMemory(REMEMBERED)
  let last = 0
  /** Lines up to this stamp are copies; null when none are. */
  let copiedTo: number | null = null

  return {
    isCopy(text, seconds) {
      if (VERSION.test(text)) copiedTo = versions.has(`${seconds} ${text}`) ? (copiedTo ?? last) : null
      if (copiedTo !== null && seconds > copiedTo) copiedTo = null
      if (copiedTo === null) last = seconds
      return copiedTo !== null
    },
  }
}
