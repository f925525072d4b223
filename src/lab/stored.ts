import type { Millis } from '../clock.ts'
import type { RecoveryStep } from '../config/types.ts'
import type { Failure } from '../errors.ts'
import type { EndedBy, PowerState } from '../hardware/types.ts'
import type { InboxEntry, OutboxItem } from '../mail/types.ts'
import type { Sequence, StoredFile } from '../storage/types.ts'
import type { Collected, Copied, WorkStage } from '../work/types.ts'
import type { Alert, LiveCard } from './posted.ts'
import type { CaseProgress, RunCases } from './runs/cases/types.ts'
import type { Incident, Told } from './told.ts'

// ---- people -----------------------------------------------------------------------------------------------

/** Somebody of a platform; `id` is the platform's unchanging id, `name` what people see. */
export type Person = { id: string; name: string; platform: string }
export type Role = 'user' | 'operator' | 'admin'

/**
 * Where something was asked from, so that its telling finds the way back. `request` is the entry of the inbox that
 * asked: after a restart it shows that what was asked for is there already.
 */
export type Origin = { channel: string; place: string; thread?: string; request?: string }

// ---- runs -------------------------------------------------------------------------------------------------

export const RUN_STATES = [
  'queued',
  'leasing',
  'preparing',
  'running',
  'collecting',
  'passed',
  'failed',
  'timeout',
  'cancelled',
  'error',
] as const
export type RunState = (typeof RUN_STATES)[number]
export const FINAL_STATES = [
  'passed',
  'failed',
  'timeout',
  'cancelled',
  'error',
] as const satisfies readonly RunState[]

/** 1 high, 2 normal, 3 low (M1.3). */
export type Priority = 1 | 2 | 3
export type PriorityName = 'high' | 'normal' | 'low'

export type Program =
  /** With an entry it is an archive, and what is run is in it. */
  | { kind: 'binary'; name: string; size: number; sha256: string; entry?: string }
  | { kind: 'shell'; command: string }

/** One lease of one board; of one that was made anew also what its console told. */
export type Attempt = Told & {
  /** `kernel panic: Fatal exception`, where its console proves it. */
  title?: string
  number: number
  board: string
  token: number
  startedAt: Millis
  endedAt: Millis | null
  failure: Failure | null
  message: string | null
  /** A restart of the bot cut it short; it does not count against the three (design 4). */
  uncounted: boolean
}

export type RunResult = Told & {
  exitStatus: number | null
  endedBy: EndedBy
  failure: Failure | null
  /** `kernel panic: Fatal exception`, `exit status 3`; null when passed. */
  title: string | null
  /** One sentence, and what to do next. */
  message: string | null
  hint: string | null
  proof: readonly string[]
  /** Time the program itself ran. */
  durationMs: Millis | null
  copied: Copied | null
  /** Where in the console's file of its last attempt the program's own output lies; null when it never began. */
  output?: readonly { from: number; to: number }[] | null
  /** Last lines of the program's output, ANSI removed. */
  tail: readonly string[]
  tailTotal: number
  files: readonly StoredFile[]
  /** Left out where nothing was to be collected, and where it never came to that. */
  collected?: CollectedFiles
  /** Left out where none were told. */
  cases?: RunCases
}

/** What came of the patterns that files were fetched from a board by (M6.8); `name` is what it is stored as. */
export type CollectedFiles = Omit<Collected, 'files'> & {
  files: readonly { name: string; path: string }[]
}

/** Where the result of a test is posted (M8.4). It may hold a secret: only its host is ever shown. */
export type Callback = {
  url: string
  /** The build that asked for the test, as it named itself. */
  build?: string
}

export type Run = {
  id: string
  /** Journal number of its last transition. */
  rev: Sequence
  family: string
  /** A board asked for by name, else null. */
  board: string | null
  program: Program
  args: readonly string[]
  env: Readonly<Record<string, string>>
  priority: Priority
  timeoutMs: Millis
  /** Patterns of files on the board to fetch when it has ended (M6.8). */
  collect?: readonly string[]
  callback?: Callback
  submitter: Person
  origin: Origin
  /** Of the Prefect bridge (M1.1); null without one. */
  flowRunId: string | null
  state: RunState
  arrivedAt: Millis
  /** When each state was last entered. */
  times: Readonly<Partial<Record<RunState, Millis>>>
  attempts: readonly Attempt[]
  /** Boards that just failed it, not to be tried again before then (M3.5). */
  avoid: readonly { board: string; until: Millis }[]
  cancelledBy: Person | null
  result: RunResult | null
}

/** What a run does right now; in memory, never stored. */
export type RunProgress = {
  stage: WorkStage | null
  board: string
  startedAt: Millis
  copy: { done: number; total: number } | null
  /** Once the binary is there. */
  copied: Copied | null
  /** While its files are fetched from the board. */
  fetching?: { path: string; files: number; bytes: number }
  lastLine: string | null
  logBytes: number
  /** Left out before the first. */
  cases?: CaseProgress
}

// ---- leases -----------------------------------------------------------------------------------------------

