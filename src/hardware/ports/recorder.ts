import type { Millis } from '../../clock.ts'
import type { Finding } from '../../reading/types.ts'

/** Bytes of a board's log; `offset` counts from the first byte ever recorded, `t` is wall time of arrival. */
export type Chunk = { offset: number; t: Millis; bytes: Uint8Array }

/** Bytes `[from, to)` of a board's log. */
export type LogRange = { from: number; to: number }

/** What happened to the line between two of its bytes; `count` is of bytes that are not on disk. */
export type LogMark = { offset: number; t: Millis; kind: 'connected' | 'lost' | 'dropped'; count: number }

export type RecorderState = {
  connected: boolean
  since: Millis
  /** Wall time of the last byte heard; null before the first. */
  lastByteAt: Millis | null
  /** Why it is not connected. */
  problem: string | null
  head: number
}

export type RecorderNews =
  | { kind: 'chunk'; chunk: Chunk }
  | { kind: 'state'; state: RecorderState }
  /** At its first line. */
  | { kind: 'finding'; finding: Finding }
  /** The same finding, by `from`, whole: its trace has ended, or nothing was added to it for two seconds. */
  | { kind: 'trace'; finding: Finding }

/** Open from before power-on to the end; reconnects by itself; everybody else reads views of it. */
export type Recorder = {
  readonly where: string
  state(): RecorderState
  /** Calls for all that comes from now on; returns how to stop. A listener that throws is dropped and logged. */
  listen(listener: (news: RecorderNews) => void): () => void
  /** Bytes `[from, to)` again, from disk, in pieces; fewer when retention took the beginning. */
  read(from: number, to: number): AsyncIterable<Chunk>
  /** Offset of the first byte kept that came at or after `t`; of the next one when there is none. */
  seek(t: Millis): Promise<number>
  /** Connections lost and regained, and bytes dropped, between two offsets (both included). */
  marks(from: number, to: number): Promise<readonly LogMark[]>
  /** Waits for an open link; throws HardwareError (no console) after `withinMs`, with the last reason. */
  connected(withinMs: Millis, signal: AbortSignal): Promise<void>
  /** Throws HardwareError (console lost) when the link is down. Only the gate calls this. */
  write(bytes: Uint8Array): Promise<void>
  /** As `ConsoleLink.sendBreak`, and only the gate calls it. */
  sendBreak(durationMs: Millis): Promise<void>
  /** While true a boot is no finding: set before power is switched, taken back by whoever is at its prompt next. */
  expectReset(expected: boolean): void
  close(): Promise<void>
}
