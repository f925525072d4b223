import { blocksWithIds } from '../elements.ts'
import { tellApp } from '../events.ts'
import { type Json, recordOf, recordsOf, textOf } from '../loose.ts'
import { addPosting, messageOf } from '../postings.ts'
import { Refused, refuseIf } from '../refused.ts'
import { type Conversation, directWith, type Posting } from '../workspace.ts'
import { type Call, isYes, needed, seen, writable } from './call.ts'
import { LONGEST_TEXT, refuseBadMessage } from './check.ts'

/** docs.slack.dev, reference/methods/chat.* */

export function postMessage(call: Call): Json {
  const { core, args, method } = call
  const conversation = writable(call, addressee(call, needed(call, 'channel')))
  refuseBadMessage(core, method, args, 'post')
  const posting = addPosting(core, conversation, {
    ...bodyOf(call),
    thread: threadOf(call, conversation),
    isBroadcast: isYes(args['reply_broadcast']),
    subtype: isYes(args['reply_broadcast']) ? 'thread_broadcast' : null,
    metadata: metadataOf(call),
  })
  const message = messageOf(core, conversation, posting, true)
  return { channel: conversation.id, ts: posting.ts, message }
}

/** A person's id stands for the direct messages with them; for chat.update it does not. */
function addressee({ core }: Call, channel: string): string {
  if (!channel.startsWith('U')) return channel
  refuseIf(!core.workspace.users.has(channel), 'channel_not_found')
  return directWith(core.workspace, channel).id
}

function bodyOf({
  core,
  args,
  method,
}: Call): Pick<Posting, 'user' | 'isByApp' | 'text' | 'blocks' | 'attachments'> {
  const text = textOf(args['text'])
  if (text.length > LONGEST_TEXT)
    core.workspace.complain('message_truncated', method, `${text.length} characters of text`)
  return {
    user: core.workspace.bot.user,
    isByApp: true,
    text: text.slice(0, LONGEST_TEXT),
    blocks: blocksWithIds(core.workspace, recordsOf(args['blocks'])),
    attachments: recordsOf(args['attachments']),
  }
}

/** The message that a thread hangs on: there must have been one, and a reply is none. */
export function threadOf({ core, args, method }: Call, conversation: Conversation): string | null {
  const thread = args['thread_ts']
  if (thread === undefined || thread === null || thread === '') return null
  const ts = textOf(thread)
  const parent = conversation.postings.find(each => each.ts === ts && each.onlyFor === null)
  if (conversation.deleted.has(ts) || (parent && parent.thread === null)) return ts
  core.workspace.complain('thread_not_found', method, `no thread hangs on ${String(thread)}`)
  throw new Refused(parent ? 'cannot_reply_to_message' : 'thread_not_found')
}

/** @slack/types, MessageMetadata: words, numbers, yes or no, objects of them, and lists of such objects. */
function isPayloadValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(each => typeof each === 'object')
  return ['string', 'number', 'boolean', 'object'].includes(typeof value)
}

function metadataOf({ core, args, method }: Call): Json | null {
  if (args['metadata'] === undefined) return null
  const metadata = recordOf(args['metadata'])
  const payload = metadata['event_payload']
  const isPayload = typeof payload === 'object' && Object.values(payload ?? {}).every(isPayloadValue)
  if (textOf(metadata['event_type']) !== '' && isPayload) return metadata
  if (method === 'chat.update' && Object.keys(metadata).length === 0) return {}
  core.workspace.complain('invalid_metadata_format', method, JSON.stringify(args['metadata']))
  throw new Refused('invalid_metadata_format')
}

/** What is not given stays: blocks, attachments, metadata. An edit makes no sound. */
export function update(call: Call): Json {
  const { core, args, method } = call
  const conversation = writable(call, needed(call, 'channel'))
  const posting = own(call, conversation, needed(call, 'ts'), 'cant_update_message')
  refuseBadMessage(core, method, args, 'update')
  const previous = messageOf(core, conversation, posting, false)
  const given = bodyOf(call)
  const metadata = metadataOf(call)
  if (args['text'] !== undefined) posting.text = given.text
  if (args['blocks'] !== undefined) posting.blocks = given.blocks
  if (args['attachments'] !== undefined) posting.attachments = given.attachments
  if (metadata) posting.metadata = Object.keys(metadata).length === 0 ? null : metadata
  posting.edited = { user: core.workspace.bot.user, ts: core.workspace.ts() }
  const message = messageOf(core, conversation, posting, true)
  tellApp(core, conversation, changed(conversation, message, previous, core.workspace.ts()))
  return { channel: conversation.id, ts: posting.ts, text: posting.text, message }
}

export function changed(conversation: Conversation, message: Json, previous: Json, ts: string): Json {
  const type = { public: 'channel', private: 'group', im: 'im' }[conversation.kind]
  const where = { channel: conversation.id, channel_type: type, event_ts: ts, ts, hidden: true }
  const by = previous['bot_id'] === undefined ? {} : { bot_id: previous['bot_id'] }
  return { type: 'message', subtype: 'message_changed', ...where, ...by, message, previous_message: previous }
}

function own({ core }: Call, conversation: Conversation, ts: string, refusal: string): Posting {
  const found = conversation.postings.find(each => each.ts === ts && each.onlyFor === null)
  if (!found) throw new Refused('message_not_found')
  refuseIf(found.user !== core.workspace.bot.user, refusal)
  return found
}

export function postEphemeral(call: Call): Json {
  const { core, args, method } = call
  const conversation = writable(call, needed(call, 'channel'))
  const user = needed(call, 'user')
  refuseIf(!conversation.members.has(user), 'user_not_in_channel')
  refuseBadMessage(core, method, args, 'ephemeral')
  const thread = threadOf(call, conversation)
  const posting = addPosting(core, conversation, { ...bodyOf(call), thread, onlyFor: user })
  return { message_ts: posting.ts }
}

export function remove(call: Call): Json {
  const conversation = seen(call, needed(call, 'channel'))
  const posting = own(call, conversation, needed(call, 'ts'), 'cant_delete_message')
  conversation.postings.splice(conversation.postings.indexOf(posting), 1)
  conversation.deleted.add(posting.ts)
  return { channel: conversation.id, ts: posting.ts }
}

export function getPermalink(call: Call): Json {
  const conversation = seen(call, needed(call, 'channel'))
  const ts = needed(call, 'message_ts')
  const found = conversation.postings.find(each => each.ts === ts && each.onlyFor === null)
  if (!found) throw new Refused('message_not_found')
  const thread = found.thread === null ? '' : `?thread_ts=${found.thread}&cid=${conversation.id}`
  const { domain } = call.core.workspace.team
  const path = `archives/${conversation.id}/p${ts.replace('.', '')}${thread}`
  return { channel: conversation.id, permalink: `https://${domain}.slack.com/${path}` }
}

export function addReaction(call: Call): Json {
  const conversation = seen(call, needed(call, 'channel'))
  const name = needed(call, 'name')
  const ts = needed(call, 'timestamp')
  const found = conversation.postings.find(each => each.ts === ts && each.onlyFor === null)
  if (!found) throw new Refused('message_not_found')
  const by = found.reactions.get(name) ?? new Set()
  refuseIf(by.has(call.core.workspace.bot.user), 'already_reacted')
  found.reactions.set(name, by.add(call.core.workspace.bot.user))
  return {}
}
