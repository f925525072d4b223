import type { Millis } from '../clock.ts'
import type { BoardConfig } from '../config/types.ts'
import type { Chunk, Recorder, RecorderNews, RecorderState } from '../hardware/types.ts'
import type { Job, WorkContext, WorkResult } from '../work/types.ts'

/** The log of one console. */
export type Recorded = Pick<Recorder, 'state' | 'read' | 'seek' | 'marks'>

/**
 * Where work is done. The site owns the recorders and the gate; nothing else touches a machine. The embedded site
 * does it in this process, a remote one near its boards; nobody else knows which it is.
 */
export type Site = {
  readonly id: string
  /** Throws a LabError; settles only when nothing more is sent to the board, at the latest 30 s after the abort. */
  perform<J extends Job>(job: J, options: WorkContext & { token: number }): Promise<WorkResult<J>>
  /** Records the board's console from now on; no lease needed. Calling it again with new configuration re-opens. */
  watch(board: BoardConfig, onNews: (news: RecorderNews) => void): void
  unwatch(boardId: string): Promise<void>
  state(boardId: string): RecorderState | null
  read(boardId: string, from: number, to: number): AsyncIterable<Chunk>
  /** What is recorded of one of the board's consoles; null while it is not open. */
  recorded(boardId: string, console: ConsoleOf): Promise<Recorded | null>
  /**
   * A person at one of the board's consoles. With a token all that is typed passes the board's gate under it, whichever
   * console it is; with `watch` nothing is typed. Throws HardwareError (no such board or console, not open),
   * LeaseLostError.
   */
  attach(boardId: string, console: ConsoleOf, as: Attendee, handlers: AttachHandlers): Promise<Attachment>
  close(): Promise<void>
}

/** Which of a board's consoles: by name, or null for the first, at which the lab works. */
export type ConsoleOf = string | null

export type Attendee = { token: number } | { watch: true }

/** Called in the recorder's own turn: whoever is slow drops what it likes, and reads it again from the log. */
export type AttachHandlers = {
  onNews(news: RecorderNews): void
  /** The board, or this console of it, left the site; nothing comes any more. */
  onEnd(why: string): void
}

export type Attachment = {
  /** How the recorder stood when it began: what comes as news follows on from there. */
  readonly state: RecorderState
  /** Throws LeaseLostError once a higher token was seen, HardwareError (console lost) while the console is down. */
  write(bytes: Uint8Array): Promise<void>
  /** Behind what was typed before; throws as `write` does, and HardwareError (no console) where the line has no break. */
  sendBreak(durationMs: Millis): Promise<void>
  close(): void
}
