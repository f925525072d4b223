/** The life of one live card: posted, edited at its news, and at its end those told who asked for it. */

import { type TopicWatch, titlePicture, watchTopic } from '../../../cards/topic-watch.ts'
import { drawTopic } from '../../../cards/topics.ts'
import type { View } from '../../../cards/view.ts'
import type { TimeFrame } from '../../../cards/words.ts'
import { type Clock, type Millis, pause, type Timer } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { LiveCard } from '../../../lab/types.ts'
import type { Log } from '../../../log.ts'
import type { DrawFrame } from '../render/draw.ts'
import { isForeign, isPassing } from '../slack-error.ts'
import type { Message, Posted, SlackApi } from '../types.ts'
import { keyOf, postedOf, spotOf } from './card-place.ts'
import { agedOut, isEndless, LIVES_MS, movedOn } from './card-words.ts'
import { tellFollowers } from './followers.ts'
import { storeCard } from './store-card.ts'
import type { Updates } from './updates.ts'

export type CardDeps = {
  lab: Lab
  api: SlackApi
  updates: Updates
  clock: Clock
  log: Log
  frame(): TimeFrame
  render(view: View, frame: DrawFrame): Message
}

export type KeptCard = {
  readonly card: LiveCard
  /** Its message is gone; it only waits to tell those who asked for its end. */
  readonly isLost: boolean
  /** Posts it, or finds where it was posted. Throws SlackError; may be repeated. */
  publish(view: View | null, mayBeThere: boolean): Promise<Posted | null>
  /** Posts it as soon as Slack lets it, and keeps it up to date. */
  carryOn(failures?: number): Promise<void>
  /** Keeps it up to date from what it shows. */
  watch(shown: View | null): void
  follow(person: string): Promise<void>
  stop(): void
}

/** Last lines and counters are no transition: so often at most. */
const TICK_MS: Millis = 15_000
const FIRST_BACKOFF_MS: Millis = 2_000
const LONGEST_BACKOFF_MS: Millis = 60_000
/** Two hours of a proxy's refusals: it may be what the message says that it does not let through. */
const MOST_FOREIGN = 120

