import { changed } from './api/chat.ts'
import { type Clicked, type ClickHow, clickOn, surfacesOf } from './clicks.ts'
import { takeCommandAnswer } from './commands.ts'
import type { Core } from './core.ts'
import type { Answer } from './delivery.ts'
import { blocksWithIds } from './elements.ts'
import { tell, tellApp, tellJoined } from './events.ts'
import {
  type Channel,
  channelOf,
  type Message,
  matches,
  messageHandle,
  messagesIn,
  orSeen,
  postingOf,
} from './handles.ts'
import { commandOf, shortcutOf } from './interactions.ts'
import { closeModal, fillField, lookUpNamed, NO_ANSWER, submitModal, topModal } from './modals.ts'
import { addPosting, messageOf } from './postings.ts'
import { drawConversation, drawView, type Reader } from './screen/messages.ts'
import { richTextOf, writeMrkdwn } from './screen/mrkdwn.ts'
import type { OpenView } from './screens.ts'
import type { FileGiven, Given } from './values.ts'
import { addFile, type Conversation, directWith, type Notice, type User } from './workspace.ts'

/** Somebody of the workspace: what they can do, and what they see. */
export type Person = {
  readonly id: string
  readonly name: string
  /** The direct messages with the app. */
  readonly direct: Channel
  /** `@name` of somebody becomes a mention, as at Slack. */
  say(channel: Channel, text: string, how?: { thread?: Message; files?: readonly FileGiven[] }): Message
  tell(text: string, how?: { thread?: Message; files?: readonly FileGiven[] }): Message
  upload(channel: Channel, name: string, bytes: Uint8Array, text?: string): Message
  edit(message: Message, text: string): void
  erase(message: Message): void
  slash(command: string, text: string, channel: Channel, how?: { thread?: Message }): Promise<Answer | null>
  click(label: string, how?: ClickHow): Promise<Clicked>
  shortcut(name: string, message: Message): Promise<Answer>
  /** Into what lies on top, modal or home tab, field after field; waits for a field that the app is about to draw. */
  fill(fields: Readonly<Record<string, Given>>): Promise<void>
  /** Null: Slack's client did not send it, for something is missing. */
  submit(): Promise<Answer | null>
  close(how?: { all: boolean }): Promise<void>
  typeAhead(label: string, typed: string): Promise<string[]>
  openHome(): void
  /** Back to the messages. */
  leaveHome(): void
  invite(channel: Channel): void
  /** Loads the page anew: ephemeral messages are gone, and so are modals. */
  reload(): void
  /** A conversation, or else what lies on top: modal or home tab; '' when neither is open. */
  sees(channel?: Channel): string
  messages(channel: Channel): Message[]
  waitsFor(where: Channel | 'modal' | 'home', pattern: RegExp, withinMs?: number): Promise<string>
  /** What made a sound, oldest first. */
  readonly notices: readonly Notice[]
  /** What Slack itself told them when the app did not answer. */
  readonly troubles: readonly string[]
}

