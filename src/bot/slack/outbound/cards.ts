/** Live cards in Slack: one message for each, edited in place, alive after a restart (design 2, issue 5). */

import type { View } from '../../../cards/view.ts'
import type { Millis } from '../../../clock.ts'
import type { LiveCard } from '../../../lab/types.ts'
import { isForeign, isPassing } from '../slack-error.ts'
import type { Posted } from '../types.ts'
import { findCard, placeOf, postedOf, type Spot, spotOf } from './card-place.ts'
import { isEndless } from './card-words.ts'
import { type CardDeps, type KeptCard, keepCard } from './kept-card.ts'
import { createRemembered } from './remembered.ts'
import { storeCard } from './store-card.ts'

type Place = Posted & { thread: string | null }

export type SlackCards = {
  /**
   * Posts the card of `view`, and keeps it up to date until what it shows has ended; one that is there already is
   * enough, but for cards of the whole lab: the newer takes the place of the older. Null: Slack does not answer now,
   * and it is posted as soon as it does. Throws the SlackError of a place where the bot may not post.
   */
  post(view: View, to: Spot, more?: { tellAtEnd?: string }): Promise<Posted | null>
  /** Where the card of a topic is, or was at its end, for replies in its thread; one in `channel` before others. */
  where(topic: string, channel?: string): Place | null
  /** Goes on with the cards that were kept before a restart. */
  resume(): void
  close(): void
}

const ENDS_REMEMBERED = 2_000
const DAY_MS: Millis = 24 * 60 * 60_000

export function createSlackCards(deps: CardDeps): SlackCards {
  const { lab, clock } = deps
  const kept = new Map<string, KeptCard>()
  /** Cards that showed the end: what comes late still finds them. */
  const over = createRemembered<Place>(clock, ENDS_REMEMBERED, DAY_MS)

  const keep = (card: LiveCard): KeptCard => {
    const id = idOf(card)
    kept.get(id)?.stop()
    const mine: KeptCard = keepCard(deps, card, () => {
      if (kept.get(id) === mine) kept.delete(id)
      remember(mine.card)
    })
    kept.set(id, mine)
    return mine
  }

  function remember(card: LiveCard): void {
    const [posted, spot] = [postedOf(card), spotOf(card.place)]
    if (posted === null || spot === null || isEndless(card.topic)) return
    const place = { ...posted, thread: spot.thread }
    over.set(card.topic, place)
    over.set(`${card.topic}@${spot.channel}`, place)
  }

  function where(topic: string, channel: string | null): Place | null {
    const live = findCard(Object.values(lab.state().cards), topic, channel)
    if (live !== null && (channel === null || live.channel === channel)) return live
    const ended = channel === null ? undefined : over.get(`${topic}@${channel}`)
    return ended ?? live ?? over.get(topic) ?? null
  }

  async function refused(mine: KeptCard, before: LiveCard | null): Promise<void> {
    mine.stop()
    kept.delete(idOf(mine.card))
    await storeCard(deps, before ?? { ...mine.card, told: true })
    if (before !== null) keep(before).watch(null)
  }

  async function postNew(card: LiveCard, view: View, before: LiveCard | null): Promise<Posted | null> {
    const mine = keep(card)
    try {
      await storeCard(deps, card)
      const posted = await mine.publish(view, false)
      mine.watch(view)
      return posted
    } catch (error) {
      if (isPassing(error) || isForeign(error)) {
        void mine.carryOn(1)
        return null
      }
      await refused(mine, before)
      throw error
    }
  }

  return {
    async post(view, to, { tellAtEnd } = {}) {
      const { topic, rev } = view
      const place = placeOf(to)
      const mine = kept.get(idOf({ topic, place }))
      const known = mine?.card ?? null
      const there = known === null ? null : postedOf(known)
      // One that shows it already, or is on its way, is enough; one of the whole lab scrolls away, and is posted anew.
      if (mine !== undefined && !mine.isLost && (there === null || !isEndless(topic))) {
        if (tellAtEnd !== undefined) await mine.follow(tellAtEnd)
        return there
      }
      const followers = new Set([...(known?.for ?? []), ...(tellAtEnd === undefined ? [] : [tellAtEnd])])
      const card: LiveCard = {
        topic,
        place,
        reference: '',
        shown: rev,
        told: false,
        since: clock.now(),
        ...(followers.size === 0 ? {} : { for: [...followers] }),
        ...(there === null ? {} : { replaces: there.ts }),
      }
      return await postNew(card, view, known)
    },
    where: (topic, channel) => where(topic, channel ?? null),
    resume() {
      for (const card of Object.values(lab.state().cards))
        if (spotOf(card.place) !== null && !card.told) void keep(card).carryOn()
    },
    close() {
      for (const each of kept.values()) each.stop()
      kept.clear()
    },
  }
}

function idOf({ topic, place }: Pick<LiveCard, 'topic' | 'place'>): string {
  return `${topic}@${place}`
}
