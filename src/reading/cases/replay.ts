/** Knows the kernel's lines when `dmesg` prints them a second time. */
export type ReplayWatch = { isCopy(text: string, seconds: number): boolean }

const REMEMBERED = 256
const VERSION = /^K?TAP version \d/

/** A KUnit run begins with a version line; the same one with the same stamp is no second run but a copy of the first. */
export function createReplayWatch(): ReplayWatch {
  const versions = new Set<string>()
  let last = 0
  /** Lines up to this stamp are copies; null when none are. */
  let copiedTo: number | null = null

  const remember = (key: string): boolean => {
    if (versions.has(key)) return false
    versions.add(key)
    for (const oldest of versions) {
      if (versions.size <= REMEMBERED) break
      versions.delete(oldest)
    }
    return true
  }

  return {
    isCopy(text, seconds) {
      if (VERSION.test(text)) copiedTo = remember(`${seconds} ${text}`) ? null : (copiedTo ?? last)
      if (copiedTo !== null && seconds > copiedTo) copiedTo = null
      if (copiedTo === null) last = seconds
      return copiedTo !== null
    },
  }
}