export type LeaseState = 'waiting' | 'checking' | 'active' | 'released' | 'expired'
export type Lease = {
  /** `L3` for people's, `T12.1` for a run's first attempt. */
  id: string
  rev: Sequence
  family: string | null
  /** A board asked for by name, else null. */
  wanted: string | null
  /** A site whose boards are liked better. */
  near?: string
  /** The board it holds, or last held; while waiting, the one asked for. */
  board: string | null
  holder: { kind: 'run'; run: string; attempt: number } | { kind: 'person'; person: Person }
  token: number | null
  origin: Origin
  askedAt: Millis
  termMs: Millis
  since: Millis | null
  until: Millis | null
  state: LeaseState
  /** Ends of lease that its holder was warned of, in ms before the end. */
  warned: readonly Millis[]
  avoid: readonly { board: string; until: Millis }[]
  /** Why it ended, for history. */
  ended: string | null
  /** Files sent and fetched under it, the last of them; left out before the first. */
  transfers?: readonly Transfer[]
}

/** A file on its way to or from a board that a person holds, or that was. */
export type Transfer = {
  /** `L3.1`, counted within the lease. */
  id: string
  rev: Sequence
  board: string
  by: Person
  startedAt: Millis
  endedAt: Millis | null
  /** What is sent is kept as `name`. */
  what:
    | { kind: 'send'; name: string; file: string; size: number; to: string }
    | { kind: 'fetch'; patterns: readonly string[] }
  copied: Copied | null
  collected: CollectedFiles | null
  /** Those that were fetched. */
  files: readonly StoredFile[]
  failure: Failure | null
  message: string | null
  hint: string | null
}

// ---- boards -----------------------------------------------------------------------------------------------

/** What is stored of a board; who holds it is in the leases, whether it answers in `BoardLive`. */
/** `off`: somebody switched it off on purpose. */
export type BoardCondition = 'unknown' | 'ready' | 'recovery' | 'offline' | 'off'
export type BoardState = {
  id: string
  rev: Sequence
  condition: BoardCondition
  since: Millis
  reason: string | null
  unhealthy: { since: Millis; reason: string } | null
  maintenance: { since: Millis; until: Millis | null; reason: string; by: Person } | null
  /** Infrastructure failures blamed on it, of the last 24 h; `run` is null where nobody used it. */
  failures: readonly { at: Millis; run: string | null; message: string }[]
  /** The highest fencing token it ever had. */
  token: number
  uses: number
  lastUsedAt: Millis | null
  lastCheckAt: Millis | null
  lastResponseMs: Millis | null
  kernel: string | null
  /** Last power cycle that the lab's own recovery did. */
  lastCycleAt: Millis | null
  /** What was done to bring it back, oldest first: the latest, and all that its cool-down and its cap count. */
  steps: readonly BoardStep[]
  /** What its console told about failing, oldest first: the latest, and those of 24 h. Left out before the first. */
  incidents?: readonly Incident[]
  /** The test whose own doing it is that the board is looked after; left out where it is none's. */
  after?: string | null
  /** Of one that is set aside: the step that is due when its cool-down is over, and when its ladder began. */
  again?: { step: RecoveryStep; at: Millis; from: Millis } | null
  /** Its kernel reported a failure and lives on, not restarted since: it may hide the next. Left out: it is itself. */
  tainted?: { since: Millis; title: string; run: string | null } | null
}

/** One step of bringing a board back. */
export type BoardStep = {
  step: RecoveryStep
  startedAt: Millis
  /** Null while it goes on. */
  endedAt: Millis | null
  outcome: StepOutcome | null
  /** What was heard, or what failed, in a sentence. */
  message: string | null
  /** The run that it ended; null: the lab's own. */
  run: string | null
  /** The test that made it necessary, and was to blame for it itself. */
  after?: string
}
/** `done`: carried out, and nobody has looked yet. */
export type StepOutcome = 'back' | 'no answer' | 'failed' | 'cut short' | 'done'

// ---- power ------------------------------------------------------------------------------------------------

export type PowerAction = 'on' | 'off' | 'cycle' | 'status'
export type PowerEvent = {
  id: string
  rev: Sequence
  board: string
  action: PowerAction
  by: Person | null
  reason: string
  startedAt: Millis
  endedAt: Millis | null
  steps: readonly { stage: WorkStage; t: Millis }[]
  before: PowerState | null
  after: PowerState | null
  back: boolean | null
  failure: Failure | null
  message: string | null
}

// ---- the whole --------------------------------------------------------------------------------------------

export type LabState = {
  counters: { T: number; L: number; A: number }
  boards: Record<string, BoardState>
  runs: Record<string, Run>
  leases: Record<string, Lease>
  cards: Record<string, LiveCard>
  inbox: Record<string, InboxEntry>
  outbox: Record<string, OutboxItem>
  alerts: Record<string, Alert>
  /** Switches that have not come to their end, or are not in history yet. */
  power: Record<string, PowerEvent>
  /** Who waits for what the inventory has no longer, and since when they know. */
  stranded: Record<string, Millis>
  /** Tellings that were given up after 24 h, ever. */
  givenUp: number
}
