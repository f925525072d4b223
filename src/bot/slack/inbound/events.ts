import type { Millis } from '../../../clock.ts'
import type { Asker, Heard, Place } from '../types.ts'
import { filesAt, isDirect, type Loose, listAt, at as lookAt, textAt, timeOf } from './loose.ts'
import type { Understood } from './types.ts'

/** Events (docs.slack.dev, reference/events), each in the envelope that the Events API gives it. */

/** For so long a message that was corrected is taken for a slip of the keyboard (incident 17). */
const CORRECTED_WITHIN_MS: Millis = 30_000

type Event = { body: unknown; event: unknown; id: string; at: Millis }

/** `id`: what the delivery is known by where nothing better is. */
export function understandEvent(body: unknown, id: string, now: Millis): Understood {
  const event = lookAt(body, 'event')
  const eventId = textAt(body, 'event_id')
  const told = timeOf(textAt(event, 'event_ts') ?? textAt(event, 'ts'))
  const one = { body, event, id: eventId === null ? id : `event:${eventId}`, at: told ?? now }
  switch (textAt(event, 'type')) {
    case 'app_mention':
      return mention(one)
    case 'message':
      return message(one)
    case 'app_home_opened':
      return home(one)
    case 'member_joined_channel':
      return joined(one)
    case 'tokens_revoked':
      // People's own tokens are none of ours.
      return listAt(event, 'tokens', 'bot').length > 0
        ? heard(one, { kind: 'revoked', why: 'tokens_revoked' })
        : nothing('tokens of people were revoked')
    case 'app_uninstalled':
      return heard(one, { kind: 'revoked', why: 'app_uninstalled' })
    default:
      return nothing('an event that nobody asked for')
  }
}

function mention(one: Event): Understood {
  const { event } = one
  if (isOfBot(event)) return nothing('said by a bot')
  return lookAt(event, 'edited') === undefined ? said(one, 'mention', event) : corrected(one, event, null)
}

function message(one: Event): Understood {
  const { event } = one
  // What is said in channels reaches us as a mention, where we are meant.
  if (textAt(event, 'channel_type') !== 'im') return nothing('not said to the bot')
  const subtype = textAt(event, 'subtype')
  const changed = subtype === 'message_changed' ? lookAt(event, 'message') : event
  if (isOfBot(event) || isOfBot(changed)) return nothing('said by a bot')
  if (subtype === 'message_changed') return corrected(one, changed, textAt(event, 'previous_message', 'text'))
  if (subtype !== null && subtype !== 'file_share') return nothing(`a message of the kind ${subtype}`)
  return said(one, 'direct', event)
}

function said(one: Event, how: 'mention' | 'direct', event: unknown): Understood {
  const by = askerOf(event)
  const place = placeOf(event, event)
  const ts = textAt(event, 'ts')
  if (by === null || place === null || ts === null) return nothing('a message without its author or place')
  // One message may be told by two events (incident 1): channel and time are its identity.
  return {
    kind: 'heard',
    id: `message:${place.channel}:${ts}`,
    at: timeOf(ts) ?? one.at,
    heard: {
      kind: 'line',
      how,
      by,
      place,
      line: textAt(event, 'text') ?? '',
      ...selfOf(one.body),
      expect: null,
      files: filesAt(event, 'files'),
      message: { ts, isEphemeral: false },
      reply: { responseUrl: null, trigger: null, at: timeOf(ts) ?? one.at },
    },
  }
}

/** Links that unfold change a message too, and nobody touched it. */
function corrected(one: Event, changed: unknown, before: string | null): Understood {
  const by = askerOf(changed)
  const place = placeOf(one.event, changed)
  const ts = textAt(changed, 'ts')
  const edited = textAt(changed, 'edited', 'ts')
  const line = textAt(changed, 'text')
  if (by === null || place === null || ts === null || line === null || line === before)
    return nothing('nobody changed the words')
  const took = (timeOf(edited) ?? Number.NaN) - (timeOf(ts) ?? Number.NaN)
  if (!(took <= CORRECTED_WITHIN_MS)) return nothing('changed long after it was said')
  const id = `edit:${place.channel}:${ts}:${edited}`
  const files = filesAt(changed, 'files')
  return heard({ ...one, id }, { kind: 'edited', by, place, line, ...selfOf(one.body), files, message: ts })
}

function home(one: Event): Understood {
  const by = askerOf(one.event)
  if (by === null || textAt(one.event, 'tab') === 'messages') return nothing('another tab than Home')
  return heard(one, { kind: 'home', by })
}

function joined(one: Event): Understood {
  const place = placeOf(one.event, null)
  const user = textAt(one.event, 'user')
  if (place === null || user === null || user !== botOf(one.body)) return nothing('somebody else joined')
  const inviter = textAt(one.event, 'inviter')
  return heard(one, { kind: 'joined', place, by: inviter === null ? null : { id: inviter, name: null } })
}

/** Our own user id, as the envelope tells it (docs.slack.dev, apis/events-api, authorizations). */
function botOf(body: unknown): string | null {
  const own = listAt(body, 'authorizations').find(each => lookAt(each, 'is_bot') === true)
  return textAt(own, 'user_id')
}

/** Known from the first message on: Slack may not have told yet who we are. */
function selfOf(body: unknown): { self?: string } {
  const self = botOf(body)
  return self === null ? {} : { self }
}

/** Bots, ours among them, would talk to each other for ever (incident 16). */
function isOfBot(message: unknown): boolean {
  const { bot_id, app_id, bot_profile } = (message ?? {}) as Loose
  return [bot_id, app_id, bot_profile].some(each => each != null) || textAt(message, 'user') === 'USLACKBOT'
}

function askerOf(message: unknown): Asker | null {
  const id = textAt(message, 'user')
  return id === null ? null : { id, name: null }
}

function placeOf(event: unknown, message: unknown): Place | null {
  const channel = textAt(event, 'channel')
  if (channel === null) return null
  const direct = isDirect(channel) || textAt(event, 'channel_type') === 'im'
  return { channel, thread: textAt(message, 'thread_ts'), isDirect: direct }
}

function heard({ id, at }: Event, what: Heard): Understood {
  return { kind: 'heard', id, at, heard: what }
}

function nothing(why: string): Understood {
  return { kind: 'nothing', why }
}
