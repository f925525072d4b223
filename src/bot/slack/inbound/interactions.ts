import type { Millis } from '../../../clock.ts'
import { readValue } from '../button-value.ts'
import { RUN_FILE } from '../manifest.ts'
import { SEARCH } from '../render/search.ts'
import type { Asker, Place, Reply } from '../types.ts'
import { filesAt, isDirect, listAt, at as lookAt, textAt, timeOf } from './loose.ts'
import type { SentView, Understood } from './types.ts'

/** Commands and interactions (docs.slack.dev, reference/interaction-payloads); each has a trigger of its own. */

/** A field of a form on which others depend, and a line of which the rest is typed (see render). */
const FIELD = 'f:'
const SEARCHED = 's:'

export function understandSlash(body: unknown, id: string, now: Millis): Understood {
  const user = textAt(body, 'user_id')
  const channel = textAt(body, 'channel_id')
  if (user === null || channel === null) return nothing('a command of nobody')
  return {
    kind: 'heard',
    id: idOf(body, id),
    at: now,
    heard: {
      kind: 'line',
      how: 'slash',
      by: { id: user, name: textAt(body, 'user_name') },
      place: { channel, thread: null, isDirect: isDirect(channel) },
      line: `${textAt(body, 'command') ?? ''} ${textAt(body, 'text') ?? ''}`.trim(),
      expect: null,
      files: [],
      message: null,
      reply: replyOf(body, now),
    },
  }
}

/** A button of ours, or a field of an open form. */
export function understandAction(body: unknown, id: string, now: Millis): Understood {
  const by = askerOf(body)
  const [action] = listAt(body, 'actions')
  if (by === null) return nothing('a click of nobody')
  const block = textAt(action, 'block_id') ?? ''
  const view = viewOf(body)
  if (view !== null && block.startsWith(FIELD))
    return { kind: 'change', change: { by, view, field: block, reply: replyOf(body, now) } }
  const value = textAt(action, 'value') ?? textAt(action, 'selected_option', 'value')
  const searched = textAt(action, 'action_id') === SEARCH ? searchLine(block, value) : null
  const said = searched ?? (value === null ? null : readValue(value))
  if (said === null) return nothing('a click on something that carries no line')
  const ts = messageOf(body)
  return {
    kind: 'heard',
    id: idOf(body, id),
    at: timeOf(textAt(action, 'action_ts')) ?? now,
    heard: {
      kind: 'line',
      how: 'click',
      by,
      place: placeOf(body, by),
      line: said.line,
      expect: said.expect,
      files: [],
      message: ts === null ? null : { ts, isEphemeral: lookAt(body, 'container', 'is_ephemeral') === true },
      reply: replyOf(body, now),
    },
  }
}

/** Enter in an empty search asks for nothing. */
function searchLine(block: string, typed: string | null): { line: string; expect: null } | null {
  const words = typed?.trim() ?? ''
  if (!block.startsWith(SEARCHED) || words === '') return null
  return { line: `${block.slice(SEARCHED.length)} ${words}`, expect: null }
}

export function understandShortcut(body: unknown, id: string, now: Millis): Understood {
  const by = askerOf(body)
  if (by === null || textAt(body, 'callback_id') !== RUN_FILE) return nothing('a shortcut that is not ours')
  const [file = null] = filesAt(body, 'message', 'files')
  return {
    kind: 'heard',
    id: idOf(body, id),
    at: timeOf(textAt(body, 'action_ts')) ?? now,
    heard: { kind: 'shortcut', by, place: placeOf(body, by), file, reply: replyOf(body, now) },
  }
}

export function understandSubmission(body: unknown, id: string, now: Millis): Understood {
  const by = askerOf(body)
  const view = viewOf(body)
  if (by === null || view === null) return nothing('a form without its view')
  return { kind: 'submission', id: idOf(body, id), submission: { by, view, reply: replyOf(body, now) } }
}

export function understandSearch(body: unknown): Understood {
  const by = askerOf(body)
  if (by === null) return nothing('a search of nobody')
  const field = textAt(body, 'block_id') ?? ''
  const action = textAt(body, 'action_id') ?? ''
  const typed = textAt(body, 'value') ?? ''
  return { kind: 'options', query: { by, field, action, typed, view: viewOf(body) } }
}

/** The same click, delivered twice, has the same trigger. */
function idOf(body: unknown, otherwise: string): string {
  const trigger = textAt(body, 'trigger_id')
  return trigger === null ? otherwise : `trigger:${trigger}`
}

function replyOf(body: unknown, now: Millis): Reply {
  return { responseUrl: textAt(body, 'response_url'), trigger: textAt(body, 'trigger_id'), at: now }
}

function askerOf(body: unknown): Asker | null {
  const id = textAt(body, 'user', 'id')
  const name = textAt(body, 'user', 'username') ?? textAt(body, 'user', 'name')
  return id === null ? null : { id, name }
}

function messageOf(body: unknown): string | null {
  return textAt(body, 'container', 'message_ts') ?? textAt(body, 'message', 'ts')
}

/** What is clicked in App Home or in a form is in no channel: it is between the bot and whoever clicked. */
function placeOf(body: unknown, by: Asker): Place {
  const channel = textAt(body, 'channel', 'id') ?? textAt(body, 'container', 'channel_id')
  if (channel === null) return { channel: by.id, thread: null, isDirect: true }
  const within = textAt(body, 'container', 'thread_ts') ?? textAt(body, 'message', 'thread_ts')
  // The head of a thread names itself: what is clicked there is said beside it.
  const thread = within === messageOf(body) ? null : within
  return { channel, thread, isDirect: isDirect(channel) }
}

/** Null for what is no modal: App Home is a view too. */
function viewOf(body: unknown): SentView | null {
  const id = textAt(body, 'view', 'id')
  if (id === null || textAt(body, 'view', 'type') !== 'modal') return null
  return {
    id,
    hash: textAt(body, 'view', 'hash'),
    callbackId: textAt(body, 'view', 'callback_id') ?? '',
    metadata: textAt(body, 'view', 'private_metadata') ?? '',
    state: lookAt(body, 'view', 'state') ?? null,
  }
}

function nothing(why: string): Understood {
  return { kind: 'nothing', why }
}
