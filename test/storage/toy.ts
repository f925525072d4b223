import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import type { StorageError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import type { StorageDeps } from '../../src/storage/deps.ts'
import { type Disk, realDisk } from '../../src/storage/disk.ts'
import type { StateModel } from '../../src/storage/types.ts'

/** A state small enough to be checked by eye: sums by key, and how often each numbered operation was applied. */
export type Toy = { sums: Record<string, number>; applied: Record<string, number>; sequences: number[] }
export type ToyOperation = { key: string; by: number; id?: string }

export const toyModel: StateModel<Toy, ToyOperation> = {
  version: 1,
  initial: () => ({ sums: {}, applied: {}, sequences: [] }),
  apply(state, { key, by, id }, sequence) {
    state.sums[key] = (state.sums[key] ?? 0) + by
    if (id !== undefined) state.applied[id] = (state.applied[id] ?? 0) + 1
    if (state.sequences.at(-1) !== sequence) state.sequences.push(sequence)
  },
  upgrade: () => {
    throw new Error('there is nothing older')
  },
}

export async function withFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  try {
    return await use(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * The real disk without its syncs: where nothing pulls the plug they change nothing but the time it takes. Power cuts
 * and kills are tested on disks that have them.
 */
const unsyncedDisk: Disk = {
  ...realDisk,
  open: async path => ({ ...(await realDisk.open(path)), sync: async () => {} }),
  syncFolder: async () => {},
}

/** Dependencies on real files and the real clock; `exits` collects what would have ended the process. */
export function testDeps(): StorageDeps & { exits: StorageError[] } {
  const exits: StorageError[] = []
  return {
    log: silentLog,
    clock: systemClock,
    disk: unsyncedDisk,
    exit: error => void exits.push(error),
    exits,
  }
}

/** The error a promise is rejected with; fails when it is not. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('it was not rejected')
}
