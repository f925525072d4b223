import type { z } from 'zod'
import type { Clock, Millis } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Finding } from '../reading/types.ts'
import type { FileWay, WriteGate } from './file-way.ts'

export type { FarFile, FileWay, WriteGate } from './file-way.ts'

export type DriverDeps = { clock: Clock; log: Log }

// ---- power ------------------------------------------------------------------------------------------------

export type PowerState = 'on' | 'off' | 'unknown'

/** One outlet. Work on one PDU is serial; `close` never throws. */
export type PowerControl = {
  /** `pdu-a.lab.local outlet 2`, for sentences. */
  readonly where: string
  /** Sends the switch. Says nothing about the result: read back with `state`. Repeating is safe. Throws HardwareError (cause power). */
  switch(to: 'on' | 'off', signal: AbortSignal): Promise<void>
  /** Read from the device, never from memory. Throws HardwareError (cause power) when it does not answer. */
  state(signal: AbortSignal): Promise<PowerState>
  close(): Promise<void>
}

export type PowerDriver<O = unknown> = {
  id: string
  schema: z.ZodType<O>
  create(options: O, at: { pdu: string; outlet: number }, deps: DriverDeps): PowerControl
}

// ---- console ----------------------------------------------------------------------------------------------

/** An open byte stream to a board: exactly the bytes of the line, both ways. */
export type ConsoleLink = {
  /** Resolves when the bytes were handed to the line. Throws HardwareError (console lost) once closed. */
  write(bytes: Uint8Array): Promise<void>
  /**
   * Holds the line at break, after what was written before: for `durationMs` where the line takes a length. Resolves
   * when it was handed to the line. Throws HardwareError (no console) with the reason where such a line has no break.
   */
  sendBreak(durationMs: Millis): Promise<void>
  close(): void
}

export type ConsoleHandlers = { onBytes(bytes: Uint8Array): void; onClose(reason: string): void }

/** Opens links; is drained always: what it reads is handed over at once, never paused (console.md 12). */
export type ConsoleOpener = {
  /** `telnet 127.0.0.1:7001`, for sentences. */
  readonly where: string
  /** Throws HardwareError (no console) with host, port and step. */
  open(handlers: ConsoleHandlers, signal: AbortSignal): Promise<ConsoleLink>
}

export type ConsoleDriver<O = unknown> = {
  id: string
  schema: z.ZodType<O>
  /** `telnet 10.1.2.101:23`: the same for the same line, so that two boards on one console are found. */
  where(options: O): string
  create(options: O, deps: DriverDeps): ConsoleOpener
  /** The way for files that such a console's server has beside it, if its kind may have one. */
  files?(options: O, deps: DriverDeps & { gate: WriteGate }): FileWay
}

// ---- recorder ---------------------------------------------------------------------------------------------

/** Bytes of a board's log; `offset` counts from the first byte ever recorded, `t` is wall time of arrival. */
export type Chunk = { offset: number; t: Millis; bytes: Uint8Array }

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

// ---- shell ------------------------------------------------------------------------------------------------

export type ShellReport = {
  attachMs: Millis
  loggedIn: boolean
  kernel: string | null
  /** What this board's shell cannot do, each a sentence; empty on an ordinary one. */
  limits?: readonly string[]
}

export type CommandResult = { status: number; output: string }

/** Bytes `[from, to)` of a board's log. */
export type LogRange = { from: number; to: number }

/** What ended a test on the board, gentlest first. */
export type EndedBy = 'itself' | 'interrupt' | 'kill' | 'sysrq' | 'reset' | 'nothing'

