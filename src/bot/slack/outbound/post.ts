/** New messages: each is found again by its key, so that nothing is told twice (chat-platforms.md 6). */

import type { Clock } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { isForeign, isPassing, SlackError } from '../slack-error.ts'
import type { Message, Posted, SlackApi } from '../types.ts'
import type { Arguments, Caller } from './caller.ts'
import { sendDrawn } from './drawable.ts'
import { createLanes } from './lanes.ts'
import { createRemembered } from './remembered.ts'

type To = { channel: string; thread: string | null }

const EVENT_TYPE = 'boardroom'
const BETWEEN_KEYS = '\n'
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
  /** By place and key: where it is, `absent` where it is not, or `unclear`. */
  const known = createRemembered<Posted | 'absent' | 'unclear'>(clock, KEYS_REMEMBERED, KEY_MS)

  function remember(to: To, keys: readonly string[], what: Posted | 'absent' | 'unclear'): void {
    for (const key of keys) known.set(placeOf(to, key), what)
  }

  /** Those that are known to be there; Slack is asked for the others, but for what is known to be absent. */
  async function find(to: To, keys: readonly string[]): Promise<ReadonlyMap<string, Posted>> {
    const found = new Map<string, Posted>()
    const unknown = new Set<string>()
    for (const key of keys) {
      const there = known.get(placeOf(to, key))
      if (typeof there === 'object') found.set(key, there)
      else if (there !== 'absent') unknown.add(key)
    }
    if (unknown.size > 0) await search(to, unknown, found)
    return found
  }

  async function search(to: To, unknown: Set<string>, found: Map<string, Posted>): Promise<void> {
    try {
      for await (const message of messagesOf(caller, to)) {
        for (const key of keysOf(message)) {
          if (!unknown.has(key) || message.ts === undefined) continue
          const posted = { channel: to.channel, ts: message.ts }
          found.set(key, posted)
          remember(to, [key], posted)
          unknown.delete(key)
        }
        if (unknown.size === 0) break
      }
      remember(to, [...unknown], 'absent')
    } catch (error) {
      // A proxy that does not let the question through today may do so later.
      if (isPassing(error) || isForeign(error)) throw error
      // Told twice is better than never: the bot may post where it may not read.
      log.warn({ channel: to.channel, error: messageOf(error) }, 'cannot look for what was posted already')
    }
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
    const states = keys.map(key => known.get(placeOf(to, key)))
    const isToBeFound = look || states.some(each => each === 'unclear' || typeof each === 'object')
    const there = isToBeFound ? await find(to, keys) : new Map<string, Posted>()
    const [first] = there.values()
    if (first !== undefined && there.size === keys.length) return first
    try {
      const posted = await send(to, message, keys)
      remember(to, keys, posted)
      return posted
    } catch (error) {
      const isUnclear = !(error instanceof SlackError) || error.effect === 'unclear'
      const left = keys.filter(key => !there.has(key))
      remember(to, left, isUnclear ? 'unclear' : 'absent')
      throw error
    }
  }

  return {
    // Behind those who post: an attempt that was called off may still be under way.
    find: (to, keys) => lanes.look(to.channel, () => find(to, keys)),
    post(to, message, key, mayBeThere) {
      const keys = typeof key === 'string' ? [key] : key
      // Looked for in its turn: an attempt that was called off may still be under way before it.
      return lanes.run(to.channel, () => inTurn(to, message, keys, mayBeThere))
    },
  }
}

function placeOf(to: To, key: string): string {
  return `${to.channel}/${to.thread ?? ''}/${key}`
}

function argumentsOf(to: To, { text, blocks }: Message, keys: readonly string[]): Arguments {
  return {
    channel: to.channel,
    ...(to.thread === null ? {} : { thread_ts: to.thread }),
    text,
    ...(blocks.length === 0 ? {} : { blocks }),
    unfurl_links: false,
    unfurl_media: false,
    metadata: {
      event_type: EVENT_TYPE,
      // A list of words is none of the types that a payload may have (@slack/types, MessageMetadata).
      event_payload: { key: keys.join(BETWEEN_KEYS) },
    },
  }
}

type Found = {
  ts?: string
  metadata?: { event_type?: string; event_payload?: { key?: unknown } }
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
  const { key } = metadata.event_payload ?? {}
  return typeof key === 'string' ? key.split(BETWEEN_KEYS) : []
}
