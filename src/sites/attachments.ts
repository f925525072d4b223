import { HardwareError, LabError, messageOf } from '../errors.ts'
import type { Recorder, RecorderNews, RecorderState } from '../hardware/types.ts'
import type { Log } from '../log.ts'
import type { Gate } from './gate.ts'
import type { AttachHandlers, Attachment, Attendee } from './types.ts'

/** People at the consoles of a site. They outlive a console that is opened anew, and never hold the recorder up. */
export type Attachments = {
  /** Of a board that is open. Throws LeaseLostError when the token is a late one. */
  add(board: string, as: Attendee, handlers: AttachHandlers): Attachment
  /** What the board's recorder tells, passed on to whoever is there. */
  heard(board: string, news: RecorderNews): void
  /** Nobody is at this board any more. */
  left(board: string, why: string): void
}

export type AttachmentsDeps = {
  gateOf(board: string): Gate
  /** Asked at each write: the console may have been opened anew. */
  recorderOf(board: string): Recorder | null
  log: Log
}

export function createAttachments({ gateOf, recorderOf, log }: AttachmentsDeps): Attachments {
  const all = new Map<string, Set<AttachHandlers>>()

  const remove = (board: string, handlers: AttachHandlers): void => {
    const here = all.get(board)
    here?.delete(handlers)
    if (here?.size === 0) all.delete(board)
  }
  const write = async (board: string, as: Attendee, bytes: Uint8Array): Promise<void> => {
    if (!('token' in as)) throw onlyWatches(board)
    gateOf(board).check(as.token)
    const recorder = recorderOf(board)
    if (recorder === null) throw notOpen(board)
    await recorder.write(bytes)
  }

  return {
    add(board, as, handlers) {
      if ('token' in as) gateOf(board).admit(as.token)
      // Its own object, so that the same handlers may be there twice.
      const own = { ...handlers }
      const here = all.get(board) ?? new Set()
      all.set(board, here.add(own))
      let isOpen = true
      return {
        state: recorderOf(board)?.state() ?? OPENING,
        write: bytes => (isOpen ? write(board, as, bytes) : Promise.reject(onlyWatches(board))),
        close() {
          isOpen = false
          remove(board, own)
        },
      }
    },
    heard(board, news) {
      for (const handlers of [...(all.get(board) ?? [])]) {
        try {
          handlers.onNews(news)
        } catch (error) {
          remove(board, handlers)
          log.error({ board, error: messageOf(error) }, 'a view of the console failed and is dropped')
        }
      }
    },
    left(board, why) {
      const here = all.get(board) ?? []
      all.delete(board)
      for (const handlers of [...here]) handlers.onEnd(why)
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
