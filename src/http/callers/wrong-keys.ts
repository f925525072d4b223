import type { Clock, Millis } from '../../clock.ts'

/** Counts wrong keys by the lane of the address that they come from. */
export type WrongKeys = {
  /** How long this lane must wait before another key of it is judged; 0 when now. */
  barredFor(lane: string): Millis
  wrong(lane: string): void
  /** A key was right, and stays welcome from there while others try. */
  right(lane: string, name: string): void
  isKnown(lane: string, name: string): boolean
}

const WINDOW_MS: Millis = 60_000
/** More than this at once are no people: what is oldest is forgotten. */
const MOST = 10_000

/**
 * No lane has more than `most` wrong keys judged in any minute. Behind a proxy, or on a machine that builds for many,
 * all callers share an address: one job with an old key must not shut the others out, so a key that was right from
 * there before is let in all the same.
 */
export function createWrongKeys(clock: Pick<Clock, 'mono'>, most: number): WrongKeys {
  const times = new Map<string, readonly Millis[]>()
  const known = new Map<string, true>()
  const recent = (lane: string): readonly Millis[] =>
    (times.get(lane) ?? []).filter(at => clock.mono() - at < WINDOW_MS)
  return {
    barredFor(lane) {
      const last = recent(lane)
      return last.length < most ? 0 : (last[0] ?? 0) + WINDOW_MS - clock.mono()
    },
    wrong(lane) {
      putLast(times, lane, [...recent(lane), clock.mono()])
    },
    right(lane, name) {
      putLast(known, `${name} ${lane}`, true)
    },
    isKnown: (lane, name) => known.has(`${name} ${lane}`),
  }
}

function putLast<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > MOST && oldest !== undefined) map.delete(oldest)
}
