import type { Clock, Millis } from '../clock.ts'

/** Counts wrong words by the address they come from. */
export type Tries = {
  /** How long this address must wait before it may try again; 0 when it may now. */
  barredFor(address: string): Millis
  wrong(address: string): void
}

const WINDOW_MS: Millis = 60_000
/** More addresses than this at once are no people: the oldest are forgotten. */
const MOST_ADDRESSES = 10_000

export function createTries(clock: Pick<Clock, 'mono'>, most: number): Tries {
  const seen = new Map<string, { since: Millis; count: number }>()
  const current = (address: string): { since: Millis; count: number } | null => {
    const entry = seen.get(address)
    if (entry === undefined) return null
    if (clock.mono() - entry.since < WINDOW_MS) return entry
    seen.delete(address)
    return null
  }
  return {
    barredFor(address) {
      const entry = current(address)
      return entry === null || entry.count < most ? 0 : entry.since + WINDOW_MS - clock.mono()
    },
    wrong(address) {
      const entry = current(address) ?? { since: clock.mono(), count: 0 }
      seen.set(address, { ...entry, count: entry.count + 1 })
      if (seen.size <= MOST_ADDRESSES) return
      const [oldest] = seen.keys()
      if (oldest !== undefined) seen.delete(oldest)
    },
  }
}