export type ProgramEnd = {
  /** Exit status, or null when the program was ended or the end was lost. */
  status: number | null
  endedBy: EndedBy
  /** What of the board's log the program printed: in order, one at least; ours may stand between them. */
  output: readonly LogRange[]
  durationMs: Millis
  /** Found processes that would not die, or could not look for all: a sentence each. */
  limits?: readonly string[]
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

/** A file on its way to a board. */
export type Outgoing = {
  bytes: AsyncIterable<Uint8Array>
  size: number
  sha256: string
  /** From its beginning once more, for a second way when the first one broke in the middle. */
  again?: () => AsyncIterable<Uint8Array>
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

/** A framed shell on a board's console (console.md). One command at a time; every call has a deadline. */
export type Shell = {
  /** Gets to our own prompt: pokes, interrupts, logs in, lowers the console level. Throws HardwareError (no prompt, log-in, console lost). */
  attach(signal: AbortSignal): Promise<ShellReport>
  /** A control command of ours: its output has length and checksum and is right or an error. Safe to repeat only if the command is. */
  command(text: string, signal: AbortSignal, timeoutMs?: Millis): Promise<CommandResult>
  /**
   * Sends a file by the fastest way that works and verifies its SHA-256 on the board, through the console. Throws
   * HardwareError (transfer, disk).
   * After a lost console or a reset the same call, on a shell attached again, goes on from what is still there.
   */
  send(
    file: Outgoing,
    path: string,
    signal: AbortSignal,
    onProgress: (sent: number) => void,
  ): Promise<SendReport>
  /**
   * Fetches files by the fastest way that works, checked piece by piece; what fits no pattern is no error. `take` gets
   * each in turn. Throws InputError (a pattern), HardwareError (transfer, output limit).
   */
  fetch(
    wanted: FetchWanted,
    signal: AbortSignal,
    take: (file: IncomingFile) => Promise<void>,
  ): Promise<FetchReport>
  /**
   * Runs a program in its own session; its output streams to the console as it comes. When `stop` aborts it is
   * ended by the ladder interrupt, kill (process group), and the end says which step worked.
   */
  program(
    program: { folder: string; argv: readonly string[]; env: Readonly<Record<string, string>> },
    stop: AbortSignal,
    signal: AbortSignal,
    onStarted: (from: number) => void,
  ): Promise<ProgramEnd>
  /** Leaves the board as it was found: console level back, our files gone. Never throws. */
  detach(): Promise<void>
  /** Lets go without a word: the board is somebody else's, or its kernel is dead or booting. Never throws. */
  abandon(): void
}

// ---- boot loader ------------------------------------------------------------------------------------------

export type BootLoaderReport = {
  /** From the call to the first answer of ours. */
  interruptMs: Millis
  /** As it says itself: `U-Boot 2023.01 (Jun 22 2026 - 08:38:07 +0000)`. */
  version: string
}

/**
 * A board's boot loader, from power-on until a kernel has taken over. One call at a time; every call has a deadline.
 * Starts that the scanner hears are expected from `interrupt` on, until whoever is at the kernel's shell next says
 * otherwise (`Recorder.expectReset`). Nothing of its environment is saved.
 */
export type BootLoader = {
  /**
   * Stops the autoboot and gets an answer. Call it before the power is switched on, or at its prompt: the console may
   * come and go meanwhile. Throws HardwareError (boot) when none came, or when a kernel was started instead.
   */
  interrupt(signal: AbortSignal, withinMs?: Millis): Promise<BootLoaderReport>
  /**
   * Status, and output without kernel lines. Run once, however often it has to be typed. Throws HardwareError (not
   * answering, reset, no prompt, console lost), InputError for what it cannot read as a command.
   */
  command(text: string, signal: AbortSignal, timeoutMs?: Millis): Promise<CommandResult>
  /** Sets a variable and reads it back; an empty value takes it away. Throws HardwareError (boot) when it reads otherwise. */
  set(name: string, value: string, signal: AbortSignal): Promise<void>
  /** Runs what starts a kernel, waits until the boot loader has let go, and does so too. Throws HardwareError (boot) when it comes back. */
  boot(command: string, signal: AbortSignal, timeoutMs?: Millis): Promise<void>
  /** Leaves it at its prompt, with nothing that the next one's newline would run again. Never throws. */
  detach(): Promise<void>
  /** Lets go without a word: the board is somebody else's. Never throws. */
  abandon(): void
}

// ---- magic SysRq ------------------------------------------------------------------------------------------

/** `i` kills every process but the first; `b` resets at once, and nothing that was not written yet is on disk. */
export type SysrqKey = 'i' | 'b'

/** What the kernel does from its interrupt, whatever its programs do (Documentation/admin-guide/sysrq.rst). */
export type Sysrq = {
  /**
   * A break and the key. Resolves with the kernel's own word on it, `Resetting`. A start that follows `b` is expected, until
   * whoever is at the prompt next says otherwise. Throws HardwareError (not answering) when the kernel says nothing or
   * does not allow it, (no console) when the line has no break.
   */
  press(key: SysrqKey, signal: AbortSignal): Promise<string>
}

/** A board as work sees it: everything passes the gate under the token it was opened with. */
export type OpenBoard = {
  readonly id: string
  readonly recorder: Recorder
  readonly shell: Shell
  readonly power: PowerControl | null
  /** Only where boards.yaml says what it is (`boot_loader`). */
  readonly bootLoader?: BootLoader
  /** Only where boards.yaml allows it (`sysrq`). */
  readonly sysrq?: Sysrq
}
