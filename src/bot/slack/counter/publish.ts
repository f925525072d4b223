/** What was done, shown to those whom it concerns: live cards for what goes on, one card a place. */

import { drawTopic } from '../../../cards/topics.ts'
import type { View } from '../../../cards/view.ts'
import { messageOf } from '../../../errors.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { Log } from '../../../log.ts'
import type { SlackCards } from '../outbound/cards.ts'
import { isWord } from '../slack-error.ts'
import type { Place, Posted, SlackApi } from '../types.ts'
import type { Talk } from './talk.ts'

/** What is used of the live cards. */
export type Cards = Pick<SlackCards, 'post' | 'where'>

export type PublishDeps = { lab: Lab; api: SlackApi; cards: Cards; log: Log }

/**
 * `live`: kept up to date, to its end. `isNew`: it was begun just now, and what is told of it will look for its card,
 * even where it is over already. `tellAtEnd`: who is told then.
 */
export type Shown = { live: boolean; isNew?: true; tellAtEnd?: string }

type To = { channel: string; thread: string | null }

export type Publisher = {
  /** A card that everybody there sees; null when it could not be shown there. */
  show(view: View, to: To, talk: Talk, how: Shown): Promise<Posted | 'later' | null>
  /** Whether a card of the topic is kept up to date in the channel already, and whether it is the message `ts`. */
  hasCard(topic: string, place: Place, ts: string | null): 'no' | 'this' | 'another'
}

/** The bot may join a public channel by itself; into a private one it has to be invited. */
const OUTSIDE = ['not_in_channel', 'channel_not_found'] as const

export function createPublisher({ lab, api, cards, log }: PublishDeps): Publisher {
  async function once(
    view: View,
    to: To,
    talk: Talk,
    { live, isNew, ...how }: Shown,
  ): Promise<Posted | 'later'> {
    // Everybody sees it: nothing in it is `yours`.
    const card = live ? await drawTopic(view.topic, lab) : null
    if (card === null || (card.final === true && isNew !== true)) return await talk.post(card ?? view, to)
    return (await cards.post(card, to, how)) ?? 'later'
  }

  return {
    async show(view, to, talk, how) {
      try {
        return await once(view, to, talk, how).catch(async (error: unknown) => {
          if (!isWord(error, ...OUTSIDE)) throw error
          await api.join(to.channel)
          return await once(view, to, talk, how)
        })
      } catch (error) {
        log.warn({ channel: to.channel, topic: view.topic, error: messageOf(error) }, 'a card was not posted')
        return null
      }
    },
    hasCard(topic, { channel }, ts) {
      const found = cards.where(topic, channel)
      if (found === null || found.channel !== channel) return 'no'
      return found.ts === ts ? 'this' : 'another'
    },
  }
}
