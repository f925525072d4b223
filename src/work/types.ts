import type { Millis } from '../clock.ts'
import type { BoardConfig } from '../config/types.ts'
import type { Failure } from '../errors.ts'
import type { EndedBy, LogRange, PowerState, SendReport } from '../hardware/types.ts'
import type { Finding } from '../reading/types.ts'

/** A piece of work for a site. One file each in this room; `kind` picks it. Plain data, so that it can travel. */
export type Job = RunTestJob | ProbeJob | PowerJob
export type JobKind = Job['kind']

export type RunTestJob = {
  kind: 'run-test'
  id: string
  attempt: number
  board: BoardConfig
  program:
    | { kind: 'binary'; name: string; path: string; size: number; sha256: string }
    | { kind: 'shell'; command: string }
  args: readonly string[]
  env: Readonly<Record<string, string>>
  timeoutMs: Millis
  logLimitBytes: number
}
export type ProbeJob = { kind: 'probe-board'; board: BoardConfig; timeoutMs: Millis }
export type PowerJob = {
  kind: 'power'
  board: BoardConfig
  action: 'on' | 'off' | 'cycle' | 'status'
  delayMs: Millis
  confirmMs: Millis
}

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
  /** Console bytes of this work, in order; a gap is read again with `Site.read`. */
  | { kind: 'log'; offset: number; t: Millis; bytes: Uint8Array }
  /** What the program printed; `to` is null while it runs. */
  | { kind: 'output'; ranges: readonly { from: number; to: number | null }[] }
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
export type Copied = Pick<SendReport, 'bytes' | 'durationMs' | 'repaired' | 'way' | 'packed'>

export type RunTestResult = {
  status: number | null
  endedBy: EndedBy
  output: readonly LogRange[] | null
  copied: Copied | null
  durationMs: Millis
  /** Null when the program exited by itself with status 0. */
  failure: WorkFailure | null
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

export type WorkResult<J extends Job> = J extends RunTestJob
  ? RunTestResult
  : J extends ProbeJob
    ? ProbeResult
    : J extends PowerJob
      ? PowerResult
      : never

/** What work may use beside the board. `signal` aborts it: end what runs on the board, then settle. */
export type WorkContext = { signal: AbortSignal; onEvent(event: WorkEvent): void }
