import { until } from '../until.ts'
import type { Core } from './core.ts'
import { elementsIn, labelOf, optionsOf } from './elements.ts'
import { type Json, wordsOf } from './loose.ts'
import { messageOf } from './postings.ts'
import { drawConversation, linesOf, type Reader, seenIn } from './screen/messages.ts'
import type { Conversation, Posting } from './workspace.ts'

/** What a test holds of a conversation and of a message: always as they stand now. */

export type Channel = {
  readonly id: string
  readonly name: string
  /** As everybody sees it: threads indented, without what only one person sees. */
  text(): string
  messages(): Message[]
  /** The thread under a message. */
  replies(parent: Message): Message[]
  /** The newest of which the text matches. Throws when there is none. */
  message(pattern: RegExp | string): Message
  waitsFor(pattern: RegExp, withinMs?: number): Promise<Message>
  archive(): void
  /** The app is thrown out. */
  kick(): void
}

export type Message = {
  readonly channel: string
  readonly ts: string
  readonly thread: string | null
  /** As a person reads it. */
  readonly text: string
  /** The short form, of notifications and screen readers. */
  readonly short: string
  readonly by: string
  readonly labels: readonly string[]
  readonly isEphemeral: boolean
  /** As the API shows it, with its metadata. */
  readonly raw: Json
}

export function channelOf(core: Core, conversation: Conversation): Channel {
  const find = (pattern: RegExp | string): Message | null =>
    messagesIn(core, conversation, null).findLast(each => matches(each.text, pattern)) ?? null
  const text = (): string => drawConversation(core.workspace, conversation, null)
  return {
    id: conversation.id,
    name: conversation.name,
    text,
    messages: () => messagesIn(core, conversation, null),
    replies: ({ ts }) => messagesIn(core, conversation, null).filter(each => each.thread === ts),
    message(pattern) {
      const found = find(pattern)
      if (!found) throw new Error(`no message such as ${String(pattern)} in:\n${text()}`)
      return found
    },
    async waitsFor(pattern, withinMs) {
      return await orSeen(() => find(pattern), pattern, text, withinMs)
    },
    archive() {
      conversation.isArchived = true
    },
    kick: () => void conversation.members.delete(core.workspace.bot.user),
  }
}

/** Waits, and tells what was seen instead. */
export async function orSeen<T>(
  ask: () => T | null,
  pattern: RegExp,
  seen: () => string,
  withinMs = 10_000,
): Promise<NonNullable<T>> {
  try {
    return (await until(ask, String(pattern), withinMs)) as NonNullable<T>
  } catch {
    throw new Error(`not seen within ${withinMs} ms: ${String(pattern)}; instead:\n${seen()}`)
  }
}

export function messagesIn(core: Core, conversation: Conversation, reader: Reader | null): Message[] {
  return seenIn(conversation, reader).map(posting => messageHandle(core, conversation, posting))
}

export function messageHandle(core: Core, conversation: Conversation, posting: Posting): Message {
  const { workspace } = core
  return {
    channel: conversation.id,
    ts: posting.ts,
    thread: posting.thread,
    get text() {
      return linesOf(workspace, posting).join('\n')
    },
    get short() {
      return posting.text
    },
    by: posting.user,
    get labels() {
      return elementsIn(posting.blocks).flatMap(placed =>
        placed.element['type'] === 'overflow'
          ? optionsOf(placed.element).map(option => wordsOf(option['text']))
          : [labelOf(placed)],
      )
    },
    isEphemeral: posting.onlyFor !== null,
    get raw() {
      return messageOf(core, conversation, posting, true)
    },
  }
}

/** The posting behind a message. Throws when it is gone. */
export function postingOf(core: Core, message: Message): { conversation: Conversation; posting: Posting } {
  const conversation = core.workspace.conversations.get(message.channel)
  const posting = conversation?.postings.find(each => each.ts === message.ts)
  if (conversation && posting) return { conversation, posting }
  throw new Error(`the message ${message.ts} is gone`)
}

export function matches(text: string, pattern: RegExp | string): boolean {
  return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)
}
