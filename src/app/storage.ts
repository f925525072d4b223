import type { Clock } from '../clock.ts'
import type { Environment } from '../config/types.ts'
import type { StorageError } from '../errors.ts'
import { labModel, type Operation } from '../lab/index.ts'
import { addToTally, type RunSummary, summarize, type Tally } from '../lab/records.ts'
import type { LabState, Lease, PowerEvent, Run } from '../lab/types.ts'
import type { Log } from '../log.ts'
import {
  dataLayout,
  openArtifacts,
  openAudit,
  openHistory,
  openRollup,
  openSpace,
  openStore,
  type StorageDeps,
  takeLock,
} from '../storage/index.ts'

export type Storage = Awaited<ReturnType<typeof openStorage>>

export type StorageOptions = {
  environment: Pick<Environment, 'dataDir' | 'artifactDir'>
  clock: Clock
  log: Log
  exit(error: StorageError): void
  /** Another disk than the real one: where a test puts a power cut or a kill between two steps of it. */
  disk?: NonNullable<StorageDeps['disk']>
}

/**
 * Opens everything under the data directory, which one process owns. Throws StorageError naming the holder, the
 * damage, or what is missing; then nothing is left open.
 */
export async function openStorage({ environment, clock, log, exit, disk }: StorageOptions) {
  const { dataDir, artifactDir } = environment
  const layout = dataLayout(dataDir, artifactDir)
  const stack = new AsyncDisposableStack()
  try {
    const lock = await takeLock({ dir: dataDir, clock, log })
    stack.defer(() => lock.release())
    const space = await openSpace({ dir: dataDir, clock, log })
    stack.defer(() => space.close())
    const deps = { clock, log, exit, space, ...(disk === undefined ? {} : { disk }) }
    const store = await openStore<LabState, Operation>({
      ...deps,
      dir: layout.journal,
      model: labModel,
    })
    stack.defer(() => store.close())
    const dir = layout.history
    const runs = await openHistory<Run, RunSummary>({ ...deps, dir, kind: 'runs', summarize })
    stack.defer(() => runs.close())
    const leases = await openHistory<Lease, null>({ ...deps, dir, kind: 'leases', summarize: () => null })
    stack.defer(() => leases.close())
    const power = await openHistory<PowerEvent, { board: string }>({
      ...deps,
      dir,
      kind: 'power',
      summarize: ({ board }) => ({ board }),
    })
    stack.defer(() => power.close())
    const tallies = await openRollup<Run, Tally>({
      ...deps,
      dir: layout.rollup,
      name: 'tests',
      history: runs,
      empty: () => ({}),
      add: addToTally,
      // Version 1 had no cases: what was summed without them is summed without them.
      version: 2,
      upgrade: (_, sum) => sum,
    })
    const audit = await openAudit({ ...deps, dir: layout.audit })
    stack.defer(() => audit.close())
    const artifacts = await openArtifacts({ ...deps, dir: layout.artifacts })
    stack.defer(() => artifacts.close())
    const open = stack.move()
    return { store, runs, leases, power, tallies, audit, artifacts, close: () => open.disposeAsync() }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}
