/** Slack as a channel of the outbox: draws what is owed when it is delivered, and finds a way to whom it is for. */

import { drawTelling } from '../../../cards/tellings.ts'
import type { View } from '../../../cards/view.ts'
import type { TimeFrame } from '../../../cards/words.ts'
import type { Clock, Millis } from '../../../clock.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { Log } from '../../../log.ts'
import type { Channel, Delivery, OutboxItem } from '../../../mail/types.ts'
import type { DrawFrame } from '../render/draw.ts'
import { isForeign, isPassing, isWord, SlackError } from '../slack-error.ts'
import type { Message, SlackApi } from '../types.ts'
import { cardFirst } from './card-first.ts'
import type { Spot } from './card-place.ts'
import type { SlackCards } from './cards.ts'
import { asOne, createPace, MOST_TOGETHER, withNote } from './crowds.ts'
import { createRemembered } from './remembered.ts'
import { runOf, type Whereto, wheretoOf, wordOf } from './whereto.ts'

export type SlackChannelDeps = {
  lab: Lab
  api: SlackApi
  cards: Pick<SlackCards, 'where'>
  /** SLACK_CHANNEL; null: what concerns all is told nowhere. */
  home: string | null
  clock: Clock
  log: Log
  frame(): TimeFrame
  render(view: View, frame: DrawFrame): Message
}

type Told = { item: OutboxItem; view: View }
/** `signal`: of an attempt that takes too long, and is made anew. */
type Telling = { told: readonly Told[]; signal: AbortSignal }

const PLACES_REMEMBERED = 2_000
const DAY_MS: Millis = 24 * 60 * 60_000

