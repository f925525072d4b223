import { Low } from 'lowdb'
import { messageOf, StorageError } from '../errors.ts'
import { type StorageDeps, spaceFor } from './deps.ts'
import { cannotOpen, realDisk } from './disk.ts'
import { createJournalAdapter } from './journal-adapter.ts'
import type { Sequence, StateModel, Store } from './types.ts'

/** Limits: when a checkpoint is due; the ballast is only the store's where it has a space of its own. */
export type StoreOptions<S, O> = StorageDeps & {
  dir: string
  model: StateModel<S, O>
  limits?: { logBytes?: number; operations?: number; ballastBytes?: number }
}

// Reading 20,000 operations again takes about 50 ms at start-up; a checkpoint of a busy lab's state takes 3.
const OPERATIONS = 20_000
const LOG_BYTES = 16 * 1024 * 1024

/** Throws StorageError when the data cannot be used: damaged, newer, no permission, no room. Nothing is changed then. */
export async function openStore<S, O>(options: StoreOptions<S, O>): Promise<Store<S, O>> {
  const { dir, model, log, clock, exit, limits = {} } = options
  const [space, closeSpace] = await spaceFor(dir, options, limits.ballastBytes)
  let refusal: StorageError | null = null

  const journal = createJournalAdapter<S, O>({
    dir,
    model,
    log,
    clock,
    space,
    disk: options.disk ?? realDisk,
    fatal,
  })
  const db = new Low<S>(journal, model.initial())
  await db.read().catch(async (error: unknown) => {
    closeSpace()
    await journal.close()
    throw cannotOpen(dir, error)
  })

  function fatal(error: StorageError): void {
    if (refusal !== null) return
    refusal = error
    journal.halt()
    log.error({ error, dir }, `the store stops: ${error.message}`)
    exit(error)
  }

  function commit(operations: readonly O[]): Promise<Sequence> {
    if (refusal !== null) return Promise.reject(refusal)
    const before = journal.sequence
    if (operations.length === 0) return settled().then(() => before)
    const text = JSON.stringify(operations)
    apply(text, before + 1)
    // Applying may have been what failed.
    if (refusal !== null) return Promise.reject(refusal)
    const stored = journal.append(text, operations.length)
    checkpointIfDue()
    return stored
  }

  /** What is applied is what is stored, read back: the state after a restart cannot differ by an alias or an undefined. */
  function apply(text: string, sequence: Sequence): void {
    try {
      for (const operation of JSON.parse(text) as O[]) model.apply(db.data, operation, sequence)
    } catch (error) {
      fatal(
        new StorageError('apply', `commit ${sequence} could not be applied: ${messageOf(error)}`, {
          hint: 'This is a fault of the product; please report it. It starts again from what is stored.',
          cause: error,
        }),
      )
    }
  }

  function checkpointIfDue(): void {
    const { bytes, operations } = journal.since
    const due = bytes >= (limits.logBytes ?? LOG_BYTES) || operations >= (limits.operations ?? OPERATIONS)
    if (!due || space.full) return
    // The adapter has called `fatal` already when it rejects.
    db.write().catch(() => {})
  }

  async function settled(): Promise<void> {
    await journal.settled()
    if (refusal !== null) throw refusal
  }

  return {
    get state() {
      return db.data
    },
    get sequence() {
      return journal.sequence
    },
    commit,
    settled,
    health: () => space.health(),
    async close() {
      refusal ??= new StorageError('closed', 'the store is closed', {
        hint: 'The process is stopping; ask again when it is back.',
      })
      closeSpace()
      await journal.close()
    },
  }
}
