/** Where a live card is: `slack:C1`, or in a thread `slack:C1/1700000000.000100`. */

import type { LiveCard } from '../../../lab/types.ts'
import type { Posted } from '../types.ts'

const SCHEME = 'slack:'

export type Spot = { channel: string; thread: string | null }

export function placeOf({ channel, thread }: Spot): string {
  return thread === null ? `${SCHEME}${channel}` : `${SCHEME}${channel}/${thread}`
}

/** Null for the card of another face. */
export function spotOf(place: string): Spot | null {
  if (!place.startsWith(SCHEME)) return null
  const [channel = '', thread = null] = place.slice(SCHEME.length).split('/')
  return { channel, thread }
}

/** Null while it is not posted. */
export function postedOf({ place, reference }: LiveCard): Posted | null {
  const spot = spotOf(place)
  return spot === null || reference === '' ? null : { channel: spot.channel, ts: reference }
}

/** A card of a later time in the same place is another one. */
export function keyOf({ topic, place, since = 0 }: LiveCard): string {
  return `card/${topic}@${place}#${since}`
}

/** Where the message is that shows `topic`; its own before those of followers, and one in `channel` before others. */
export function findCard(
  cards: Iterable<LiveCard>,
  topic: string,
  channel: string | null,
): (Posted & { thread: string | null }) | null {
  let best: { card: LiveCard; worth: number } | null = null
  for (const card of cards) {
    const spot = spotOf(card.place)
    if (card.topic !== topic || spot === null || card.reference === '') continue
    const worth = (spot.channel === channel ? 2 : 0) + (card.for === undefined ? 1 : 0)
    if (best === null || worth > best.worth) best = { card, worth }
  }
  const spot = best === null ? null : spotOf(best.card.place)
  return best === null || spot === null ? null : { ...spot, ts: best.card.reference }
}
