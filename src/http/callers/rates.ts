import type { Clock, Millis } from '../../clock.ts'

export type Rates = {
  /** 0: go, and it is counted. Else how long to wait in whole ms; nothing is counted then. */
  take(lane: string): Millis
  /** Lanes that are remembered. */
  readonly lanes: number
}

const MINUTE: Millis = 60_000
/** More callers than this at once are no people: those that were not heard of for longest start afresh. */
const MOST_LANES = 10_000

/**
 * So many a minute in each lane, and `burst` of them at once: GCRA (ITU-T I.371, annex A), which keeps one number a
 * lane. Both are whole and at least 1. The clock is read in whole ms and all else is counted in `1 / perMinute` ms, so
 * that no rounding ever refuses one who waited as long as it was told.
 */
export function createRates(options: {
  perMinute: number
  burst: number
  clock: Pick<Clock, 'mono'>
}): Rates {
  const { perMinute, burst, clock } = options
  /** By lane: when it would have nothing to its debit, in units; the one heard of last is at the end. */
  const clear = new Map<string, number>()
  const ahead = (burst - 1) * MINUTE
  return {
    take(lane) {
      const now = Math.floor(clock.mono()) * perMinute
      const due = Math.max(clear.get(lane) ?? now, now)
      const early = due - now - ahead
      clear.delete(lane)
      clear.set(lane, early > 0 ? due : due + MINUTE)
      forget(clear, now)
      return early > 0 ? Math.ceil(early / perMinute) : 0
    },
    get lanes() {
      return clear.size
    },
  }
}

/** Two a call, of which one may be new: what is idle goes sooner than it comes. */
function forget(clear: Map<string, number>, now: number): void {
  for (let i = 0; i < 2; i++) {
    const [oldest] = clear
    if (oldest === undefined) return
    const [lane, due] = oldest
    if (due > now && clear.size <= MOST_LANES) return
    clear.delete(lane)
  }
}