export function createPerson(core: Core, user: User): Person {
  const { workspace } = core
  const reader: Reader = { user: user.id, reloadedAt: '0' }
  const troubles: string[] = []
  let isHome = false
  const direct = (): Conversation => directWith(workspace, user.id)
  const at = (channel: Channel): Conversation => placeOf(core, channel, user)

  const heard = (answer: Answer, trouble: string): Answer => {
    if (answer.kind === 'none') troubles.push(trouble)
    return answer
  }
  const viewOf = (where: 'modal' | 'home'): string => {
    const open =
      where === 'modal' ? core.screens.modals.get(user.id)?.at(-1) : core.screens.homes.get(user.id)
    return open ? drawView(workspace, open) : ''
  }
  const sees = (channel?: Channel): string =>
    channel
      ? drawConversation(workspace, at(channel), reader)
      : viewOf('modal') || (isHome ? viewOf('home') : '')

  const topView = (): OpenView => {
    const home = isHome && !core.screens.modals.has(user.id) ? core.screens.homes.get(user.id) : undefined
    return home ?? topModal(core, user.id)
  }

  const say: Person['say'] = (channel, text, { thread, files = [] } = {}) => {
    const conversation = at(channel)
    if (conversation.isArchived) throw new Error(`#${conversation.name} is archived`)
    const stored = files.map(({ name, bytes }) => addFile(workspace, name, bytes, user.id))
    const written = writeMrkdwn(workspace, text)
    const posting = addPosting(core, conversation, {
      ...{ user: user.id, text: written, files: stored },
      blocks: written === '' ? [] : blocksWithIds(workspace, [richTextOf(written)]),
      ...{
        thread: thread ? (thread.thread ?? thread.ts) : null,
        subtype: stored.length > 0 ? 'file_share' : null,
      },
    })
    return messageHandle(core, conversation, posting)
  }

  return {
    id: user.id,
    name: user.name,
    get direct() {
      return channelOf(core, direct())
    },
    say,
    tell: (text, how) => say(channelOf(core, direct()), text, how),
    upload: (channel, name, bytes, text = '') => say(channel, text, { files: [{ name, bytes }] }),
    edit(message, text) {
      const { conversation, posting } = postingOf(core, message)
      if (posting.user !== user.id) throw new Error('only their own messages can be edited')
      const before = messageOf(core, conversation, posting, false)
      posting.text = writeMrkdwn(workspace, text)
      posting.blocks = blocksWithIds(workspace, [richTextOf(posting.text)])
      posting.edited = { user: user.id, ts: workspace.ts() }
      const after = messageOf(core, conversation, posting, false)
      tellApp(core, conversation, changed(conversation, after, before, workspace.ts()))
    },
    erase(message) {
      const { conversation, posting } = postingOf(core, message)
      conversation.postings.splice(conversation.postings.indexOf(posting), 1)
      conversation.deleted.add(posting.ts)
      tellApp(core, conversation, {
        ...{ type: 'message', subtype: 'message_deleted', hidden: true, channel: conversation.id },
        ...{ deleted_ts: posting.ts, ts: workspace.ts(), event_ts: workspace.ts() },
        previous_message: messageOf(core, conversation, posting, false),
      })
    },
    async slash(command, text, channel, how = {}) {
      const refusal = refusalOf(core, command, how.thread !== undefined)
      if (refusal !== null) {
        troubles.push(refusal)
        return null
      }
      const payload = commandOf(core, user.id, at(channel), command, text)
      const answer = await core.delivery.ask('slash_commands', payload)
      if (answer.kind === 'ack') takeCommandAnswer(core, user.id, at(channel), answer.body)
      const why =
        answer.kind === 'none' && answer.reason === 'timeout' ? 'operation_timeout' : 'dispatch_failed'
      return heard(answer, `${command} failed with the error "${why}"`)
    },
    async click(label, how = {}) {
      const clicked = await clickOn(core, reader, surfacesOf(core, reader, isHome), label, how)
      if (clicked.answer) heard(clicked.answer, `[${label}]: ${NO_ANSWER}`)
      return clicked
    },
    async shortcut(name, message) {
      const found = workspace.app.rights.shortcuts.find(each => each.name === name)
      if (!found) throw new Error(`no shortcut "${name}" in the menu of a message`)
      const payload = shortcutOf(core, user.id, found.callback_id, {
        kind: 'message',
        ...postingOf(core, message),
      })
      return heard(await core.delivery.ask('interactive', payload), `${name}: ${NO_ANSWER}`)
    },
    async fill(fields) {
      for (const [label, given] of Object.entries(fields)) await fillField(core, topView, label, given)
    },
    submit: async () => await submitModal(core, topModal(core, user.id)),
    close: async ({ all } = { all: false }) => await closeModal(core, topModal(core, user.id), all),
    typeAhead: async (label, typed) => await lookUpNamed(core, topModal(core, user.id), label, typed),
    openHome() {
      isHome = true
      const open = core.screens.homes.get(user.id)
      tell(core, 'app_home_opened', null, {
        ...{ type: 'app_home_opened', user: user.id, channel: direct().id, tab: 'home' },
        ...{ event_ts: workspace.ts(), ...(open ? { view: core.screens.shown(open) } : {}) },
      })
    },
    leaveHome() {
      isHome = false
    },
    invite(channel) {
      const conversation = at(channel)
      if (conversation.members.has(workspace.bot.user)) return
      conversation.members.add(workspace.bot.user)
      tellJoined(core, conversation, workspace.bot.user, user.id)
    },
    reload() {
      reader.reloadedAt = workspace.ts()
      core.screens.modals.delete(user.id)
    },
    sees,
    messages: channel => messagesIn(core, at(channel), reader),
    async waitsFor(where, pattern, withinMs) {
      const seen = (): string => (typeof where === 'string' ? viewOf(where) : sees(where))
      return await orSeen(() => (matches(seen(), pattern) ? seen() : null), pattern, seen, withinMs)
    },
    get notices() {
      return workspace.notices.get(user.id) ?? []
    },
    troubles,
  }
}

function placeOf(core: Core, channel: Channel, user: User): Conversation {
  const found = core.workspace.conversations.get(channel.id)
  if (found?.members.has(user.id)) return found
  throw new Error(`${user.name} is not in #${channel.name}`)
}

/** What Slack says by itself, without asking the app. */
function refusalOf(core: Core, command: string, isInThread: boolean): string | null {
  const { commands, scopes } = core.workspace.app.rights
  const isKnown = commands === null || commands.includes(command)
  if (!isKnown || !scopes.includes('commands')) return `${command} is not a valid command.`
  return isInThread ? `${command} is not supported in threads. Sorry!` : null
}
