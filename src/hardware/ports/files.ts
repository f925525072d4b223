import type { Millis } from '../../clock.ts'

/** A file on its way to a board. Nothing is opened before it is read; whoever begins to read it closes it. */
export type Outgoing = {
  bytes: AsyncIterable<Uint8Array>
  size: number
  sha256: string
  /** From its beginning once more, for a second way when the first one broke in the middle. */
  again?: () => AsyncIterable<Uint8Array>
}

export type SendReport = {
  bytes: number
  wireBytes: number
  durationMs: Millis
  repaired: number
  /** By what the whole file was checked on the board: `sha256`, or the tool that it has instead. */
  verified?: string
  /** How it went: beside the console, or over it as it is, in base64 or in octal digits. */
  way?: 'sftp' | 'raw' | 'base64' | 'octal'
  /** Why a faster way was not taken, in half a sentence. */
  note?: string
  /** It was packed on the way. */
  packed?: boolean
  /** Bytes of it that an earlier call had left on the board; 0: it was sent from its beginning. */
  resumed?: number
}

/** Names or patterns of files on a board, read from `folder`; more than `most` is refused before anything is fetched. */
export type FetchWanted = {
  folder: string
  patterns: readonly string[]
  most: { files: number; bytes: number }
}

/** A file on its way from a board: `bytes` is read once, to its end, before the next file is asked for. */
export type IncomingFile = { path: string; size: number; bytes: AsyncIterable<Uint8Array> }

export type FetchReport = {
  files: readonly { path: string; size: number; sha256: string }[]
  /** What fits the patterns and cannot be named or taken, each with the reason. */
  left: readonly { path: string; why: string }[]
  /** What fits the patterns too and is a folder; the first of them. */
  folders: readonly string[]
  bytes: number
  wireBytes: number
  durationMs: Millis
  repaired: number
  /** Of the slowest that was needed. */
  way: 'sftp' | 'raw' | 'base64'
  packed: boolean
  /** Why a faster way was not taken, in half a sentence. */
  note?: string
}
