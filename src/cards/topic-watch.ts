/** A topic drawn again at each of its news: one drawing at a time, and only what is newer is handed on (design 2). */

import { messageOf } from '../errors.ts'
import type { Lab } from '../lab/lab.ts'
import type { Log } from '../log.ts'
import { drawTopic } from './topics.ts'
import type { View } from './view.ts'

export type TopicWatch = {
  /** Draws it now, as if there were news. */
  look(): void
  stop(): void
}

export type Watched = {
  topic: string
  /** What is shown already. */
  from: { rev: number; picture: string }
  /** What makes two views of one revision differ. */
  pictureOf(view: View): string
  show(view: View): void
  /** It could not be drawn, and nobody may tell of that news again: `look` later. */
  failed?(): void
  /** It has come to its end, or there is nothing to show any more; `shown`: the last revision. Called once. */
  ended(shown: number): void
}

export function watchTopic(deps: { lab: Lab; log: Log }, watched: Watched): TopicWatch {
  const { lab, log } = deps
  const { topic, pictureOf } = watched
  let { rev, picture } = watched.from
  let isOver = false
  // Revisions order the states of one thing; of the whole lab (`queue`, `boards`) only the drawing itself tells.
  const isWhole = !topic.includes('/')

  const isNewer = (view: View): boolean => {
    const differs = pictureOf(view) !== picture
    return isWhole ? differs : view.rev > rev || (view.rev === rev && differs)
  }
  const stop = (): void => {
    isOver = true
    unsubscribe()
  }
  const draw = async (): Promise<void> => {
    const view = await drawTopic(topic, lab)
    if (isOver) return
    // News may overtake each other: an older picture never replaces a newer one.
    if (view !== null && isNewer(view)) {
      rev = view.rev
      picture = pictureOf(view)
      watched.show(view)
    }
    if (view !== null && view.final !== true) return
    stop()
    watched.ended(rev)
  }
  const look = latest(draw, error => {
    log.warn({ topic, error: messageOf(error) }, 'a card was not drawn')
    if (!isOver) watched.failed?.()
  })
  const unsubscribe = lab.subscribe(topic, look)
  look()
  return { look, stop }
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

/** What the title says, whatever its clock shows: a clock that ticks is no transition, an end is one. */
export function titlePicture(view: View): string {
  return JSON.stringify([view.title, view.final]).replace(/\d+/g, '')
}
