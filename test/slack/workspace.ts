import { randomBytes } from 'node:crypto'
import type { Clock, Millis } from '../../src/clock.ts'
import type { Json } from './loose.ts'

/** What a workspace holds: people, conversations, messages, files. */

export type User = { id: string; name: string; isBot: boolean }

export type StoredFile = {
  id: string
  name: string
  title: string
  bytes: Buffer
  owner: string
  at: Millis
  /** Conversations in which it was shared: who is in none of them cannot read it. */
  sharedIn: Set<string>
}

export type Posting = {
  ts: string
  thread: string | null
  user: string
  isByApp: boolean
  /** The id of another app's bot. */
  otherBot: string | null
  text: string
  blocks: Json[]
  attachments: Json[]
  files: StoredFile[]
  metadata: Json | null
  edited: { user: string; ts: string } | null
  subtype: string | null
  isBroadcast: boolean
  /** Ephemeral: for one pair of eyes. */
  onlyFor: string | null
  reactions: Map<string, Set<string>>
}

export type Conversation = {
  id: string
  name: string
  kind: 'public' | 'private' | 'im'
  members: Set<string>
  isArchived: boolean
  postings: Posting[]
  /** What was deleted: a thread may still hang on it. */
  deleted: Set<string>
}

/** What the app may do and is told of, as its manifest says. */
export type AppRights = {
  scopes: readonly string[]
  events: readonly string[]
  /** Null: any. */
  commands: readonly string[] | null
  /** Message shortcuts: what the menu calls each, and its callback. */
  shortcuts: readonly { name: string; callback_id: string }[]
  hasHome: boolean
  /** Names of people in a command's text come as `<@U…|name>`. */
  escapes: boolean
}

export type Complaint = { code: string; where: string; detail: string }
export type Notice = { channel: string; ts: string; why: 'mention' | 'direct' | 'thread'; text: string }

export type Workspace = {
  readonly clock: Clock
  readonly team: { id: string; domain: string }
  readonly app: { id: string; rights: AppRights }
  readonly bot: { id: string; user: string; name: string }
  readonly tokens: { bot: string; app: string; secret: string; verification: string }
  /** Slack's own word for why a token is no longer good. */
  readonly revoked: { bot: string | null; app: string | null }
  readonly users: Map<string, User>
  readonly conversations: Map<string, Conversation>
  readonly files: Map<string, StoredFile>
  readonly complaints: Complaint[]
  /** What each person was told of by a sound and a dot. */
  readonly notices: Map<string, Notice[]>
  /** An id such as Slack's, never used before. */
  id(prefix: string): string
  ts(): string
  complain(code: string, where: string, detail: string): void
}

export function createWorkspace(clock: Clock, botName: string, rights: AppRights): Workspace {
  const id = createIds()
  const bot = { id: id('B'), user: id('U'), name: botName }
  const complaints: Complaint[] = []
  const secret = (): string => randomBytes(16).toString('hex')
  return {
    clock,
    team: { id: id('T'), domain: 'stub-lab' },
    app: { id: id('A'), rights },
    bot,
    tokens: { bot: `xoxb-${secret()}`, app: `xapp-1-${secret()}`, secret: secret(), verification: secret() },
    revoked: { bot: null, app: null },
    users: new Map([[bot.user, { id: bot.user, name: botName, isBot: true }]]),
    conversations: new Map(),
    files: new Map(),
    complaints,
    notices: new Map(),
    id,
    ts: createStamps(clock),
    complain: (code, where, detail) => void complaints.push({ code, where, detail }),
  }
}

function createIds(): (prefix: string) => string {
  let last = 0
  return prefix => `${prefix}0${(36 ** 8 + ++last * 7919).toString(36).toUpperCase()}`
}

/** Time in seconds with six digits, which also is a message's name: two of one conversation are never the same. */
function createStamps(clock: Clock): () => string {
  let last = 0
  return () => {
    last = Math.max(last + 1, Math.floor(clock.now()) * 1000)
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`
  }
}

export function directWith(workspace: Workspace, user: string): Conversation {
  for (const found of workspace.conversations.values())
    if (found.kind === 'im' && found.members.has(user)) return found
  return addConversation(workspace, '', 'im', [user, workspace.bot.user])
}

export function addConversation(
  workspace: Workspace,
  name: string,
  kind: Conversation['kind'],
  members: readonly string[],
): Conversation {
  const id = workspace.id(kind === 'im' ? 'D' : 'C')
  const made: Conversation = {
    ...{ id, name, kind, members: new Set(members), isArchived: false, postings: [], deleted: new Set() },
  }
  workspace.conversations.set(id, made)
  return made
}

export function addFile(workspace: Workspace, name: string, bytes: Uint8Array, owner: string): StoredFile {
  const id = workspace.id('F')
  const file = { id, name, title: name, bytes: Buffer.from(bytes), owner, sharedIn: new Set<string>() }
  const stored = { ...file, at: workspace.clock.now() }
  workspace.files.set(id, stored)
  return stored
}
