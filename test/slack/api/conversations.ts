import { tellJoined } from '../events.ts'
import { type Json, textOf } from '../loose.ts'
import { messageOf } from '../postings.ts'
import { Refused, refuseIf } from '../refused.ts'
import { type Conversation, directWith, type Posting, type User } from '../workspace.ts'
import { type Call, has, isYes, needed, page, refuseWithout, scopeFor, seen } from './call.ts'

/** docs.slack.dev, reference/methods/conversations.*, users.* */

export function open(call: Call): Json {
  const { workspace } = call.core
  const given = textOf(call.args['channel'])
  if (given !== '') return { channel: { id: seen(call, given).id } }
  const users = needed(call, 'users').split(',')
  refuseIf(users.length > 1, 'method_not_supported_for_channel_type')
  const user = workspace.users.get(users[0] ?? '')
  if (!user) throw new Refused('user_not_found')
  refuseIf(user.isBot, 'cannot_dm_bot')
  const { id } = directWith(workspace, user.id)
  return { no_op: true, already_open: true, channel: { id } }
}

export function join(call: Call): Json {
  const conversation = seen(call, needed(call, 'channel'))
  refuseIf(conversation.kind !== 'public', 'method_not_supported_for_channel_type')
  refuseIf(conversation.isArchived, 'is_archived')
  const { user } = call.core.workspace.bot
  const isThere = conversation.members.has(user)
  conversation.members.add(user)
  if (!isThere) tellJoined(call.core, conversation, user, null)
  const warned = { warning: 'already_in_channel', response_metadata: { warnings: ['already_in_channel'] } }
  return { channel: channelOf(call, conversation), ...(isThere ? warned : {}) }
}

export function info(call: Call): Json {
  const conversation = seen(call, needed(call, 'channel'))
  refuseWithout(call, scopeFor(conversation.kind, 'read'))
  return { channel: channelOf(call, conversation) }
}

export function list(call: Call): Json {
  const kinds = (textOf(call.args['types']) || 'public_channel').split(',')
  const wanted: Record<string, Conversation['kind']> = {
    public_channel: 'public',
    private_channel: 'private',
    im: 'im',
  }
  for (const kind of kinds) if (wanted[kind]) refuseWithout(call, scopeFor(wanted[kind], 'read'))
  const all = [...call.core.workspace.conversations.values()].filter(
    each =>
      kinds.some(kind => wanted[kind] === each.kind) &&
      (each.kind === 'public' || each.members.has(call.core.workspace.bot.user)) &&
      !(isYes(call.args['exclude_archived']) && each.isArchived),
  )
  const { items, next } = page(call.args, all, 100, 999)
  return { channels: items.map(each => channelOf(call, each)), response_metadata: { next_cursor: next } }
}

export function members(call: Call): Json {
  const conversation = seen(call, needed(call, 'channel'))
  refuseWithout(call, scopeFor(conversation.kind, 'read'))
  const { items, next } = page(call.args, [...conversation.members], 100, 999)
  return { members: items, response_metadata: { next_cursor: next } }
}

function channelOf({ core }: Call, conversation: Conversation): Json {
  const { id, name, kind, isArchived, members: inside } = conversation
  const isMember = inside.has(core.workspace.bot.user)
  if (kind === 'im') {
    const user = [...inside].find(each => each !== core.workspace.bot.user)
    return { id, is_im: true, is_archived: isArchived, user, is_open: true }
  }
  const kinds = {
    is_channel: kind === 'public',
    is_group: false,
    is_im: false,
    is_private: kind === 'private',
  }
  return {
    id,
    name,
    name_normalized: name,
    ...kinds,
    is_archived: isArchived,
    is_member: isMember,
    is_general: false,
  }
}

/** Newest first; replies are in their threads, ephemeral messages nowhere. */
export function history(call: Call): Json {
  const conversation = readable(call)
  const inRange = between(call.args, conversation.postings)
  const top = inRange.filter(each => each.thread === null || each.isBroadcast)
  return messagesOf(call, conversation, top.toReversed())
}

export function replies(call: Call): Json {
  const conversation = readable(call)
  const ts = needed(call, 'ts')
  const found = conversation.postings.find(each => each.ts === ts && each.onlyFor === null)
  if (!found) throw new Refused('thread_not_found')
  const root = found.thread ?? found.ts
  const thread = conversation.postings.filter(each => each.ts === root || each.thread === root)
  const [parent, ...others] = thread.filter(each => each.onlyFor === null)
  const inRange = between(call.args, others)
  return messagesOf(call, conversation, parent ? [parent, ...inRange] : inRange)
}

function readable(call: Call): Conversation {
  const conversation = seen(call, needed(call, 'channel'))
  refuseWithout(call, scopeFor(conversation.kind, 'history'))
  refuseIf(!conversation.members.has(call.core.workspace.bot.user), 'not_in_channel')
  return conversation
}

function between(args: Json, postings: readonly Posting[]): Posting[] {
  const oldest = Number(args['oldest'] ?? 0)
  const latest = Number(args['latest'] ?? Number.POSITIVE_INFINITY)
  refuseIf(Number.isNaN(oldest), 'invalid_ts_oldest')
  refuseIf(Number.isNaN(latest), 'invalid_ts_latest')
  const isIn = (ts: number): boolean =>
    isYes(args['inclusive']) ? ts >= oldest && ts <= latest : ts > oldest && ts < latest
  return postings.filter(each => each.onlyFor === null && isIn(Number(each.ts)))
}

function messagesOf(call: Call, conversation: Conversation, postings: readonly Posting[]): Json {
  const { items, next } = page(call.args, postings, 100, 999)
  const withMetadata = isYes(call.args['include_all_metadata'])
  const messages = items.map(each => messageOf(call.core, conversation, each, withMetadata))
  const more = next === '' ? {} : { response_metadata: { next_cursor: next } }
  return { messages, has_more: next !== '', ...more }
}

export function userInfo(call: Call): Json {
  const user = call.core.workspace.users.get(needed(call, 'user'))
  if (!user) throw new Refused('user_not_found')
  return { user: userOf(call, user) }
}

export function userList(call: Call): Json {
  const { items, next } = page(call.args, [...call.core.workspace.users.values()], 200, 1000)
  return { members: items.map(each => userOf(call, each)), response_metadata: { next_cursor: next } }
}

function userOf(call: Call, { id, name, isBot }: User): Json {
  const email = has(call, 'users:read.email') ? { email: `${name}@lab.test` } : {}
  const profile = { real_name: name, display_name: name, display_name_normalized: name, ...email }
  const { team } = call.core.workspace
  return {
    id,
    team_id: team.id,
    name,
    real_name: name,
    deleted: false,
    tz: 'Etc/UTC',
    tz_offset: 0,
    is_bot: isBot,
    profile,
  }
}
