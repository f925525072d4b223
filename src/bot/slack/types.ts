/** What the parts of the Slack face share. Limits and facts: docs.slack.dev, as noted at each. */

import type { Readable } from 'node:stream'
import type { HomeView, KnownBlock, ModalView } from '@slack/types'
import type { Millis } from '../../clock.ts'
import type { Expected } from '../../commands/types.ts'

// ---- what comes in -----------------------------------------------------------------------------------------

/** Where something was said. `thread` is the message that the thread hangs on. */
export type Place = { channel: string; thread: string | null; isDirect: boolean }

/** A file that somebody posted; its bytes are fetched with the bot's token. */
export type SlackFile = { id: string; name: string; size: number | null; url: string }

/** Ways of answering that the platform gave with the request, good for a while only. */
export type Reply = {
  /** Five uses, 30 minutes. */
  responseUrl: string | null
  /** Opens one modal, within 3 s of `at`. */
  trigger: string | null
  at: Millis
}

/** `name` is what the request told of it, or null: it is looked up when it is needed. */
export type Asker = { id: string; name: string | null }

/**
 * What a person did, as plain data: it is stored before it is acknowledged, and carried out afterwards, by this
 * process or by the next one.
 */
export type Heard =
  /** A command line: typed after a slash, at a mention, in a direct message; or of a button. */
  | {
      kind: 'line'
      how: 'slash' | 'mention' | 'direct' | 'click'
      by: Asker
      place: Place
      line: string
      /** The bot's own user id, where the request tells it: being called by its name is no word of the line. */
      self?: string
      expect: Expected | null
      files: readonly SlackFile[]
      /** The message it was typed in, or that holds the button; `isEphemeral`: it can be changed by `reply` only. */
      message: { ts: string; isEphemeral: boolean } | null
      reply: Reply
    }
  /** "Run this file on a board": the form of run-test, the file filled in. */
  | { kind: 'shortcut'; by: Asker; place: Place; file: SlackFile | null; reply: Reply }
  /** A form that was filled in and sent, checked already: the line it stands for. */
  | {
      kind: 'form'
      by: Asker
      place: Place
      line: string
      files: readonly SlackFile[]
      /** The modal, for a word of what came of it; it may be closed by now. */
      view: string
      reply: Reply
    }
  | { kind: 'home'; by: Asker }
  /** The bot was invited. */
  | { kind: 'joined'; place: Place; by: Asker | null }
  /** Somebody corrected a message to the bot: it is not carried out, but the new line is offered. */
  | {
      kind: 'edited'
      by: Asker
      place: Place
      line: string
      self?: string
      files?: readonly SlackFile[]
      message: string
    }
  /** The workspace takes the bot's rights away. */
  | { kind: 'revoked'; why: string }

// ---- what goes out -----------------------------------------------------------------------------------------

/** A drawn message. `text` alone lets the reader act; it is what notifications and screen readers have. */
export type Message = {
  text: string
  blocks: readonly KnownBlock[]
  /** What had to be left out, for the log. */
  warnings: readonly string[]
}

/** Somebody may be mentioned only in a message that is new: an edit notifies nobody. */
export type Posted = { channel: string; ts: string }

/**
 * Slack's Web API as the face needs it: each call with a deadline; a refusal is a `SlackError` (its `code` is
 * `slack-` and Slack's own word, such as `slack-not_in_channel`), a rate limit says for how long.
 */
export type SlackApi = {
  /** Who the bot is. Throws SlackError for a token that is not good. */
  self(): Promise<{ user: string; bot: string; team: string; name: string }>
  /**
   * `key`: the same message again is found by it, not posted twice; several where it tells several things.
   * `mayBeThere`: look for it before posting.
   */
  post(
    to: { channel: string; thread: string | null },
    message: Message,
    key: string | readonly string[],
    mayBeThere: boolean,
  ): Promise<Posted>
  /** Which of `keys` were posted there already. */
  find(
    to: { channel: string; thread: string | null },
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, Posted>>
  edit(posted: Posted, message: Message): Promise<void>
  /** For one pair of eyes, gone at the next reload. */
  whisper(to: { channel: string; thread: string | null; user: string }, message: Message): Promise<void>
  /**
   * By the request's own address: at most 5 times, for 30 minutes of `since` (when the request came). `replace`: in
   * place of the message of the click. Throws what `isSpentReply` knows when it is of no use: then `whisper`.
   */
  respond(
    url: string,
    message: Message,
    how: { replace: boolean; toAll: boolean; since?: Millis },
  ): Promise<void>
  openModal(trigger: string, modal: ModalView): Promise<{ id: string; hash: string }>
  /** Throws SlackError `slack-not_found` when it was closed, `slack-hash_conflict` when it moved on. */
  updateModal(id: string, modal: ModalView, hash: string | null): Promise<{ hash: string }>
  publishHome(user: string, home: HomeView): Promise<void>
  /** The channel of direct messages with somebody. */
  direct(user: string): Promise<string>
  /** What they are called; the id when that cannot be had. Remembered. */
  nameOf(user: string): Promise<string>
  /** Joins a public channel; throws when it may not. */
  join(channel: string): Promise<void>
  permalink(posted: Posted): Promise<string | null>
  /** Bytes of a file that somebody posted. Throws InputError when it is not what was posted (size), or too large. */
  download(file: SlackFile): Readable
}
