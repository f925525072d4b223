/** What was learnt lately, at most so many of it and for so long: the oldest goes first. */

import type { Clock, Millis } from '../../../clock.ts'

export type Remembered<T> = {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
}

export function createRemembered<T>(clock: Clock, most: number, forMs: Millis): Remembered<T> {
  const entries = new Map<string, { value: T; at: Millis }>()
  return {
    get(key) {
      const entry = entries.get(key)
      return entry === undefined || clock.mono() - entry.at >= forMs ? undefined : entry.value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, { value, at: clock.mono() })
      const [oldest] = entries.keys()
      if (entries.size > most && oldest !== undefined) entries.delete(oldest)
    },
    delete: key => void entries.delete(key),
  }
}
