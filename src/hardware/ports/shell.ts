import type { Millis } from '../../clock.ts'
import type { FetchReport, FetchWanted, IncomingFile, Outgoing, SendReport } from './files.ts'
import type { LogRange } from './recorder.ts'

export type ShellReport = {
  attachMs: Millis
  loggedIn: boolean
  kernel: string | null
  /** What this board's shell cannot do, each a sentence; empty on an ordinary one. */
  limits?: readonly string[]
}

export type CommandResult = { status: number; output: string }

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

/** A framed shell on a board's console (console.md). One command at a time; every call has a deadline. */
export type Shell = {
  /** Gets to our own prompt: pokes, interrupts, logs in, sets the console level. Throws HardwareError (no prompt, log-in, console lost). */
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
