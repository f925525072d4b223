/** Cards that are kept up to date where they were posted: drawn again at each transition, the latest wins (design 2). */

import { drawTopic } from '../cards/topics.ts'
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
  const follow = (topic: string, from: number, pictured: string): void => {
    stop(topic)
    let shown = from
    let picture = pictured
    const draw = async (): Promise<void> => {
      const view = await drawTopic(topic, lab)
      if (!stops.has(topic)) return
      // News may overtake each other: an older picture never replaces a newer one.
      if (view !== null && (view.rev > shown || (view.rev === shown && pictureOf(view) !== picture))) {
        shown = view.rev
        picture = pictureOf(view)
        deps.show(view)
      }
      if (view !== null && view.final !== true) return
      stop(topic)
      record(topic, shown, true)
    }
    const look = latest(draw, error => log.warn({ topic, error: messageOf(error) }, 'a card was not drawn'))
    stops.set(topic, lab.subscribe(topic, look))
    look()
  }

  return {
    track(view) {
      if (view.final === true) return
      record(view.topic, view.rev, false)
      follow(view.topic, view.rev, pictureOf(view))
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

/** What the title says, whatever its clock shows: a clock that ticks is no transition, an end is one. */
function pictureOf(view: View): string {
  return JSON.stringify([view.title, view.final]).replace(/\d+/g, '')
}

/** Runs one at a time; what is asked for meanwhile is done once, afterwards. */
function latest(work: () => Promise<void>, failed: (error: unknown) => void): () => void {
  let busy = false
  let again = false
  const go = async (): Promise<void> => {
    do {
      again = false
      await work().catch(failed)
    } while (again)
    busy = false
  }
  return () => {
    if (busy) {
      again = true
      return
    }
    busy = true
    void go()
  }
}
