import type { Millis } from '../clock.ts'
import type { Chunk } from '../hardware/types.ts'
import type { AttachHandlers, Attachment, ConsoleOf } from '../sites/types.ts'
import type { Attendance, Person } from './types.ts'

export type { Chunk, RecorderNews } from '../hardware/types.ts'
export type { AttachHandlers, Attachment, ConsoleOf } from '../sites/types.ts'

/** Where people connect: `telnet HOST PORT`. */
export type ConsoleAddress = { host: string; port: number }

/** What somebody types when they connect: good once, until then. Only its hash is kept. */
export type ConsoleWord = Seat & {
  address: ConsoleAddress
  word: string
  until: Millis
  /** All that the board has, in order. */
  consoles: readonly ConsoleName[]
}

/** A console as people know it: its name, and what it is for where boards.yaml says so. */
export type ConsoleName = { name: string; purpose: string | null }

/** A place at one of a board's consoles: under a lease it types, else it watches. */
export type Seat = { board: string; console: ConsoleOf; person: Person; lease: string | null }

/** Typing under a lease, for as long as the lease lasts. */
export type Pen = Pick<Attachment, 'write' | 'sendBreak' | 'close'> & {
  readonly lease: string
  readonly holder: Person
}

/** People at the boards' consoles (M3.8): who may, with which word, and what they see and type. */
export type Consoles = {
  /** Null when this lab opens no consoles to people. */
  address(): ConsoleAddress | null
  /**
   * For the holder of an active lease alone, at one of its board's consoles by name; null: the first. Throws
   * NotFoundError, NotAllowedError, InputError.
   */
  typingWord(leaseId: string, by: Person, console: string | null): ConsoleWord
  watchingWord(boardId: string, by: Person, console: string | null): ConsoleWord
  /** Uses the word up. Throws InputError: wrong, used, expired. */
  redeem(word: string): Seat
  /** Throws HardwareError, NotFoundError. */
  watch(boardId: string, console: ConsoleOf, handlers: AttachHandlers): Promise<Attachment>
  /**
   * Types under the seat's lease. `onEnd` once, when the lease is over: from then on nothing passes. Throws InputError
   * when it is over already, HardwareError.
   */
  type(seat: Seat, onEnd: (why: string) => void): Promise<Pen>
  /** The console's log again. */
  read(boardId: string, console: ConsoleOf, from: number, to: number): AsyncIterable<Chunk>
  /** The board's consoles, in order; none when there is no such board. */
  names(boardId: string): readonly ConsoleName[]
  /** Who is there now, for the cards; in memory. */
  present(boardId: string, console: ConsoleOf, people: Attendance): void
}