export function createSlackChannel(id: 'slack' | 'home', deps: SlackChannelDeps): Channel {
  const { lab, api, clock, log } = deps
  const pace = createPace(clock)
  /** Where something was tried: another place would have to be searched, too, for what may be there. */
  const tried = createRemembered<Whereto>(clock, PLACES_REMEMBERED, DAY_MS)
  /** Told by the process before, perhaps: what was owed when this one began, whatever the clock says. */
  const inherited = new Set(lab.owed.items().map(item => item.key))
  let hasComplained = false

  async function whereto(item: OutboxItem, isAlone: boolean): Promise<Whereto | null> {
    const known = tried.get(item.key)
    if (known !== undefined) return known
    const run = runOf(item)
    const origin = run === null ? null : ((await lab.run(run))?.origin ?? null)
    // Several that are told together have their place already.
    if (origin !== null && isAlone) await cardFirst(item, origin, deps)
    return wheretoOf(item, id, origin, deps)
  }

  /** The same, of what is in memory; null: told by itself. */
  function placeOf(item: OutboxItem): string | null {
    const known = tried.get(item.key)
    if (known !== undefined) return wordOf(known)
    const run = runOf(item)
    const origin = run === null ? null : (lab.state().runs[run]?.origin ?? null)
    const found = run !== null && origin === null ? null : wheretoOf(item, id, origin, deps)
    return found === null ? null : wordOf(found)
  }

  async function deliver(items: readonly OutboxItem[], signal: AbortSignal): Promise<readonly Delivery[]> {
    const drawn = await Promise.all(
      items.map(async item => ({ item, view: await drawTelling(item.topic, lab) })),
    )
    const told = drawn.flatMap(({ item, view }) => (view === null ? [] : [{ item, view }]))
    const [first] = told
    const to = first === undefined ? null : await whereto(first.item, items.length === 1)
    if (to === null) {
      if (first !== undefined && id === 'home') complain()
      return items.map(() => 'nobody')
    }
    for (const { item } of told) tried.set(item.key, to)
    const isTold = await say({ told, signal }, to)
    const keys = new Set(told.map(({ item }) => item.key))
    return items.map(item => (isTold && keys.has(item.key) ? 'delivered' : 'nobody'))
  }

  function complain(): void {
    if (hasComplained) return
    hasComplained = true
    log.warn({}, 'alerts are told nowhere: no home channel is set. Set SLACK_CHANNEL to the id of one.')
  }

  /** False: there is nobody to tell, ever. */
  async function say(telling: Telling, to: Whereto): Promise<boolean> {
    const done = pace.told.bind(null, wordOf(to))
    if (to.at === 'direct') return await toPerson(telling, to.user).finally(done)
    const spot = { channel: to.channel, thread: to.at === 'place' ? to.thread : null }
    try {
      await inPlace(telling, spot)
      return true
    } catch (error) {
      // What concerns all waits for an admin to let the bot in; what is one person's finds that person.
      if (isPassing(error) || to.at === 'home') throw error
      log.info({ channel: spot.channel, error }, 'told in direct messages instead')
      return await toPeople(telling, error)
    } finally {
      done()
    }
  }

  async function inPlace(telling: Telling, spot: Spot): Promise<void> {
    try {
      await post(telling, spot)
    } catch (error) {
      if (isWord(error, 'not_in_channel')) {
        await api.join(spot.channel).catch((refusal: unknown) => {
          throw isPassing(refusal) ? refusal : error
        })
        await post(telling, spot)
      } else if (spot.thread !== null && isWord(error, 'thread_not_found', 'message_not_found'))
        await post(telling, { ...spot, thread: null })
      else throw error
    }
  }

  /** Posts those of them that are not there yet. */
  async function post({ told, signal }: Telling, spot: Spot, why: string | null = null): Promise<void> {
    const keys = told.map(({ item }) => item.key)
    const mayBeThere = told.some(({ item }) => item.attempts > 0 || inherited.has(item.key))
    const there = mayBeThere && told.length > 1 ? await api.find(spot, keys) : null
    const left = there === null ? told : told.filter(({ item }) => !there.has(item.key))
    await postThose({ told: left, signal }, spot, why, mayBeThere && told.length === 1)
  }

  async function postThose(
    { told, signal }: Telling,
    spot: Spot,
    why: string | null,
    look: boolean,
  ): Promise<void> {
    // Called off meanwhile: what is told next has another crowd, and would not be known for the same.
    signal.throwIfAborted()
    if (told.length === 0) return
    const views = told.map(each => each.view)
    const view = asOne(views, deps.frame())
    const message = deps.render(why === null ? view : withNote(view, why), {
      ...deps.frame(),
      mentions: true,
    })
    if (told.length === 1 || message.warnings.length === 0) {
      const keys = told.map(({ item }) => item.key)
      await api.post(spot, message, keys, look)
      return
    }
    // There was no room for the words of some.
    const half = Math.ceil(told.length / 2)
    await postThose({ told: told.slice(0, half), signal }, spot, why, look)
    await postThose({ told: told.slice(half), signal }, spot, why, look)
  }

  async function toPeople({ told, signal }: Telling, error: unknown): Promise<boolean> {
    const why = error instanceof SlackError ? await reasonOf(error) : null
    const people = Map.groupBy(told, ({ item }) => item.to)
    const reached = []
    for (const [user, theirs] of people) reached.push(await toPerson({ told: theirs, signal }, user, why))
    return reached.includes(true)
  }

  async function toPerson(telling: Telling, user: string, why: string | null = null): Promise<boolean> {
    try {
      await post(telling, { channel: await api.direct(user), thread: null }, why)
      return true
    } catch (error) {
      // There is no other way: it waits until an admin has given the right, or opened the way to Slack.
      if (isPassing(error) || isWord(error, 'missing_scope') || isForeign(error)) throw error
      log.warn({ user, error }, 'somebody cannot be told: Slack takes no direct message for them')
      return false
    }
  }

  async function reasonOf(error: SlackError): Promise<string> {
    const why = `You are told here, for the bot may not post where you asked. ${error.message}.`
    const isOutside: boolean = isWord(error, 'not_in_channel', 'channel_not_found')
    if (!isOutside) return `${why} ${error.hint}`
    const name = await api.self().then(
      self => `@${self.name}`,
      () => 'and the name of the bot',
    )
    return `${why} Type there: /invite ${name}`
  }

  return {
    id,
    deliver: async (item, signal) => (await deliver([item], signal))[0] ?? 'nobody',
    together: { placeOf, crowd: pace.crowd, most: MOST_TOGETHER, deliver },
  }
}
