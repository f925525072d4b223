import { HardwareError, LabError, messageOf } from '../errors.ts'
import type { Recorder, RecorderNews, RecorderState } from '../hardware/types.ts'
import type { Log } from '../log.ts'
import type { Gate } from './gate.ts'
import type { AttachHandlers, Attachment, Attendee, ConsoleOf } from './types.ts'

/** People at the consoles of a site. They outlive a console that is opened anew, and never hold the recorder up. */
export type Attachments = {
  /** Of a board that is open. Throws LeaseLostError when the token is a late one. */
  add(board: string, console: ConsoleOf, as: Attendee, handlers: AttachHandlers): Attachment
  /** What a console's recorder tells, passed on to whoever is there. */
  heard(board: string, console: ConsoleOf, news: RecorderNews): void
  /** Nobody is at this board any more; or, with `kept`, at those of its other consoles that are not among these. */
  left(board: string, why: string, kept?: readonly string[]): void
}

export type AttachmentsDeps = {
  /** One for all consoles of a board: whoever may type at one may type at the others. */
  gateOf(board: string): Gate
  /** Asked at each write: the console may have been opened anew. */
  recorderOf(board: string, console: ConsoleOf): Recorder | null
  log: Log
}

type Here = { console: ConsoleOf; handlers: AttachHandlers }

export function createAttachments({ gateOf, recorderOf, log }: AttachmentsDeps): Attachments {
  const all = new Map<string, Set<Here>>()

  const remove = (board: string, here: Here): void => {
    const everybody = all.get(board)
    everybody?.delete(here)
    if (everybody?.size === 0) all.delete(board)
  }
  /** The line itself, for somebody who may type on it now. */
  const lineOf = (board: string, console: ConsoleOf, as: Attendee): Recorder => {
    if (!('token' in as)) throw onlyWatches(board)
    gateOf(board).check(as.token)
    const recorder = recorderOf(board, console)
    if (recorder === null) throw notOpen(board)
    return recorder
  }

  return {
    add(board, console, as, handlers) {
      if ('token' in as) gateOf(board).admit(as.token)
      // Its own object, so that the same handlers may be there twice.
      const here = { console, handlers }
      all.set(board, (all.get(board) ?? new Set()).add(here))
      let isOpen = true
      const line = (): Recorder => {
        if (!isOpen) throw onlyWatches(board)
        return lineOf(board, console, as)
      }
      return {
        state: recorderOf(board, console)?.state() ?? OPENING,
        write: async bytes => await line().write(bytes),
        sendBreak: async durationMs => await line().sendBreak(durationMs),
        close() {
          isOpen = false
          remove(board, here)
        },
      }
    },
    heard(board, console, news) {
      for (const here of [...(all.get(board) ?? [])]) {
        if (here.console !== console) continue
        try {
          here.handlers.onNews(news)
        } catch (error) {
          remove(board, here)
          log.error({ board, error: messageOf(error) }, 'a view of the console failed and is dropped')
        }
      }
    },
    left(board, why, kept) {
      for (const here of [...(all.get(board) ?? [])]) {
        if (kept !== undefined && (here.console === null || kept.includes(here.console))) continue
        remove(board, here)
        here.handlers.onEnd(why)
      }
    },
  }
}

const OPENING: RecorderState = {
  connected: false,
  since: 0,
  lastByteAt: null,
  problem: 'it is being opened',
  head: 0,
}

function onlyWatches(board: string): LabError {
  return new LabError('not-typing', `nothing is typed on ${board} from here`, {
    hint: 'Whoever leases the board types; connect with the word of: lease console',
  })
}

function notOpen(board: string): HardwareError {
  return new HardwareError(`the console of ${board} is being opened`, {
    hint: 'It is tried again by itself; see `boards show` for its state.',
    cause: 'no console',
    blame: 'lab',
  })
}
