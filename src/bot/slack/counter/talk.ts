/** One request and its answers: by the ways that are left of those that Slack gave, the best first, and never silence. */

import type { View } from '../../../cards/view.ts'
import { type Clock, pause, type Timer } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import type { Log } from '../../../log.ts'
import { backoffMs } from '../../../mail/delivery.ts'
import { isPassing, SlackError } from '../slack-error.ts'
import type { Asker, Message, Place, Posted, Reply, SlackApi } from '../types.ts'
import type { Drawing } from './drawing.ts'
import { WORKING, workingNote } from './notices.ts'

export type TalkDeps = {
  api: SlackApi
  clock: Clock
  log: Log
  draw: Pick<Drawing, 'message' | 'note'>
  /** Nothing is tried again any more. */
  signal: AbortSignal
}

/** Who asked, where, and how they can be answered. */
export type Request = {
  by: Asker
  place: Place
  reply: Reply
  /** By a slash command: what was said by its own address can be said anew in the same place. */
  isSlash: boolean
  /** Of the inbox: what is posted under it is found again after a restart. */
  key: string
  /** It was begun before a restart. */
  again: boolean
  /** While Slack is away, an answer is tried again for about ten minutes. */
  isPatient: boolean
}

export type Talk = {
  /**
   * For the asker's eyes. `replace`: in place of the message whose button was pressed. Never throws; false when it
   * could not be said in any way.
   */
  tell(view: View, how?: { replace?: boolean }): Promise<boolean>
  /** For everybody in a channel, or for one person by direct message. Throws SlackError. */
  post(view: View, to: { channel: string; thread: string | null }): Promise<Posted>
  /** By direct message, whatever else was said. Never throws. */
  direct(view: View): Promise<void>
  /** In place of what the message `ts` of ours shows to all. Never throws; false when it cannot be changed. */
  turn(view: View, ts: string): Promise<boolean>
  /** Says that it is being worked on when no answer came in 3 s. */
  working(line: string): void
  /** Nothing more will be said; `last` takes the place of a note that it is being worked on. Never throws. */
  close(last: View): Promise<void>
}

const SILENT_MS = 3_000
const MOST_TRIES = 10
/** A trigger is good for 3 s, and has to reach Slack within them. */
const TRIGGER_MS = 2_500

type Note =
  | { kind: 'reply' }
  | { kind: 'posted'; posted: Posted }
  | { kind: 'whisper' }
  | { kind: 'modal'; id: string }
type Way = (message: Message, view: View) => Promise<Note>

export function createTalk(request: Request, deps: TalkDeps): Talk {
  const { api, clock, log, draw, signal } = deps
  const { by, place, reply, isSlash, again, isPatient } = request
  let posts = 0
  let timer: Timer | null = null
  let noting: Promise<Note | null> = Promise.resolve(null)

  // The note has a name of its own: it must not be taken for the answer after a restart.
  const nameOf = (view: View): string => (view.topic === WORKING ? 'working' : String(++posts))
  const post = async (view: View, to: { channel: string; thread: string | null }): Promise<Posted> =>
    await api.post(to, draw.message(view), `${request.key}/${nameOf(view)}`, again)

  const byReply =
    (replace: boolean): Way =>
    async message => {
      if (reply.responseUrl === null) throw new Error('the request came with no address for answers')
      await api.respond(reply.responseUrl, message, { replace, toAll: false, since: reply.at })
      return { kind: 'reply' }
    }
  const whisper: Way = async message => {
    await api.whisper({ channel: place.channel, thread: place.thread, user: by.id }, message)
    return { kind: 'whisper' }
  }
  const direct: Way = async (_message, view) => {
    const channel = await api.direct(by.id)
    const thread = channel === place.channel ? place.thread : null
    return { kind: 'posted', posted: await post(view, { channel, thread }) }
  }

  /** Over the Home tab, where somebody looks who pressed a button there. */
  const modal: Way = async (_message, view) => {
    if (reply.trigger === null || clock.now() - reply.at > TRIGGER_MS) throw new Error('the click is too old')
    const { id } = await api.openModal(reply.trigger, draw.note('Boardroom', view))
    return { kind: 'modal', id }
  }

  async function waysFor(replace: boolean): Promise<readonly Way[]> {
    if (place.channel === by.id) return [modal, direct]
    if (!place.isDirect) return [byReply(replace), whisper, direct]
    // A slash command may be typed in the direct messages of two people, where the bot is not.
    const isOurs = (await api.direct(by.id).catch(() => place.channel)) === place.channel
    return replace || !isOurs ? [byReply(replace), direct] : [direct, byReply(false)]
  }

  /** The best way that is left; else why none was. */
  async function once(view: View, replace: boolean): Promise<Note | readonly unknown[]> {
    const message = draw.message(view)
    const errors: unknown[] = []
    for (const way of await waysFor(replace))
      try {
        return await way(message, view)
      } catch (error) {
        errors.push(error)
      }
    return errors
  }

  async function say(view: View, replace: boolean, mostTries: number): Promise<Note | null> {
    for (let tries = 1; ; tries++) {
      const said = await once(view, replace)
      if ('kind' in said) return said
      const isAway = said.some(error => error instanceof SlackError && isPassing(error))
      if (!isAway || tries >= mostTries || signal.aborted) return nobody(said)
      await pause(clock, backoffMs(tries), signal).catch(() => {})
    }
  }

  function nobody(errors: readonly unknown[]): null {
    const error = messageOf(errors.at(-1))
    log.warn({ user: by.id, key: request.key, error }, 'an answer reached nobody')
    return null
  }

  /** The note that it is being worked on gives way to the answer, where Slack lets it. */
  async function instead(note: Note | null, view: View): Promise<boolean> {
    if (note?.kind === 'reply' && isSlash) return await tried(byReply(true)(draw.message(view), view))
    if (note?.kind === 'posted') return await tried(api.edit(note.posted, draw.message(view)))
    if (note?.kind === 'modal')
      return await tried(api.updateModal(note.id, draw.note('Boardroom', view), null))
    return false
  }

  async function noted(): Promise<Note | null> {
    timer?.cancel()
    const note = await noting
    noting = Promise.resolve(null)
    return note
  }

  return {
    async tell(view, { replace = false } = {}) {
      const note = await noted()
      if (!replace && (await instead(note, view))) return true
      return (await say(view, replace, isPatient ? MOST_TRIES : 1)) !== null
    },
    post,
    turn: async (view, ts) => await tried(api.edit({ channel: place.channel, ts }, draw.message(view))),
    async direct(view) {
      await tried(direct(draw.message(view), view))
    },
    working(line) {
      timer = clock.after(SILENT_MS, () => {
        // Whoever waits for it comes later, if ever.
        noting = say(workingNote(line), false, 1).catch(() => null)
      })
    },
    async close(last) {
      const note = await noted()
      if (note !== null) await instead(note, last)
    },
  }
}

async function tried(work: Promise<unknown>): Promise<boolean> {
  return await work.then(
    () => true,
    () => false,
  )
}
