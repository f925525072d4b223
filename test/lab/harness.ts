import { cpSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStorage, type Storage } from '../../src/app/storage.ts'
import { createSteadyClock } from '../../src/clock.ts'
import type { BoardConfig, Inventory } from '../../src/config/types.ts'
import type { FileServers } from '../../src/lab/files/named.ts'
import { createLab } from '../../src/lab/index.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { isFinal } from '../../src/lab/runs/run-state.ts'
import type { Origin, Person, Run } from '../../src/lab/types.ts'
import { silentLog } from '../../src/log.ts'
import { createMemoryLeaseStore } from '../../src/storage/index.ts'
import type { LeaseStore } from '../../src/storage/types.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'
import { anInventory } from './samples.ts'
import { createScriptedSite, type ScriptedSite } from './scripted-site.ts'

export const MEI: Person = { id: 'mei', name: 'mei', platform: 'terminal' }
export const KAI: Person = { id: 'kai', name: 'kai', platform: 'terminal' }
export const HERE: Origin = { channel: 'terminal', place: 'here' }

export type LabUnderTest = {
  lab: Lab
  site: ScriptedSite
  clock: FakeClock
  storage: Storage
  leaseStore: LeaseStore
  inventory: Inventory
  /** What the next reload reads. */
  next: { inventory: Inventory }
  /** Delivers everything that is owed, as a channel would. */
  deliver(): Promise<void>
  /** A new lab, with a new site, on the data as it lies on the disk right now: what a kill would leave behind. */
  restart(dead?: readonly string[], boards?: readonly BoardConfig[]): Promise<LabUnderTest>
  close(): Promise<void>
}

/** A run's record once it has come to its end. */
export async function ended({ lab }: LabUnderTest, id: string): Promise<Run> {
  return await until(async () => {
    const run = await lab.run(id)
    return run !== null && isFinal(run.state) ? run : null
  }, `${id} ends`)
}

type Options = {
  boards: readonly BoardConfig[]
  inventory?: Partial<Inventory>
  dir?: string
  clock?: FakeClock
  /** Boards that do not answer from the beginning. */
  dead?: readonly string[]
  /** What a restart left behind: the killed lab still has its files open. */
  before?(): Promise<void>
  /** Which addresses results may be posted to. */
  checkCallback?(url: string): void
  /** Where files at addresses are fetched from. */
  web?: FileServers
  /** Stores that do something else than the real ones. */
  stores?(storage: Storage): Partial<Storage>
}

/** The real lab on real stores in a folder of its own; only the site does as it is told. */
export async function openLab(options: Options): Promise<LabUnderTest> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'boardroom-')))
  const clock = options.clock ?? createFakeClock()
  const exit = (error: Error): void => {
    throw error
  }
  const environment = { dataDir: dir, artifactDir: join(dir, 'artifacts') }
  const storage = await openStorage({ environment, clock, log: silentLog, exit })
  const inventory = anInventory(options.boards, options.inventory)
  const site = createScriptedSite()
  for (const board of options.dead ?? []) site.dead.add(board)
  const next = { inventory }
  const leaseStore = createMemoryLeaseStore({ clock })
  const lab = await createLab({
    ...storage,
    ...options.stores?.(storage),
    leaseStore,
    siteOf: () => site,
    inventory,
    readInventory: async () => next.inventory,
    publicUrl: () => 'http://lab.test',
    ...(options.web === undefined ? {} : { web: options.web }),
    ...(options.checkCallback === undefined ? {} : { checkCallback: options.checkCallback }),
    consoleAddress: () => ({ host: 'lab.test', port: 7023 }),
    clock: createSteadyClock(clock),
    log: silentLog,
  })
  await lab.start()
  const close = async (): Promise<void> => {
    await lab.stop()
    await storage.close()
    await rm(dir, { recursive: true, force: true })
    await options.before?.()
  }
  return {
    lab,
    site,
    clock,
    storage,
    leaseStore,
    inventory,
    next,
    async deliver() {
      for (const item of lab.owed.items()) await lab.owed.settled(item.key, 'delivered')
    },
    async restart(dead = [], boards = options.boards) {
      const left = await mkdtemp(join(tmpdir(), 'boardroom-'))
      cpSync(dir, left, { recursive: true, verbatimSymlinks: true })
      for (const name of await readdir(left)) if (name.startsWith('lock.')) await rm(join(left, name))
      return await openLab({ ...options, boards, dir: left, clock, dead, before: close })
    },
    close,
  }
}
