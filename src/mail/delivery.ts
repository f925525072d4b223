import type { Millis } from '../clock.ts'
import type { OutboxItem, Together } from './types.ts'

const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 5 * 60_000

/** When an item may be tried next and when it is given up, both on the monotonic clock. */
export type Plan = { attempts: number; dueAt: Millis; deadAt: Millis }

/** How long to wait after the `attempts`th failed delivery: 1 s, 2 s, 4 s … 5 min. */
export function backoffMs(attempts: number): Millis {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, attempts - 1))
}

/**
 * The plan of an item that this process sees for the first time. What is stored is wall time, which may have
 * stepped since: no wait is taken to be longer than it can have been meant.
 */
export function planFor(item: OutboxItem, wall: Millis, mono: Millis, giveUpMs: Millis): Plan {
  return {
    attempts: item.attempts,
    dueAt: mono + clamp(item.nextAt - wall, LONGEST_BACKOFF_MS),
    deadAt: mono + clamp(item.createdAt + giveUpMs - wall, giveUpMs),
  }
}

function clamp(ms: Millis, most: Millis): Millis {
  return Math.min(most, Math.max(0, ms))
}

/**
 * What one channel sends next, of `items` in the order in which they were stored: of those that are the first for
 * their receiver, the one that has been due for longest. So a receiver keeps its order, and one that cannot be
 * reached holds up nobody else. `wakeAt`: when to look again if there is none now.
 */
export function nextOf(
  items: readonly OutboxItem[],
  dueAt: (item: OutboxItem) => Millis,
  mono: Millis,
): { item: OutboxItem | null; wakeAt: Millis } {
  const receivers = new Set<string>()
  let next: OutboxItem | null = null
  let wakeAt = Number.POSITIVE_INFINITY
  for (const item of items) {
    if (receivers.has(item.to)) continue
    receivers.add(item.to)
    if (dueAt(item) >= wakeAt) continue
    wakeAt = dueAt(item)
    next = item
  }
  return { item: wakeAt <= mono ? next : null, wakeAt }
}

/** When the place of `item` has had its rest; 0 where it has none. */
export function restedAt(item: OutboxItem, together: Together | undefined, mono: Millis): Millis {
  const place = together?.placeOf(item) ?? null
  const restMs = together === undefined || place === null ? 0 : together.crowd(place).restMs
  return restMs > 0 ? mono + restMs : 0
}

/**
 * What goes out in one message with `first`: what is due for the same place, in the order in which it was stored, and
 * nothing that would overtake an earlier item for its receiver.
 */
export function crowdOf(
  items: readonly OutboxItem[],
  first: OutboxItem,
  together: Together | undefined,
  isDue: (item: OutboxItem) => boolean,
): readonly OutboxItem[] {
  const place = together?.placeOf(first) ?? null
  if (together === undefined || place === null) return [first]
  const overtaken = new Set<string>()
  const crowd = items.filter(item => {
    if (!overtaken.has(item.to) && isDue(item) && together.placeOf(item) === place) return true
    overtaken.add(item.to)
    return false
  })
  return crowd.length < together.crowd(place).from ? [first] : crowd.slice(0, together.most)
}
