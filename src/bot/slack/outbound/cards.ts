/** Live cards in Slack: one message for each, edited in place, alive after a restart (design 2, issue 5). */

import type { View } from '../../../cards/view.ts'
import { within } from '../../../clock.ts'
import { LabError, messageOf } from '../../../errors.ts'
import type { LiveCard } from '../../../lab/types.ts'
import { isPassing } from '../slack-error.ts'
import type { Posted } from '../types.ts'
import { findCard, placeOf, postedOf, type Spot, spotOf } from './card-place.ts'
import { isEndless } from './card-words.ts'
import { type CardDeps, type KeptCard, keepCard } from './kept-card.ts'

export type SlackCards = {
  /**
   * Posts the card of `view`, and keeps it up to date until what it shows has ended; one that is there already is
   * enough, but for cards of the whole lab: the newer takes the place of the older. Null: Slack does not answer now,
   * and it is posted as soon as it does. Throws the SlackError of a place where the bot may not post.
   */
  post(view: View, to: Spot, more?: { tellAtEnd?: string }): Promise<Posted | null>
  /** Where the card of a topic is, for replies in its thread; one in `channel` before others. */
  where(topic: string, channel?: string): (Posted & { thread: string | null }) | null
  /** Goes on with the cards that were kept before a restart. */
  resume(): void
  close(): void
}

/** A full disk must not keep the card from the reader. */
const STORE_WITHIN_MS = 2_000

export function createSlackCards(deps: CardDeps): SlackCards {
  const { lab, clock, log } = deps
  const kept = new Map<string, KeptCard>()

  const keep = (card: LiveCard): KeptCard => {
    const id = idOf(card)
    kept.get(id)?.stop()
    const mine: KeptCard = keepCard(deps, card, () => {
      if (kept.get(id) === mine) kept.delete(id)
    })
    kept.set(id, mine)
    return mine
  }

  async function store(card: LiveCard): Promise<void> {
    await within(clock, STORE_WITHIN_MS, lab.card(card), late).catch((error: unknown) =>
      log.warn({ topic: card.topic, error: messageOf(error) }, 'a card was not stored'),
    )
  }

  async function refused(mine: KeptCard, before: LiveCard | null): Promise<void> {
    mine.stop()
    kept.delete(idOf(mine.card))
    await store(before ?? { ...mine.card, told: true })
    if (before !== null) keep(before).watch(null)
  }

  async function postNew(card: LiveCard, view: View, before: LiveCard | null): Promise<Posted | null> {
    const mine = keep(card)
    try {
      await store(card)
      const posted = await mine.publish(view, false)
      mine.watch(view)
      return posted
    } catch (error) {
      if (isPassing(error)) {
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
      const known = kept.get(idOf({ topic, place }))?.card ?? null
      const there = known === null ? null : postedOf(known)
      // One that shows it already, or is on its way, is enough; one of the whole lab scrolls away, and is posted anew.
      if (known !== null && (there === null || !isEndless(topic))) {
        if (tellAtEnd !== undefined) await kept.get(idOf(known))?.follow(tellAtEnd)
        return there
      }
      const card: LiveCard = {
        topic,
        place,
        reference: '',
        shown: rev,
        told: false,
        since: clock.now(),
        ...(tellAtEnd === undefined ? {} : { for: [tellAtEnd] }),
        ...(there === null ? {} : { replaces: there.ts }),
      }
      return await postNew(card, view, known)
    },
    where: (topic, channel) => findCard(Object.values(lab.state().cards), topic, channel ?? null),
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

function late(): LabError {
  return new LabError('late', 'the card was not stored in time', { hint: 'It is posted all the same.' })
}
