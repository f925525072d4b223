import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Disk, type DiskFile, realDisk } from '../../src/storage/disk.ts'

/**
 * A disk whose power is cut at a chosen step. What was written and not synced is then there, not there, there in
 * part, as zeros or as garbage; a name that was made, moved or removed and not synced is as it was or as it became.
 */
export type PowerCutDisk = {
  disk: Disk
  /** Resolves when the power is gone; from then on no step ever ends. */
  cut: Promise<void>
  /** Leaves in `dir` what a machine that comes up again would find. */
  survive(dir: string): Promise<void>
}

type Write = { position: number; bytes: Buffer } | { truncate: number }
type Inode = { durable: Buffer; unsynced: Write[] }
type NameChange = { remove?: string; add?: { path: string; inode: Inode } }
/** The next of a stream of numbers in 0..n-1. */
export type Chance = (n: number) => number

export function createPowerCutDisk(cutAt: number, chance: Chance): PowerCutDisk {
  const names = new Map<string, Inode>()
  let durableNames = new Map<string, Inode>()
  let unsyncedNames: NameChange[] = []
  const handles = new Set<DiskFile>()
  const { promise: cut, resolve } = Promise.withResolvers<void>()
  let steps = 0
  let over = false

  /** True at the step during which the power goes; never returns at any later one. */
  async function step(): Promise<boolean> {
    steps++
    if (steps > cutAt) return await new Promise<never>(() => {})
    return steps === cutAt
  }

  async function end(): Promise<never> {
    resolve()
    return await new Promise<never>(() => {})
  }

  function change(what: NameChange): void {
    if (what.remove !== undefined) names.delete(what.remove)
    if (what.add !== undefined) names.set(what.add.path, what.add.inode)
    unsyncedNames.push(what)
  }

  function inodeAt(path: string): Inode {
    const known = names.get(path)
    if (known !== undefined) return known
    const inode: Inode = { durable: Buffer.alloc(0), unsynced: [] }
    change({ add: { path, inode } })
    return inode
  }

  async function open(path: string): Promise<DiskFile> {
    const last = await step()
    const inode = inodeAt(path)
    if (last) return await end()
    const file = await realDisk.open(path)
    if (over) {
      await file.close()
      return await end()
    }
    handles.add(file)
    return {
      async write(bytes, position) {
        const cutHere = await step()
        inode.unsynced.push({ position, bytes: Buffer.from(bytes) })
        if (cutHere) return await end()
        await file.write(bytes, position)
      },
      async truncate(size) {
        const cutHere = await step()
        inode.unsynced.push({ truncate: size })
        if (cutHere) return await end()
        await file.truncate(size)
      },
      async sync() {
        const cutHere = await step()
        // The power may go just before or just after all of it was on the disk.
        if (cutHere && chance(2) === 0) return await end()
        inode.durable = applyAll(inode.durable, inode.unsynced)
        inode.unsynced = []
        if (cutHere) return await end()
      },
      async close() {
        handles.delete(file)
        await file.close()
      },
    }
  }

  const disk: Disk = {
    open,
    async rename(from, to) {
      const last = await step()
      const inode = names.get(from)
      if (inode !== undefined) change({ remove: from, add: { path: to, inode } })
      if (last) return await end()
      await realDisk.rename(from, to)
    },
    async unlink(path) {
      const last = await step()
      change({ remove: path })
      if (last) return await end()
      await realDisk.unlink(path)
    },
    async syncFolder() {
      const last = await step()
      if (last && chance(2) === 0) return await end()
      durableNames = new Map(names)
      unsyncedNames = []
      if (last) return await end()
    },
  }

  async function survive(dir: string): Promise<void> {
    over = true
    for (const file of handles) await file.close()
    const found = new Map(durableNames)
    // Each by itself: a folder's pages go to disk in no order.
    for (const { remove, add } of unsyncedNames.filter(() => chance(2) === 0)) {
      if (remove !== undefined) found.delete(remove)
      if (add !== undefined) found.set(add.path, add.inode)
    }
    for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true })
    for (const [path, inode] of found) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(
        path,
        applyAll(
          inode.durable,
          inode.unsynced.flatMap(write => damage(write, chance)),
        ),
      )
    }
  }

  return { disk, cut, survive }
}

function applyAll(content: Buffer, writes: readonly Write[]): Buffer {
  let bytes = content
  for (const write of writes) {
    const size =
      'truncate' in write ? write.truncate : Math.max(bytes.length, write.position + write.bytes.length)
    const next = Buffer.alloc(size)
    bytes.copy(next, 0, 0, Math.min(bytes.length, size))
    if ('bytes' in write) write.bytes.copy(next, write.position)
    bytes = next
  }
  return bytes
}

/** What may become of one unsynced write. */
function damage(write: Write, chance: Chance): Write[] {
  if ('truncate' in write) return chance(2) === 0 ? [write] : []
  const { position, bytes } = write
  switch (chance(6)) {
    case 0:
      return []
    case 1:
      return [{ position, bytes: bytes.subarray(0, chance(bytes.length + 1)) }]
    case 2:
      return [{ position, bytes: Buffer.alloc(bytes.length) }]
    case 3: {
      const garbage = Buffer.from(bytes)
      for (let at = chance(garbage.length + 1); at < garbage.length; at++) garbage[at] = chance(256)
      return [{ position, bytes: garbage }]
    }
    case 4: {
      // A page in the middle that never came: what follows it is whole.
      const holed = Buffer.from(bytes)
      const start = chance(holed.length + 1)
      holed.fill(0, start, Math.min(holed.length, start + 1 + chance(100)))
      return [{ position, bytes: holed }]
    }
    default:
      return [write]
  }
}
