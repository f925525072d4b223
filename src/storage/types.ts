import type { Readable } from 'node:stream'
import type { Millis } from '../clock.ts'

/** Journal number of an operation batch: counts up by one for each durable line, over the life of the data directory. */
export type Sequence = number

export type StoreHealth = { full: boolean; since: Millis | null; freeBytes: number | null }

/**
 * Live state over a journal. `commit` applies the operations to `state` in the same tick and resolves when they
 * are on disk: an answer is given to a person only then. All operations of one call land together or not at all.
 * On a full disk they wait (the promise stays pending) and `health().full` is set; it rejects only with the
 * failure that is about to end the process.
 */
export type Store<S, O> = {
  readonly state: Readonly<S>
  readonly sequence: Sequence
  commit(operations: readonly O[]): Promise<Sequence>
  /** Resolves when all that was committed before is on disk. */
  settled(): Promise<void>
  health(): StoreHealth
  close(): Promise<void>
}

/** What a store needs to know of its state; generic, it knows no lab type. */
export type StateModel<S, O> = {
  /** Format of operations and snapshot; a file of an older one is brought up by `upgrade`, a newer one refused. */
  version: number
  initial(): S
  /** Changes `state` in place. Pure otherwise: no time, no randomness. */
  apply(state: S, operation: O, sequence: Sequence): void
  upgrade(from: number, kind: 'snapshot' | 'operation', value: unknown): unknown
}

/** Append-only records, one file a kind and day (UTC), never rewritten; a small index in memory. */
export type History<R extends { id: string }, I> = {
  /** On disk when it resolves. Appending an id that is there already is ignored: safe to repeat. */
  append(record: R, at: Millis): Promise<void>
  has(id: string): boolean
  get(id: string): Promise<R | null>
  /** Index entries, newest first. */
  list(): readonly HistoryEntry<I>[]
  day(day: string): AsyncIterable<R>
  days(): readonly string[]
  /** Removes whole days before `day`. Returns what went. */
  dropBefore(day: string): Promise<readonly string[]>
  /** Days that retention removed, and when, oldest first: for `404 … removed on`. */
  dropped(): readonly { day: string; at: Millis }[]
  /** Damaged lines met since the store was opened; each was logged and passed over. */
  damaged(): number
  close(): Promise<void>
}
export type HistoryEntry<I> = { id: string; at: Millis; day: string; summary: I }

/**
 * A sum a day over a history, which outlives it. A closed day's sum is made from that day's records and nothing
 * else, so making it again gives the same; days not yet closed are summed in memory.
 */
export type Rollup<R, S> = {
  /** Adds a record that was just appended to the history. Safe to repeat. */
  observe(record: R, at: Millis): void
  /** Stores the sum of every day before `before` that has none yet, or has gained records since. */
  roll(before: string): Promise<readonly string[]>
  /** Sums of `from` and later, by day, oldest first. */
  read(from: string): Promise<ReadonlyMap<string, S>>
  dropBefore(day: string): Promise<readonly string[]>
}

export type AuditEntry = {
  at: Millis
  who: { id: string; name: string; platform: string }
  /** Where it was said: `slack C1`, or a thread there; entries of older versions have none. */
  where?: string
  line: string
  args: unknown
  decision: 'allowed' | 'refused' | 'invalid'
  result: string
  reference?: string
}
export type Audit = {
  /** Synced when it resolves. */
  append(entry: AuditEntry): Promise<void>
  /** Newest first, at most `limit`, of those whose text contains every word. */
  search(words: readonly string[], limit: number): Promise<readonly AuditEntry[]>
  close(): Promise<void>
}

/** `sha256` is empty while the file still grows. */
export type StoredFile = { name: string; size: number; sha256: string; type: string; storedAt: Millis }

/** Files by run, with a manifest of SHA-256 beside them. Names are checked: no path leaves the store. */
export type Artifacts = {
  /** Takes a stream into a staging folder with its SHA-256; `limit` bytes at most (InputError). Synced. */
  stage(name: string, content: Readable, limit: number): Promise<Staged>
  /** Where a staged file lies, to be looked through, until it moves on. */
  path(staged: Staged): string
  /** Takes a staged file away; nothing happens when it has moved on. Safe to repeat. */
  drop(staged: Staged): Promise<void>
  /** Moves staged files into the folder of `owner` in one synchronous step; the folder must not exist yet. */
  adopt(owner: string, staged: readonly Staged[]): void
  /** A file that grows: appended while a run goes on, sealed with its SHA-256 at the end. Never throws on a full disk: it drops and counts. */
  open(owner: string, name: string, type: string): Promise<GrowingFile>
  put(owner: string, name: string, type: string, content: Uint8Array): Promise<StoredFile>
  /** Gives a staged file to an owner who may have others; one of the same name is replaced in one step. */
  add(owner: string, staged: Staged, type: string): Promise<StoredFile>
  /** Takes single files of an owner away; what is not there is passed over. */
  discard(owner: string, names: readonly string[]): Promise<void>
  list(owner: string): Promise<readonly StoredFile[]>
  owners(): Promise<readonly { owner: string; bytes: number; newest: Millis }[]>
  /** Path for reading, or null; for the HTTP room and for work. A file being read through `hold` is not removed until released. */
  hold(owner: string, name: string): Promise<{ path: string; file: StoredFile; release(): void } | null>
  /** Bytes `[from, to)` of a file, in pieces with the time each came at; nothing when there is no such file. */
  read(owner: string, name: string, from?: number, to?: number): AsyncIterable<TimedBytes>
  /** Gone for readers at once, from the disk when nobody holds a file of it any more. Returns its bytes. */
  remove(owner: string, reason: string): Promise<number>
  /** When and why the files of `owner` went; null when they did not. */
  tombstone(owner: string): { at: Millis; reason: string } | null
  totalBytes(): Promise<number>
  close(): Promise<void>
}
/** A piece of a file that grew; `t` is when it came. */
export type TimedBytes = { offset: number; t: Millis; bytes: Uint8Array }
export type Staged = { key: string; name: string; size: number; sha256: string }
export type GrowingFile = {
  /** In order; never waits, never throws. `t` is wall time, for the time gutter. */
  append(bytes: Uint8Array, t: Millis): void
  /** Bytes taken so far, those of an earlier opening included. */
  readonly size: number
  /** Bytes let go because the disk was full or too slow. */
  readonly dropped: number
  seal(): Promise<StoredFile>
}

/** Who alone says who holds a board now (design 2). Tokens of a board only ever rise. */
export type LeaseStore = {
  /** The token, or who has it. `floor`: the highest token the journal knows for this board. */
  acquire(
    board: string,
    holder: string,
    ttlMs: Millis,
    floor: number,
  ): Promise<{ held: true; token: number } | { held: false; holder: string }>
  /** False when the token no longer holds the board. */
  renew(board: string, token: number, ttlMs: Millis): Promise<boolean>
  /** False when it was not held under this token; then nothing changed. Safe to repeat. */
  release(board: string, token: number): Promise<boolean>
  holder(board: string): Promise<{ holder: string; token: number } | null>
}
