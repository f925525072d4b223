/** New messages: each is found again by its key, so that nothing is told twice (chat-platforms.md 6). */

import type { Clock } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { isPassing, SlackError } from '../slack-error.ts'
import type { Message, Posted, SlackApi } from '../types.ts'
import type { Arguments, Caller } from './caller.ts'
import { sendDrawn } from './drawable.ts'
import { createLanes } from './lanes.ts'
import { createRemembered } from './remembered.ts'

type To = { channel: string; thread: string | null }

const EVENT_TYPE = 'boardroom'
const PAGE = 200
/** What is looked for was posted lately; replies come oldest first, and their thread is read whole. */
const MOST_PAGES = { history: 3, replies: 10 }
const KEYS_REMEMBERED = 5_000
const KEY_MS = 24 * 60 * 60_000

export function createPosting(deps: {
  caller: Caller
  clock: Clock
  log: Log
}): Pick<SlackApi, 'post' | 'find'> {
  const { caller, clock, log } = deps
  const lanes = createLanes(clock)
  /** By place and key: where it is, or null where it may be. */
  const known = createRemembered<Posted | null>(clock, KEYS_REMEMBERED, KEY_MS)

  async function find(to: To, keys: readonly string[]): Promise<ReadonlyMap<string, Posted>> {
    const found = new Map<string, Posted>()
    try {
      for await (const message of messagesOf(caller, to)) {
        for (const key of keysOf(message)) {
          if (!keys.includes(key) || message.ts === undefined) continue
          found.set(key, { channel: to.channel, ts: message.ts })
        }
        if (found.size === keys.length) break
      }
    } catch (error) {
      if (isPassing(error)) throw error
      // Told twice is better than never: the bot may post where it may not read.
      log.warn({ channel: to.channel, error: messageOf(error) }, 'cannot look for what was posted already')
    }
    return found
  }

  async function send(to: To, message: Message, keys: readonly string[]): Promise<Posted> {
    const { ts, channel } = await sendDrawn(message, 'post', log, drawn =>
      caller.call('chat.postMessage', argumentsOf(to, drawn, keys), 'later'),
    )
    if (typeof ts !== 'string')
      throw new SlackError({ word: 'no_answer', method: 'chat.postMessage', effect: 'unclear' })
    return { channel: typeof channel === 'string' ? channel : to.channel, ts }
  }

  async function inTurn(to: To, message: Message, keys: readonly string[], look: boolean): Promise<Posted> {
    const places = keys.map(key => `${to.channel}/${to.thread ?? ''}/${key}`)
    const remember = (value: Posted | null): void => {
      for (const place of places) known.set(place, value)
    }
    const [first] = allOf(places.map(place => known.get(place) ?? null))
    if (first !== undefined) return first
    if (look || places.some(place => known.get(place) === null)) {
      const there = await find(to, keys)
      const [found] = allOf(keys.map(key => there.get(key) ?? null))
      if (found !== undefined) return found
    }
    try {
      const posted = await send(to, message, keys)
      remember(posted)
      return posted
    } catch (error) {
      if (error instanceof SlackError && error.effect === 'unclear') remember(null)
      throw error
    }
  }

  return {
    find,
    post(to, message, key, mayBeThere) {
      const keys = typeof key === 'string' ? [key] : key
      // Looked for in its turn: an attempt that was called off may still be under way before it.
      return lanes.run(to.channel, () => inTurn(to, message, keys, mayBeThere))
    },
  }
}

/** Nothing unless all are there. */
function allOf(posted: readonly (Posted | null)[]): readonly Posted[] {
  const there = posted.filter(each => each !== null)
  return there.length === posted.length ? there : []
}

function argumentsOf(to: To, { text, blocks }: Message, keys: readonly string[]): Arguments {
  const [key = ''] = keys
  return {
    channel: to.channel,
    ...(to.thread === null ? {} : { thread_ts: to.thread }),
    text,
    ...(blocks.length === 0 ? {} : { blocks }),
    unfurl_links: false,
    unfurl_media: false,
    metadata: {
      event_type: EVENT_TYPE,
      event_payload: { key, ...(keys.length > 1 ? { keys } : {}) },
    },
  }
}

type Found = {
  ts?: string
  metadata?: { event_type?: string; event_payload?: { key?: unknown; keys?: unknown } }
}

type Page = { messages?: readonly Found[]; response_metadata?: { next_cursor?: string } }

async function* messagesOf(caller: Caller, { channel, thread }: To): AsyncGenerator<Found> {
  const [method, most] =
    thread === null
      ? (['conversations.history', MOST_PAGES.history] as const)
      : (['conversations.replies', MOST_PAGES.replies] as const)
  let cursor = ''
  for (let page = 0; page < most; page++) {
    const place = {
      channel,
      ...(thread === null ? {} : { ts: thread }),
      ...(cursor === '' ? {} : { cursor }),
    }
    const args = { ...place, limit: PAGE, include_all_metadata: true }
    const { messages, response_metadata: more } = (await caller.call(method, args, 'later')) as Page
    yield* messages ?? []
    cursor = more?.next_cursor ?? ''
    if (cursor === '') return
  }
}

function keysOf({ metadata }: Found): readonly string[] {
  if (metadata?.event_type !== EVENT_TYPE) return []
  const { key, keys } = metadata.event_payload ?? {}
  return [key, ...(Array.isArray(keys) ? (keys as unknown[]) : [])].filter(each => typeof each === 'string')
}
