import type { Readable } from 'node:stream'
import type { Millis } from '../clock.ts'
import type { Inventory } from '../config/types.ts'
import type { LogMark } from '../hardware/types.ts'
import type { InboxStore, OutboxItem } from '../mail/types.ts'
import type { AuditEntry, Staged } from '../storage/types.ts'
import type { Consoles } from './consoles.ts'
import type { LeaseRequest } from './leases/asking.ts'
import type { RunLogs } from './logs/types.ts'
import type {
  Alert,
  BoardSummary,
  Callback,
  ComparedRuns,
  FailedCase,
  FamilySummary,
  LabState,
  LabStatus,
  Lease,
  LiveCard,
  Origin,
  Person,
  PowerAction,
  PowerEvent,
  Priority,
  QueueSummary,
  Role,
  Run,
  RunCase,
  RunProgress,
  RunState,
  Transfer,
  TransferProgress,
  Waiting,
} from './types.ts'

export type * from './consoles.ts'
export type * from './logs/types.ts'

/** A file that came with a request: typed at the terminal, attached in chat, uploaded over HTTP. */
export type IncomingFile = {
  name: string
  size: number | null
  open(): Readable
  /** It is in the store's staging folder already, and is taken from there; whoever put it there drops what was not. */
  staged?: Staged
}

export type SubmitRequest = {
  family: string
  board: string | null
  /** With an entry the file is an archive: what is run is in it. */
  program: { kind: 'file'; file: IncomingFile; entry?: string } | { kind: 'shell'; command: string }
  args: readonly string[]
  env: Readonly<Record<string, string>>
  priority: Priority
  /** Null: the setting's default. */
  timeoutMs: Millis | null
  /** Patterns of files on the board to fetch when it has ended. */
  collect?: readonly string[]
  /** Throws InputError where results may not be posted to it. */
  callback?: Callback
}

export type RunFilter = {
  states?: readonly RunState[]
  family?: string
  board?: string
  /** By name or by id. */
  submitter?: string
  /** All of these in its id, name, family, board, submitter or state. */
  words?: readonly string[]
  /** At most this many, newest first (100, M7.5), older than `before`. */
  limit?: number
  before?: string
}

/** What of a log is wanted: the newest `limit` lines of those that came at or after `since` and hold `grep`. */
export type LogQuestion = {
  limit: number
  since?: Millis | null
  /** Text, not a pattern; letters large or small. */
  grep?: string | null
  /** Only what lies behind this place in the log, and only whole lines: how a log is followed. */
  after?: number
  /** From this line of a run's log on, counted from 1, or from this place of a board's; the oldest `limit` of them. */
  line?: number
  at?: number
}

/** With `mark` it is no line of the log: the connection was lost or came back there, or bytes are missing. */
export type LogLine = { t: Millis; text: string; mark?: LogMark['kind'] }
export type LogLines = {
  lines: readonly LogLine[]
  /** Lines read, and how many of them were meant. */
  total: number
  matched: number
  /** Where the next question goes on: behind the last whole line. */
  next: number
}

export type RunLogQuestion = LogQuestion & {
  /** The board's console, not only what the program printed. */
  whole: boolean
}

/** How something that was started came out, for exit statuses (design 10). */
export type Ending = { ok: boolean; exit: 0 | 1 | 2 | 3 }

/** A hint that something changed; readers read the state again (design 4). */
export type News = { topic: string; sequence: number }

/**
 * The lab's front door. Reads are synchronous views of the live state unless they reach into history. What changes
 * something resolves when the change is on disk, and throws a LabError that says what to do next.
 */
