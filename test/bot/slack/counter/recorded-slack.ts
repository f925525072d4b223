import { Readable } from 'node:stream'
import { checkHome, checkMessage, checkModal, type Issue } from '../../../../src/bot/slack/rules/rules.ts'
import { SlackError } from '../../../../src/bot/slack/slack-error.ts'
import type { Message, Posted, SlackApi } from '../../../../src/bot/slack/types.ts'
import type { Clock } from '../../../../src/clock.ts'

/** What somebody sees: where, and the text that alone lets them act. */
export type Seen =
  | {
      how: 'post' | 'edit'
      channel: string
      thread: string | null
      ts: string
      key: string
      message: Message
    }
  | { how: 'whisper'; channel: string; thread: string | null; user: string; message: Message }
  | { how: 'respond'; url: string; replace: boolean; message: Message }

export type Modal = { id: string; hash: string; title: string; callback: string; text: string; meta: string }

export type RecordedSlack = SlackApi & {
  readonly seen: readonly Seen[]
  readonly modals: ReadonlyMap<string, Modal>
  readonly homes: ReadonlyMap<string, string>
  /** The trigger of a click that is made now. */
  trigger(): string
  /** Calls of `method` fail with Slack's word from now on; null: they go well. */
  fail(method: keyof SlackApi, word: string | null): void
  closeModal(id: string): void
  /** Bytes by file id. */
  readonly files: Map<string, string>
  readonly downloads: string[]
}

const TRIGGER_MS = 3_000
const USES = 5

/** Slack as the port says that it is, and as strict: triggers of 3 s, five answers a request, hashes, its rules. */
export function createRecordedSlack(clock: Clock): RecordedSlack {
  const seen: Seen[] = []
  const modals = new Map<string, Modal>()
  const homes = new Map<string, string>()
  const triggers = new Map<string, number>()
  const uses = new Map<string, number>()
  const failing = new Map<keyof SlackApi, string>()
  const files = new Map<string, string>()
  const downloads: string[] = []
  let count = 0

  const refuse = (method: string, word: string): SlackError => new SlackError({ word, method })
  const enter = (method: keyof SlackApi): void => {
    const word = failing.get(method)
    if (word !== undefined) throw refuse(method, word)
  }
  const keep = (issues: readonly Issue[]): void => {
    if (issues.length > 0) throw new Error(`Slack would refuse it: ${JSON.stringify(issues)}`)
  }
  const modalOf = (id: string, modal: Parameters<SlackApi['openModal']>[1]): Modal => {
    keep(checkModal(modal))
    const { title, callback_id: callback = '', private_metadata: meta = '' } = modal
    return { id, hash: `h${++count}`, title: title.text, callback, text: JSON.stringify(modal.blocks), meta }
  }

  return {
    seen,
    modals,
    homes,
    files,
    downloads,
    trigger() {
      const trigger = `t${++count}`
      triggers.set(trigger, clock.mono())
      return trigger
    },
    fail(method, word) {
      if (word === null) failing.delete(method)
      else failing.set(method, word)
    },
    closeModal: id => void modals.delete(id),
    self: async () => ({ user: 'UBOT', bot: 'B1', team: 'T1', name: 'boardroom' }),
    async post({ channel, thread }, message, key) {
      enter('post')
      keep(checkMessage(message, 'post'))
      const ts = `${++count}.0`
      seen.push({ how: 'post', channel, thread, ts, key: String(key), message })
      return { channel, ts }
    },
    find: async () => new Map<string, Posted>(),
    async edit({ channel, ts }, message) {
      enter('edit')
      keep(checkMessage(message, 'update'))
      seen.push({ how: 'edit', channel, thread: null, ts, key: '', message })
    },
    async whisper({ channel, thread, user }, message) {
      enter('whisper')
      keep(checkMessage(message, 'ephemeral'))
      seen.push({ how: 'whisper', channel, thread, user, message })
    },
    async respond(url, message, { replace, toAll }) {
      enter('respond')
      if (toAll) throw new Error('nothing is said to all by an address for answers')
      const used = (uses.get(url) ?? 0) + 1
      uses.set(url, used)
      if (used > USES) throw refuse('respond', 'used_url')
      keep(checkMessage(message, 'respond'))
      seen.push({ how: 'respond', url, replace, message })
    },
    async openModal(trigger, modal) {
      enter('openModal')
      const at = triggers.get(trigger)
      if (at === undefined) throw refuse('views.open', 'trigger_exchanged')
      triggers.delete(trigger)
      if (clock.mono() - at >= TRIGGER_MS) throw refuse('views.open', 'expired_trigger_id')
      const opened = modalOf(`V${++count}`, modal)
      modals.set(opened.id, opened)
      return { id: opened.id, hash: opened.hash }
    },
    async updateModal(id, modal, hash) {
      enter('updateModal')
      const known = modals.get(id)
      if (known === undefined) throw refuse('views.update', 'not_found')
      if (hash !== null && hash !== known.hash) throw refuse('views.update', 'hash_conflict')
      const next = modalOf(id, modal)
      modals.set(id, next)
      return { hash: next.hash }
    },
    async publishHome(user, home) {
      enter('publishHome')
      keep(checkHome(home))
      homes.set(user, JSON.stringify(home.blocks))
    },
    direct: async user => `D${user}`,
    nameOf: async user => user.toLowerCase(),
    async join(channel) {
      enter('join')
      if (channel.startsWith('G')) throw refuse('conversations.join', 'method_not_supported_for_channel_type')
    },
    permalink: async ({ channel, ts }) => `https://slack.test/${channel}/${ts}`,
    download(file) {
      downloads.push(file.name)
      return Readable.from([files.get(file.id) ?? ''])
    },
  }
}
