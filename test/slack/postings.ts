import type { Core } from './core.ts'
import { tellApp } from './events.ts'
import { type Json, recordOf } from './loose.ts'
import type { Conversation, Posting, StoredFile, Workspace } from './workspace.ts'

/** Messages: put into a conversation, shown as the API shows them, and who is told of them. */

export type Draft = Partial<Omit<Posting, 'ts' | 'edited' | 'reactions'>> & { user: string }

export function draftOf(workspace: Workspace, draft: Draft): Posting {
  const nothing = {
    thread: null,
    isByApp: false,
    otherBot: null,
    text: '',
    blocks: [],
    attachments: [],
    files: [],
    metadata: null,
  }
  const plain = { edited: null, subtype: null, isBroadcast: false, onlyFor: null, reactions: new Map() }
  return { ...nothing, ...plain, ...draft, ts: workspace.ts() }
}

export function addPosting(core: Core, conversation: Conversation, draft: Draft): Posting {
  const posting = draftOf(core.workspace, draft)
  conversation.postings.push(posting)
  for (const file of posting.files) file.sharedIn.add(conversation.id)
  if (posting.onlyFor !== null) return posting
  notify(core.workspace, conversation, posting)
  tellApp(core, conversation, messageEvent(core, conversation, posting))
  return posting
}

export function messageEvent(core: Core, conversation: Conversation, posting: Posting): Json {
  const type = { public: 'channel', private: 'group', im: 'im' }[conversation.kind]
  const shown = messageOf(core, conversation, posting, false)
  const parent = posting.thread === null ? {} : { parent_user_id: parentOf(conversation, posting)?.user }
  return { ...shown, ...parent, channel: conversation.id, channel_type: type, event_ts: posting.ts }
}

function parentOf(conversation: Conversation, posting: Posting): Posting | undefined {
  return conversation.postings.find(each => each.ts === posting.thread)
}

/** A message as the API shows it (docs.slack.dev, reference/events/message). */
export function messageOf(
  core: Core,
  conversation: Conversation,
  posting: Posting,
  withMetadata: boolean,
): Json {
  const { app, bot, team } = core.workspace
  const own = posting.isByApp ? { bot_id: bot.id, app_id: app.id } : byOther(posting)
  const replies = conversation.postings.filter(each => each.thread === posting.ts && each.onlyFor === null)
  const thread =
    replies.length > 0
      ? { thread_ts: posting.ts, reply_count: replies.length, latest_reply: replies.at(-1)?.ts }
      : {}
  return {
    type: 'message',
    ...(posting.subtype === null ? {} : { subtype: posting.subtype }),
    ...{ user: posting.user, ts: posting.ts, text: posting.text, team: team.id },
    ...own,
    ...thread,
    ...(posting.thread === null ? {} : { thread_ts: posting.thread }),
    ...(posting.blocks.length === 0 ? {} : { blocks: posting.blocks }),
    ...(posting.attachments.length === 0 ? {} : { attachments: posting.attachments }),
    ...filesOf(core, posting),
    ...(posting.edited === null ? {} : { edited: posting.edited }),
    ...(withMetadata && posting.metadata ? { metadata: posting.metadata } : {}),
    ...reactionsOf(posting),
  }
}

function byOther({ otherBot, ts }: Posting): Json {
  return otherBot === null ? { client_msg_id: `c-${ts}` } : { bot_id: otherBot }
}

function filesOf(core: Core, { files }: Posting): Json {
  return files.length === 0 ? {} : { files: files.map(file => fileOf(core, file)), upload: false }
}

function reactionsOf({ reactions }: Posting): Json {
  if (reactions.size === 0) return {}
  return { reactions: [...reactions].map(([name, by]) => ({ name, count: by.size, users: [...by] })) }
}

/** docs.slack.dev, reference/objects/file-object. */
export function fileOf(core: Core, file: StoredFile): Json {
  const { team } = core.workspace
  const kind = file.name.includes('.') ? (file.name.split('.').at(-1) ?? '') : ''
  const url = `${core.base()}/files/${team.id}-${file.id}`
  const seconds = Math.floor(file.at / 1000)
  return {
    ...{ id: file.id, created: seconds, timestamp: seconds, name: file.name, title: file.title },
    ...{ mimetype: 'application/octet-stream', filetype: kind || 'binary', pretty_type: kind || 'Binary' },
    ...{ user: file.owner, user_team: team.id, editable: false, size: file.bytes.length, mode: 'hosted' },
    ...{ is_external: false, external_type: '', is_public: true, public_url_shared: false },
    url_private: `${url}/${encodeURIComponent(file.name)}`,
    url_private_download: `${url}/download/${encodeURIComponent(file.name)}`,
    permalink: `https://${team.domain}.slack.com/files/${file.owner}/${file.id}`,
    ...{ has_rich_preview: false, file_access: 'visible' },
    channels: [...file.sharedIn],
  }
}

/** Only a new message makes a sound: who is named in what is drawn of it, who is in the thread, or the other of two. */
function notify(workspace: Workspace, conversation: Conversation, posting: Posting): void {
  const named = namedIn(posting)
  const others = [...conversation.members].filter(member => member !== posting.user)
  for (const member of others) {
    const why = whyTold(conversation, posting, named, member)
    if (why === null) continue
    const told = workspace.notices.get(member) ?? []
    told.push({ channel: conversation.id, ts: posting.ts, why, text: posting.text })
    workspace.notices.set(member, told)
  }
}

function whyTold(
  conversation: Conversation,
  posting: Posting,
  named: ReadonlySet<string>,
  member: string,
): 'mention' | 'direct' | 'thread' | null {
  if (named.has(member) || named.has('!')) return 'mention'
  if (conversation.kind === 'im') return 'direct'
  const isInThread = conversation.postings.some(
    each =>
      each !== posting &&
      (each.ts === posting.thread || each.thread === posting.thread) &&
      (each.user === member || namedIn(each).has(member)),
  )
  return posting.thread !== null && isInThread ? 'thread' : null
}

/** '!' stands for everybody. With blocks, the text is only their short form and names nobody. */
export function namedIn({
  text,
  blocks,
  isByApp,
}: Pick<Posting, 'text' | 'blocks' | 'isByApp'>): Set<string> {
  const named = new Set<string>()
  if (blocks.length === 0 || !isByApp) namedInText(text, named)
  if (isByApp) namedInBlocks(blocks, named)
  return named
}

function namedInText(text: string, named: Set<string>): void {
  for (const [, who] of text.matchAll(/<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g)) if (who) named.add(who)
  if (/<!(?:here|channel|everyone)(?:\|[^>]*)?>/.test(text)) named.add('!')
}

function namedInBlocks(value: unknown, named: Set<string>): void {
  if (Array.isArray(value)) {
    for (const each of value) namedInBlocks(each, named)
    return
  }
  const { type, text, user_id: user, ...rest } = recordOf(value)
  if (type === 'user' && typeof user === 'string') named.add(user)
  if (type === 'broadcast') named.add('!')
  if (type === 'mrkdwn' && typeof text === 'string') namedInText(text, named)
  for (const each of [text, ...Object.values(rest)]) if (typeof each === 'object') namedInBlocks(each, named)
}