export type Lab = {
  // -- who
  roleOf(person: Person): Role
  peopleWith(role: Role): readonly string[]

  // -- reads
  state(): Readonly<LabState>
  now(): Millis
  inventory(): Inventory
  families(): readonly FamilySummary[]
  boards(): readonly BoardSummary[]
  board(id: string): BoardSummary | null
  /** Bytes that came from the boards' first consoles since the start of this process, by family. */
  printed(): ReadonlyMap<string, number>
  queue(): QueueSummary
  /** Place in the queue of a waiting run or lease. */
  waiting(id: string): Waiting | null
  run(id: string): Promise<Run | null>
  /** When and why retention took what was kept of a test; null when it did not (M7.4). */
  gone(runId: string): { at: Millis; reason: string } | null
  runs(filter: RunFilter): Promise<readonly Run[]>
  progress(runId: string): RunProgress | null
  /** Its failed test cases with what was printed, a thousand at most; where their file is gone, those of its record. */
  failedCases(run: Run): Promise<readonly FailedCase[]>
  /** All its test cases in the order they were told; none where it told of none, or their file is gone. */
  cases(run: Run): Promise<readonly RunCase[]>
  /** The cases of a run beside those of another. Throws NotFoundError, and InputError where one of them has none. */
  compare(now: string, before: string): Promise<ComparedRuns>
  /** Lines of the run's log, the program's own output unless `whole`; newest `limit`. */
  log(runId: string, question: RunLogQuestion): Promise<LogLines>
  /** Lines of one of the board's consoles, recorded always; null: the one that is worked at. Throws NotFoundError. */
  boardLog(boardId: string, console: string | null, question: LogQuestion): Promise<LogLines>
  /** Logs of runs by the number of the line, for the page that shows them. */
  readonly logs: RunLogs
  /** The last lines of a test that runs, and how many there were; null when it does not. Reads no file. */
  tail(runId: string): { lines: readonly LogLine[]; total: number } | null
  /** Address of a run's file, for people. */
  link(runId: string, file?: string): string
  /** Address of its log: what the program printed where it came to that, else its console. */
  logLink(run: Run): string
  /** Address of the console of its last attempt, whose lines verdicts name; of its page where that is not kept. */
  consoleLink(run: Run): string
  lease(id: string): Lease | null
  leases(): readonly Lease[]
  status(): Promise<LabStatus>
  /** Those that are not over, oldest first. */
  alerts(): readonly Alert[]
  powerEvents(board: string): Promise<readonly PowerEvent[]>
  powerEvent(id: string): Promise<PowerEvent | null>
  audit(words: readonly string[], limit: number): Promise<readonly AuditEntry[]>

  // -- runs
  /** Throws InputError (file missing, empty, too large; unknown family or board), RefusedError (queue full, storage full, stopping). */
  submit(request: SubmitRequest, by: Person, origin: Origin): Promise<Run>
  cancel(runId: string, by: Person, rev?: number): Promise<Run>
  move(runId: string, priority: Priority, by: Person, rev?: number): Promise<Run>
  /** The same test again, on any board or on `board`. */
  rerun(runId: string, by: Person, origin: Origin, board?: string): Promise<Run>

  // -- files that words stand for, on every face
  /** The file at an address of another server, fetched when it is opened. Throws InputError when it may not be used. */
  fileAt(url: string): Promise<IncomingFile>
  /** A file that is kept of a test or a lease. Throws NotFoundError with the nearest that there are. */
  storedFile(owner: string, name: string): Promise<IncomingFile>

  // -- leases of people
  /** Granted (`active`), or placed in line (`waiting`). Throws RefusedError `no-board-free` where it is to be `now`. */
  lend(request: LeaseRequest, by: Person, origin: Origin): Promise<Lease>
  extend(leaseId: string, byMs: Millis, by: Person, rev?: number): Promise<Lease>
  release(leaseId: string, by: Person, rev?: number): Promise<Lease>
  /** Sends a file to the board of a lease, under its token; `to` null: into a folder of ours. Resolves when it has begun. */
  sendFile(leaseId: string, file: IncomingFile, to: string | null, by: Person): Promise<Transfer>
  fetchFiles(leaseId: string, patterns: readonly string[], by: Person): Promise<Transfer>
  /** Ends what is on its way for a lease. Throws NotFoundError when nothing is. */
  cancelTransfer(leaseId: string, by: Person): Promise<Transfer>
  transfer(id: string): Promise<Transfer | null>
  transferProgress(id: string): TransferProgress | null

  // -- boards
  maintain(
    boardId: string,
    on: { reason: string; untilMs: Millis | null } | null,
    by: Person,
  ): Promise<BoardSummary>
  /** Asks the board for an answer now; a passing check makes an unhealthy board healthy again (M3.4). */
  check(boardId: string, by: Person | null): Promise<BoardSummary>
  /** Switches, or reads. Under the holder's token when the board is held; whoever holds it is told (design 4). */
  power(boardId: string, action: PowerAction, by: Person | null, reason: string): Promise<PowerEvent>

  // -- alerts
  /** Says that somebody looks after it. Throws NotFoundError when it is over, StaleError when somebody did before. */
  acknowledge(alertId: string, by: Person): Promise<Alert>

  // -- people at consoles (gateway)
  readonly consoles: Consoles

  // -- what faces need
  /** Calls for every change of `topic` (`run/T12`, `queue`, `boards`, `lease/L3`, `power/…`, `inventory`), or of all (`*`). Returns how to stop. */
  subscribe(topic: string, listener: (news: News) => void): () => void
  /** Resolves when what `topic` names has come to its end and its telling is out of our hands. */
  ending(topic: string, signal: AbortSignal): Promise<Ending>
  card(card: LiveCard): Promise<void>
  record(entry: Omit<AuditEntry, 'at'>): Promise<void>

  /** What is owed to people, for the outbox that delivers it. */
  readonly owed: {
    items(): readonly OutboxItem[]
    tried(key: string, nextAt: Millis, attempts: number): Promise<void>
    settled(key: string, outcome: 'delivered' | 'nobody' | 'given-up'): Promise<void>
  }

  /** What faces heard and have not forgotten. */
  readonly inbox: InboxStore

  // -- clock hands (scheduler)
  sweep(): Promise<void>
  expireLeases(): Promise<void>
  checkBoards(): Promise<void>
  retain(): Promise<void>
  checkWaits(): Promise<void>

  /** Applies a new inventory, all or nothing, disturbing nothing that runs. Throws ConfigError and changes nothing. */
  reload(): Promise<{ added: readonly string[]; removed: readonly string[]; changed: readonly string[] }>
  start(): Promise<void>
  /** Refuses new work, ends runs of this process on their boards, stores, releases. People's leases survive. */
  stop(): Promise<void>
}
