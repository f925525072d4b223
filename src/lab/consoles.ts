import type { Millis } from '../clock.ts'
import type { Chunk } from '../hardware/types.ts'
import type { AttachHandlers, Attachment } from '../sites/types.ts'
import type { Attendance, Person } from './types.ts'

export type { Chunk, RecorderNews } from '../hardware/types.ts'
export type { AttachHandlers, Attachment } from '../sites/types.ts'

/** Where people connect: `telnet HOST PORT`. */
export type ConsoleAddress = { host: string; port: number }

/** What somebody types when they connect: good once, until then. Only its hash is kept. */
export type ConsoleWord = Seat & { address: ConsoleAddress; word: string; until: Millis }

/** A place at a board's console: under a lease it types, else it watches. */
export type Seat = { board: string; person: Person; lease: string | null }

/** Typing under a lease, for as long as the lease lasts. */
export type Pen = Pick<Attachment, 'write' | 'close'> & {
  readonly lease: string
  readonly holder: Person
}

/** People at the boards' consoles (M3.8): who may, with which word, and what they see and type. */
export type Consoles = {
  /** Null when this lab opens no consoles to people. */
  address(): ConsoleAddress | null
  /** For the holder of an active lease alone. Throws NotFoundError, NotAllowedError, InputError. */
  typingWord(leaseId: string, by: Person): ConsoleWord
  watchingWord(boardId: string, by: Person): ConsoleWord
  /** Uses the word up. Throws InputError: wrong, used, expired. */
  redeem(word: string): Seat
  /** Throws HardwareError, NotFoundError. */
  watch(boardId: string, handlers: AttachHandlers): Promise<Attachment>
  /**
   * Types under the seat's lease. `onEnd` once, when the lease is over: from then on nothing passes. Throws InputError
   * when it is over already, HardwareError.
   */
  type(seat: Seat, onEnd: (why: string) => void): Promise<Pen>
  /** The board's log again. */
  read(boardId: string, from: number, to: number): AsyncIterable<Chunk>
  /** Who is there now, for the cards; in memory. */
  present(boardId: string, people: Attendance): void
}
