import type { Millis } from '../clock.ts'
import { parseId } from '../ids.ts'
import type { Core } from './core.ts'
import { CAUSE_OF, raise, resolve } from './mail/alerts.ts'

const DAY_MS = 24 * 3_600_000

export function dayOf(at: Millis): string {
  return new Date(at).toISOString().slice(0, 10)
}

export type StoredOwner = { owner: string; bytes: number; newest: Millis }

/**
 * Whose files go: all older than the days of retention, then the oldest until the rest fits (M7.2). What is in use
 * is exempt from both. Pure; the order of its input does not matter.
 */
export function toRemove(
  owners: readonly StoredOwner[],
  inUse: (owner: string) => boolean,
  limits: { olderThan: Millis; maxBytes: number },
): { remove: readonly { owner: string; why: 'age' | 'size' }[]; stillOver: boolean } {
  const oldestFirst = [...owners].sort((a, b) => a.newest - b.newest || (a.owner < b.owner ? -1 : 1))
  let total = owners.reduce((sum, entry) => sum + entry.bytes, 0)
  const remove: { owner: string; why: 'age' | 'size' }[] = []
  for (const { owner, bytes, newest } of oldestFirst) {
    if (inUse(owner)) continue
    const why = newest < limits.olderThan ? 'age' : total > limits.maxBytes ? 'size' : null
    if (why === null) continue
    remove.push({ owner, why })
    total -= bytes
  }
  return { remove, stillOver: total > limits.maxBytes }
}

/** Removes what retention says (M6.5, M7.2, M7.4), closes the days of the roll-up first. Repeating is safe. */
export async function retain(core: Core): Promise<void> {
  const { settings } = core.current.inventory
  const now = core.clock.now()
  await core.tallies.roll(dayOf(now))
  await core.tallies.dropBefore(dayOf(now - settings.rollupDays * DAY_MS))
  await core.runs.dropBefore(dayOf(now - settings.retentionDays * DAY_MS))
  await core.leases.dropBefore(dayOf(now - settings.rollupDays * DAY_MS))
  await core.power.dropBefore(dayOf(now - settings.rollupDays * DAY_MS))
  const limits = { olderThan: now - settings.retentionDays * DAY_MS, maxBytes: settings.maxDiskBytes }
  const { remove, stillOver } = toRemove(
    await core.artifacts.owners(),
    owner => core.state().runs[owner] !== undefined || core.state().leases[owner] !== undefined,
    limits,
  )
  for (const { owner, why } of remove) {
    const reason =
      why === 'age'
        ? `older than ${settings.retentionDays} days (ARTIFACT_RETENTION_DAYS)`
        : `the store is over ${Math.round(settings.maxDiskBytes / 1e9)} GB, and these were the oldest`
    await core.artifacts.remove(owner, reason)
    core.log.info({ owner, why }, 'artifacts removed')
  }
  const text =
    'The artifact store is over its size and everything left in it is in use: free room, or raise MAX_DISK_USAGE_GB.'
  const alert = stillOver ? raise(core, CAUSE_OF.artifacts, text) : resolve(core, CAUSE_OF.artifacts)
  if (alert.length > 0) await core.commit(...alert)
}

/** Folders of tests that were never acknowledged: a kill came between adopting a file and storing the test. */
export async function removeOrphans(core: Core): Promise<void> {
  let highest = 0
  for (const { owner } of await core.artifacts.owners()) {
    const number = parseId('T', owner)
    if (number === null || number <= core.state().counters.T) continue
    await core.artifacts.remove(owner, 'its test was never accepted')
    highest = Math.max(highest, number)
  }
  // A removed name is not written again, so the next test takes the next number.
  if (highest > 0) await core.commit({ o: 'run/numbers-taken', to: highest })
}
