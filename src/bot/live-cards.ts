/** Cards that are kept up to date where they were posted: drawn again at each transition, the latest wins (design 2). */

import { titlePicture, watchTopic } from '../cards/topic-watch.ts'
import type { View } from '../cards/view.ts'
import { messageOf } from '../errors.ts'
import type { Lab } from '../lab/lab.ts'
import type { Log } from '../log.ts'

export type LiveCards = {
  /** Keeps a card up to date that was just posted. */
  track(view: View): void
  /** Goes on with the cards that this place had before a restart. */
  resume(): void
  close(): void
}

export type LiveCardsDeps = {
  lab: Lab
  log: Log
  /** Channel or terminal: the records of other places are left alone. */
  place: string
  /** Shows the newest view. */
  show(view: View): void
}

export function createLiveCards(deps: LiveCardsDeps): LiveCards {
  const { lab, log, place } = deps
  const stops = new Map<string, () => void>()

  const record = (topic: string, shown: number, told: boolean): void => {
    const card = { topic, place, reference: topic, shown, told }
    lab
      .card(card)
      .catch((error: unknown) => log.warn({ topic, error: messageOf(error) }, 'a card was not stored'))
  }
  const stop = (topic: string): void => {
    stops.get(topic)?.()
    stops.delete(topic)
  }
  const follow = (topic: string, rev: number, picture: string): void => {
    stop(topic)
    const ended = (shown: number): void => {
      stop(topic)
      record(topic, shown, true)
    }
    const watched = { topic, from: { rev, picture }, pictureOf: titlePicture, show: deps.show, ended }
    stops.set(topic, watchTopic({ lab, log }, watched).stop)
  }

  return {
    track(view) {
      if (view.final === true) return
      record(view.topic, view.rev, false)
      follow(view.topic, view.rev, titlePicture(view))
    },
    resume() {
      for (const card of Object.values(lab.state().cards))
        if (card.place === place && !card.told) follow(card.topic, card.shown, '')
    },
    close() {
      for (const topic of [...stops.keys()]) stop(topic)
    },
  }
}