export function keepCard(deps: CardDeps, stored: LiveCard, left: () => void): KeptCard {
  const { lab, api, updates, clock, log } = deps
  const stopper = new AbortController()
  const isWhole = !stored.topic.includes('/')
  let card = stored
  let watch: TopicWatch | null = null
  let timer: Timer | null = null
  let retry: Timer | null = null
  let lastTitle = ''
  let lastAt = Number.NEGATIVE_INFINITY
  let waiting: { view: View; timer: Timer } | null = null
  /** Pictures of the whole lab have no revision that only rises: they are counted, from above those of a card before. */
  let drawn = Math.floor(clock.mono())
  /** It was posted when all was over already. */
  let isEndShown = false
  let isLost = false

  const store = async (change: Partial<LiveCard>): Promise<void> => {
    card = { ...card, ...change }
    await storeCard(deps, card)
  }

  const failed = (error: unknown): void => {
    if (stopper.signal.aborted) return
    log.warn({ topic: card.topic, error: messageOf(error) }, 'a card was not brought up to date')
  }
  const stop = (): void => {
    stopper.abort(new Error('the card is kept no longer'))
    watch?.stop()
    timer?.cancel()
    retry?.cancel()
    waiting?.timer.cancel()
  }
  /** Its record has nothing left to live on for. */
  const leave = async (): Promise<void> => {
    if (stopper.signal.aborted) return
    stop()
    left()
    await store({ told: true })
  }

  /** Until it is done, refused, or not wanted any more; `failures`: how often it went wrong before. */
  async function patiently(work: () => Promise<unknown>, failures = 0): Promise<void> {
    for (let failed = failures; !stopper.signal.aborted; failed++) {
      const waitMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failed - 1))
      if (failed > 0) await pause(clock, waitMs, stopper.signal)
      try {
        return void (await work())
      } catch (error) {
        if (!isPassing(error) && !(isForeign(error) && failed < MOST_FOREIGN)) throw error
        log.debug({ topic: card.topic, error: messageOf(error) }, 'a card waits for Slack')
      }
    }
  }

  /** Its last picture is drawn once: nobody tells of it again. */
  async function lastDrawn(): Promise<View | null> {
    let view: View | null = null
    await patiently(async () => {
      view = await drawTopic(card.topic, lab)
    })
    return view
  }

  async function edit(view: View, isFinal: boolean): Promise<void> {
    const posted = postedOf(card)
    if (posted === null || isEndShown) return
    drawn++
    const rev = isWhole ? drawn : view.rev
    const rank = isFinal ? 'outcome' : 'progress'
    const message = deps.render(view, deps.frame())
    const how = await updates.show({ posted, rev, rank, isFinal, message })
    // Nothing more is sent: whoever starts next goes on from what is stored.
    if (how === 'closed') stop()
    // The record may be that of the card by now that took its place.
    if (stopper.signal.aborted) return
    if (how === 'shown' && !isWhole && view.rev > card.shown && !isFinal) await store({ shown: view.rev })
  }

  function send(view: View): void {
    waiting?.timer.cancel()
    waiting = null
    lastAt = clock.mono()
    lastTitle = titlePicture(view)
    edit(view, false).catch(giveUp)
  }

  /** The message was deleted, its channel archived: there is no card any more, but those who wait are told. */
  function giveUp(error: unknown): void {
    if (stopper.signal.aborted) return
    log.info(
      { topic: card.topic, place: card.place, error: messageOf(error) },
      'a card cannot be edited any more',
    )
    if (card.for === undefined) return void leave()
    watch?.stop()
    watch = null
    isLost = true
    card = { ...card, reference: '' }
    void patiently(() => lab.ending(card.topic, stopper.signal))
      .then(() => patiently(() => tellFollowers(deps, card, patiently)))
      .then(leave)
      .catch(failed)
  }

  function news(view: View): void {
    if (view.final === true) return
    const waitMs = lastAt + TICK_MS - clock.mono()
    const isTransition = !isWhole && (view.rev > card.shown || titlePicture(view) !== lastTitle)
    waiting?.timer.cancel()
    if (isTransition || waitMs <= 0) {
      send(view)
      return
    }
    const later = clock.after(waitMs, () => {
      if (waiting !== null) send(waiting.view)
    })
    waiting = { view, timer: later }
  }

  async function end(): Promise<void> {
    waiting?.timer.cancel()
    const view = await lastDrawn()
    try {
      if (view !== null) await edit(view, true)
    } catch (error) {
      log.info(
        { topic: card.topic, error: messageOf(error) },
        'the end of a card cannot be shown: it is gone',
      )
    }
    if (stopper.signal.aborted) return
    await patiently(() => tellFollowers(deps, card, patiently))
    await outcomeTold()
    await leave()
  }

  /** The telling of the outcome hangs in this card's thread: its place must be known until then. */
  async function outcomeTold(): Promise<void> {
    const isOwed = (): boolean =>
      lab.owed.items().some(item => item.topic === card.topic && item.channel === 'slack')
    if (!isOwed() || stopper.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const unsubscribe = lab.subscribe('outbox', () => {
      if (!isOwed()) resolve()
    })
    stopper.signal.addEventListener('abort', () => resolve(), { once: true })
    await promise.finally(unsubscribe)
  }

  async function age(): Promise<void> {
    watch?.stop()
    const view = await lastDrawn()
    if (view !== null) await edit(agedOut(view, deps.frame()), true).catch(() => {})
    await leave()
  }

  /** The message whose place this one takes says so. */
  async function sayMovedOn(): Promise<void> {
    const spot = spotOf(card.place)
    const view = card.replaces === undefined ? null : await drawTopic(card.topic, lab)
    if (card.replaces === undefined || spot === null || view === null) return
    const posted = { channel: spot.channel, ts: card.replaces }
    const message = deps.render(movedOn(view, deps.frame()), deps.frame())
    const rev = Number.MAX_SAFE_INTEGER
    const edit = { posted, rev, rank: 'progress', isFinal: true, message } as const
    const how = await updates.show(edit).catch(() => 'gone' as const)
    if (how === 'closed' || stopper.signal.aborted) return
    const { replaces: _, ...rest } = card
    card = rest
    await store({})
  }

  function tick(): void {
    watch?.look()
    timer = clock.after(TICK_MS, tick)
  }

  const kept: KeptCard = {
    get card() {
      return card
    },
    get isLost() {
      return isLost
    },
    stop,
    async publish(given, mayBeThere) {
      const view = given ?? (await drawTopic(card.topic, lab))
      const spot = spotOf(card.place)
      if (view === null || spot === null) return null
      const posted = await api.post(spot, deps.render(view, deps.frame()), keyOf(card), mayBeThere)
      await store({ reference: posted.ts })
      return posted
    },
    async carryOn(failures = 0) {
      try {
        if (card.reference === '') await patiently(() => kept.publish(null, true), failures)
        if (!stopper.signal.aborted) kept.watch(null)
      } catch (error) {
        if (!stopper.signal.aborted) giveUp(error)
      }
    },
    watch(shown) {
      if (shown !== null) {
        lastTitle = titlePicture(shown)
        lastAt = clock.mono()
        isEndShown = shown.final === true
      }
      sayMovedOn().catch(failed)
      const from = { rev: card.shown, picture: shown === null ? '' : picture(shown) }
      const ended = (): void => void end().catch(failed)
      const again = (): void => {
        retry?.cancel()
        retry = clock.after(TICK_MS, () => watch?.look())
      }
      const what = { topic: card.topic, from, pictureOf: picture, show: news, failed: again, ended }
      watch = watchTopic({ lab, log }, what)
      if (isEndless(card.topic)) {
        const leftMs = (card.since ?? clock.now()) + LIVES_MS - clock.now()
        timer = clock.after(Math.max(0, leftMs), () => void age().catch(failed))
        // Progress and places in the queue are no journal entries: nobody tells of them.
      } else if (/^(run|lease)\//.test(card.topic)) timer = clock.after(TICK_MS, tick)
    },
    async follow(person) {
      const others = card.for ?? []
      if (!others.includes(person)) await store({ for: [...others, person] })
    },
  }
  return kept
}

function picture(view: View): string {
  return `${titlePicture(view)}${JSON.stringify(view.parts)}`
}
