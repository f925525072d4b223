import type { Adapter } from 'lowdb'
import type { Clock } from '../clock.ts'
import { messageOf, StorageError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type AppendTarget, appendTarget } from './append-target.ts'
import { createAppender } from './appender.ts'
import { type Disk, isFull, makeFolder, replaceFile, writeFailed } from './disk.ts'
import {
  frameLine,
  lineBody,
  listJournal,
  logPath,
  type Recovered,
  recoverJournal,
  snapshotPath,
  snapshotText,
} from './journal.ts'
import type { Space } from './space.ts'
import type { Sequence, StateModel } from './types.ts'

/**
 * lowdb's adapter over the journal. lowdb's own files are O(all data) a write and never synced (stack.md 3), so here
 * `read` is the newest snapshot and the logs since, `append` is what every commit does, and `write` is a checkpoint.
 */
export type JournalAdapter<S> = Adapter<S> & {
  /** Of the last commit taken. */
  readonly sequence: Sequence
  /** Log bytes and operations since the last checkpoint began. */
  readonly since: { bytes: number; operations: number }
  /** Takes a commit, its operations as JSON; resolves when it is on disk. */
  append(operations: string, count: number): Promise<Sequence>
  settled(): Promise<void>
  /** No checkpoint any more: the state in memory is not to be trusted. */
  halt(): void
  close(): Promise<void>
}

export type JournalOptions<S, O> = {
  dir: string
  model: StateModel<S, O>
  log: Log
  clock: Clock
  space: Space
  disk: Disk
  fatal(error: StorageError): void
}

type OpenLog = { generation: number; target: AppendTarget; close(): Promise<void> }

export function createJournalAdapter<S, O>(options: JournalOptions<S, O>): JournalAdapter<S> {
  const { dir, model, log, disk, space } = options
  let sequence: Sequence = 0
  let durable: Sequence = 0
  let since = { bytes: 0, operations: 0 }
  let base = 1
  let current: OpenLog | null = null
  let next: OpenLog | null = null
  let checkpointing: Promise<void> | null = null
  let stopped = false

  const appender = createAppender({
    space,
    clock: options.clock,
    frame: body => frameLine(durable, body),
    fatal(error) {
      stopped = true
      options.fatal(error)
    },
  })

  async function read(): Promise<S> {
    await makeFolder(dir)
    const found = await recoverJournal(dir, model.version, log)
    const state = rebuild(model, found)
    await tidy(found)
    sequence = durable = found.sequence
    base = found.base
    current = await openLog(found.tail.generation, found.tail.size)
    since = {
      bytes: found.tail.size,
      operations: found.lines.reduce((sum, line) => sum + line.operations.length, 0),
    }
    next = await openNext(found.tail.generation + 1)
    return state
  }

  async function tidy({ tail }: Recovered): Promise<void> {
    if (tail.torn > 0)
      log.warn({ dir, ...tail }, 'the journal ended in a torn line, never answered for; cut off')
    const files = await listJournal(dir)
    for (const path of files.temporary) await disk.unlink(path)
    for (const generation of files.logs.filter(g => g > tail.generation + 1))
      await disk.unlink(logPath(dir, generation))
  }

  async function openLog(generation: number, size: number): Promise<OpenLog> {
    const path = logPath(dir, generation)
    const file = await disk.open(path)
    try {
      await file.truncate(size)
      // What was found but never synced before a kill is about to be answered for.
      await file.sync()
      await disk.syncFolder(dir)
    } catch (error) {
      await file.close()
      throw error
    }
    return { generation, target: appendTarget(path, size, use => use(file)), close: () => file.close() }
  }

  /** Null when the disk is full: then the present log simply grows on. */
  async function openNext(generation: number): Promise<OpenLog | null> {
    try {
      return await openLog(generation, 0)
    } catch (error) {
      if (!isFull(error)) throw error
      space.noticeFull()
      return null
    }
  }

  async function append(operations: string, count: number): Promise<Sequence> {
    if (current === null) throw notRead(dir)
    const mine = ++sequence
    const body = lineBody(model.version, mine, operations)
    since.bytes += body.length
    since.operations += count
    await appender.append(current.target, body)
    durable = mine
    return mine
  }

  async function checkpoint(state: S): Promise<void> {
    if (current === null) throw notRead(dir)
    next ??= await openNext(current.generation + 1)
    if (next === null || stopped) return
    // From here to the switch is one tick: the snapshot holds every commit of the old log and none of the new.
    const text = snapshotText(model.version, sequence, state)
    const old = current
    const { generation } = next
    current = next
    next = null
    since = { bytes: 0, operations: 0 }
    await appender.settled()
    await old.close()
    if (stopped) return
    if (await writeSnapshot(generation, text)) await dropOlder(generation)
    next = await openNext(generation + 1)
  }

  async function writeSnapshot(generation: number, text: string): Promise<boolean> {
    const path = snapshotPath(dir, generation)
    try {
      await replaceFile(disk, path, text)
      return true
    } catch (error) {
      if (!isFull(error)) throw error
      space.noticeFull()
      log.warn({ path }, 'no room for a snapshot; the logs are kept until there is')
      return false
    }
  }

  /** Keeps the generation before this one too: its snapshot and logs stand in for a damaged snapshot. */
  async function dropOlder(generation: number): Promise<void> {
    const files = await listJournal(dir)
    for (const old of files.snapshots.filter(g => g < base)) await disk.unlink(snapshotPath(dir, old))
    for (const old of files.logs.filter(g => g < base)) await disk.unlink(logPath(dir, old))
    base = generation
  }

  function write(state: S): Promise<void> {
    checkpointing ??= checkpoint(state)
      .catch((error: unknown) => {
        const failure = writeFailed(dir, error)
        stopped = true
        options.fatal(failure)
        throw failure
      })
      .finally(() => {
        checkpointing = null
      })
    return checkpointing
  }

  async function close(): Promise<void> {
    // A checkpoint under way is finished, unless it holds commits that were refused just now.
    if (!(await appender.close())) stopped = true
    await checkpointing?.catch(() => {})
    stopped = true
    await current?.close()
    await next?.close()
  }

  return {
    read,
    write,
    append,
    close,
    settled: () => appender.settled(),
    halt() {
      stopped = true
    },
    get sequence() {
      return sequence
    },
    get since() {
      return since
    },
  }
}

function rebuild<S, O>(model: StateModel<S, O>, found: Recovered): S {
  const upgraded = (version: number, kind: 'snapshot' | 'operation', value: unknown): unknown =>
    version < model.version ? model.upgrade(version, kind, value) : value
  const { snapshot } = found
  // What was stored by this model, or brought up to it, is of its types.
  const state =
    snapshot === null ? model.initial() : (upgraded(snapshot.version, 'snapshot', snapshot.state) as S)
  for (const { version, sequence, operations } of found.lines) {
    try {
      for (const operation of operations)
        model.apply(state, upgraded(version, 'operation', operation) as O, sequence)
    } catch (error) {
      throw new StorageError('unreadable', `commit ${sequence} cannot be applied: ${messageOf(error)}`, {
        hint: 'This is a fault of the product: keep a copy of the data directory and report it; the version before may still start.',
        details: { sequence },
        cause: error,
      })
    }
  }
  return state
}

function notRead(dir: string): StorageError {
  return new StorageError('closed', `the journal in ${dir} was not read yet`, { hint: 'Read it first.' })
}
