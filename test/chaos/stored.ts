import { join } from 'node:path'
import { labModel, type Operation } from '../../src/lab/index.ts'
import type { AuditEntry, LabState, Run } from '../../src/lab/types.ts'
import { silentLog } from '../../src/log.ts'
import { dataLayout } from '../../src/storage/index.ts'
import { recoverJournal } from '../../src/storage/journal.ts'
import { readDays } from './read-days.ts'

/** What is on the disk, read without changing anything. */
export type Stored = {
  live: LabState
  history: ReadonlyMap<string, Run>
  audited: readonly AuditEntry[]
  /** Lines of history and audit that are not whole. */
  torn: number
}

export async function readStored(dir: string): Promise<Stored> {
  const layout = dataLayout(join(dir, 'data'))
  const runs = await readDays<{ r: Run }>(join(layout.history, 'runs'))
  const audit = await readDays<{ entry: AuditEntry }>(layout.audit)
  return {
    live: await liveState(layout.journal),
    history: new Map(runs.records.map(({ r }) => [r.id, r])),
    audited: audit.records.map(({ entry }) => entry),
    torn: runs.torn + audit.torn,
  }
}

async function liveState(journal: string): Promise<LabState> {
  const found = await recoverJournal(journal, labModel.version, silentLog)
  const state = found.snapshot === null ? labModel.initial() : (found.snapshot.state as LabState)
  for (const { sequence, operations } of found.lines)
    for (const operation of operations) labModel.apply(state, operation as Operation, sequence)
  return state
}
