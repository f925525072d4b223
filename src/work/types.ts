import type { Millis } from '../clock.ts'
import type { BoardConfig } from '../config/types.ts'
import type { Failure } from '../errors.ts'
import type { EndedBy, LogRange, PowerState, SendReport } from '../hardware/types.ts'
import type { Finding } from '../reading/types.ts'

/** A piece of work for a site. One file each in this room; `kind` picks it. Plain data, so that it can travel. */
export type Job = RunTestJob | ProbeJob | PowerJob | ResetJob | SendFileJob | FetchFilesJob
export type JobKind = Job['kind']

export type RunTestJob = {
  kind: 'run-test'
  id: string
  attempt: number
  board: BoardConfig
  program: /** With an entry it is an archive: what is run is in it. */
    | { kind: 'binary'; name: string; path: string; size: number; sha256: string; entry?: string }
    | { kind: 'shell'; command: string }
  args: readonly string[]
  env: Readonly<Record<string, string>>
  timeoutMs: Millis
  logLimitBytes: number
  /** What to fetch once the program has ended (M6.8). */
  collect?: Collecting
}

export type SendFileJob = {
  kind: 'send-file'
  board: BoardConfig
  file: { name: string; path: string; size: number; sha256: string }
  /** Where on the board: absolute. */
  to: string
}
export type FetchFilesJob = {
  kind: 'fetch-files'
  board: BoardConfig
  /** Patterns begin here. */
  folder: string
  wanted: Omit<Collecting, 'withinMs'>
}

/** Patterns of files on a board, and how much of them is taken; no time is left after `withinMs`. */
export type Collecting = {
  patterns: readonly string[]
  most: { files: number; bytes: number }
  withinMs: Millis
}
export type ProbeJob = { kind: 'probe-board'; board: BoardConfig; timeoutMs: Millis }
export type PowerJob = {
  kind: 'power'
  board: BoardConfig
  action: 'on' | 'off' | 'cycle' | 'status'
  delayMs: Millis
  confirmMs: Millis
}

/** By magic SysRq, where that is allowed. */
export type ResetJob = { kind: 'reset'; board: BoardConfig }

export type WorkStage =
  | 'connecting'
  | 'attaching'
  | 'copying'
  | 'running'
  | 'ending'
  | 'collecting'
  | 'off'
  | 'on'
  | 'booting'
  | 'back'
  | 'not back'

export type WorkEvent =
  | { kind: 'stage'; stage: WorkStage; t: Millis }
  | { kind: 'progress'; done: number; total: number; label: string }
  | { kind: 'copied'; copied: Copied }
  /** Files are on their way from the board: those before this one, and the bytes of all until now. */
  | { kind: 'fetching'; path: string; files: number; bytes: number }
  /** Console bytes of this work, in order; a gap is read again with `Site.read`. */
  | { kind: 'log'; offset: number; t: Millis; bytes: Uint8Array }
  /** What the program printed; `to` is null while it runs. */
  | { kind: 'output'; ranges: readonly { from: number; to: number | null }[] }
  /** At its first line, and again `whole` with its trace. */
  | { kind: 'finding'; finding: Finding }
  | { kind: 'power'; asked: 'on' | 'off'; read: PowerState; t: Millis }

export type WorkFailure = {
  failure: Failure
  /** One sentence with values. */
  message: string
  hint: string
  /** `kernel panic: Fatal exception` */
  title?: string
  /** The lines that prove it. */
  proof?: readonly string[]
}

/** How the binary came to the board. */
export type Copied = Pick<
  SendReport,
  'bytes' | 'durationMs' | 'repaired' | 'way' | 'packed' | 'resumed' | 'note'
>

/**
 * Files on their way from a board, one after the other, each in order. Plain data, as events are; but the board waits
 * until a piece is stored, so that memory stays bounded. One without its end is none.
 */
export type FilePiece =
  | { kind: 'begin'; path: string; size: number }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'end' }

/** What came of patterns. Paths in the working folder begin there. */
export type Collected = {
  files: readonly { path: string; size: number; sha256: string }[]
  /** Patterns that nothing fitted. */
  none: readonly string[]
  /** Of those, which fit folders, and how many; left out where none does. */
  folders?: readonly { pattern: string; count: number }[]
  /** What fitted and was not taken, with the reason. */
  left: readonly { path: string; why: string }[]
  /** Why it ended before all was tried, in a sentence, and of which class that is. */
  problem: string | null
  failure?: Failure
}

export type RunTestResult = {
  status: number | null
  endedBy: EndedBy
  output: readonly LogRange[] | null
  copied: Copied | null
  /** Left out where nothing was to be collected. */
  collected?: Collected
  durationMs: Millis
  /** Null when the program exited by itself with status 0. */
  failure: WorkFailure | null
  /** Of one that a reset of the board ended: whether it was back at its prompt when the run was over. */
  resetBack?: boolean
  /** False when a framed command did not answer afterwards: the board wants looking after. */
  boardClean: boolean
}
export type ProbeResult = { responseMs: Millis; kernel: string | null }
export type PowerResult = {
  before: PowerState
  after: PowerState
  /** Whether the board came back after a cycle; null for other actions. */
  back: boolean | null
  /** Why it is not back, in a sentence. */
  problem?: string
  durationMs: Millis
}

export type ResetResult = {
  back: boolean
  /** Why it is not, in a sentence. */
  problem?: string
  durationMs: Millis
}

export type WorkResult<J extends Job> = J extends RunTestJob
  ? RunTestResult
  : J extends ProbeJob
    ? ProbeResult
    : J extends PowerJob
      ? PowerResult
      : J extends ResetJob
        ? ResetResult
        : J extends SendFileJob
          ? Copied
          : J extends FetchFilesJob
            ? Collected
            : never

/** What work may use beside the board. `signal` aborts it: end what runs on the board, then settle. */
export type WorkContext = {
  signal: AbortSignal
  onEvent(event: WorkEvent): void
  /** Resolves when the piece is stored; rejects when it cannot be. Left out: nobody takes files. */
  onFile?(piece: FilePiece): Promise<void>
}
