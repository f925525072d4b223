import { existsSync } from 'node:fs'
import { access, constants, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError, StorageError } from '../errors.ts'
import { buildFolder } from './adopt.ts'
import { dayOf } from './day.ts'
import { type StorageDeps, spaceFor } from './deps.ts'
import { cannotOpen, isFull, makeFolder, realDisk, replaceFile } from './disk.ts'
import { type Growth, openGrowth } from './growing-file.ts'
import { type Files, manifestText } from './manifest.ts'
import { checkFileName, checkOwner, isOwner } from './names.ts'
import {
  bytesOf,
  currentFiles,
  filePath,
  loadFolder,
  manifestPath,
  newestOf,
  newFolder,
  type OwnerFolder,
  UNKNOWN_TYPE,
} from './owner-folder.ts'
import { createRemoval } from './removal.ts'
import { noRoom, openStaging } from './staging.ts'
import { readTimed } from './timed-read.ts'
import { timesPath } from './times.ts'
import { openTombstones } from './tombstones.ts'
import type { Artifacts, GrowingFile, Staged, StoredFile, TimedBytes } from './types.ts'

/**
 * `.staging` what is on its way in, `.trash` what is on its way out, `.removed` what went and why, and a folder an
 * owner. Sizes and sums are in memory and in each owner's manifest.
 */
export async function openArtifacts(options: StorageDeps & { dir: string }): Promise<Artifacts> {
  const { dir, clock, log } = options
  const disk = options.disk ?? realDisk
  await prepare(dir).catch((error: unknown) => {
    throw cannotOpen(dir, error)
  })
  const [space, closeSpace] = await spaceFor(dir, options, 0)
  const staging = await openStaging(join(dir, '.staging'), clock, space)
  const tombstones = await openTombstones(join(dir, '.removed'), { ...options, space })
  const folders = new Map<string, OwnerFolder>()
  const removal = createRemoval(dir, folders, tombstones, log)

  await emptyTrash()
  for (const owner of (await readdir(dir)).filter(isOwner)) {
    if (tombstones.get(owner) !== null) {
      await rm(join(dir, owner), { recursive: true, force: true })
      continue
    }
    const { folder, repaired } = await loadFolder(dir, owner, log)
    folders.set(owner, folder)
    if (repaired) await save(folder)
  }

  /** A kill between taking away and writing it down: the tombstone is made up for. */
  async function emptyTrash(): Promise<void> {
    for (const owner of await readdir(join(dir, '.trash'))) {
      if (tombstones.get(owner) === null) await tombstones.add(owner, 'removed')
      await rm(join(dir, '.trash', owner), { recursive: true, force: true })
    }
  }

  /** Without room it is left for the next time; at the next start it is made again from the files. */
  function save(folder: OwnerFolder): Promise<void> {
    const { owner } = folder
    folder.saving = folder.saving
      .catch(() => {})
      .then(async () => {
        await makeFolder(join(dir, owner))
        await replaceFile(disk, manifestPath(dir, owner), manifestText(folder.files))
      })
      .catch((error: unknown) => {
        if (!isFull(error)) throw error
        space.noticeFull()
        log.warn({ owner }, `no room for the manifest of ${owner}; it is made again at the next start`)
      })
    return folder.saving
  }

  function folderOf(owner: string): OwnerFolder {
    refuseRemoved(checkOwner(owner))
    const folder = folders.get(owner) ?? newFolder(owner)
    folders.set(owner, folder)
    return folder
  }

  function refuseRemoved(owner: string): void {
    const stone = tombstones.get(owner)
    if (stone === null) return
    throw new InputError(`the files of ${owner} were removed on ${dayOf(stone.at)}: ${stone.reason}`, {
      hint: 'Run it again to have them anew.',
      field: 'owner',
    })
  }

  function adopt(owner: string, staged: readonly Staged[]): void {
    refuseRemoved(checkOwner(owner))
    if (folders.has(owner) || existsSync(join(dir, owner))) throw alreadyThere(owner)
    const storedAt = clock.now()
    const files: Files = new Map()
    const sources = new Map<string, string>()
    for (const file of staged) {
      const { name, size, sha256 } = file
      files.set(name, { name, size, sha256, type: UNKNOWN_TYPE, storedAt })
      sources.set(name, staging.path(file))
    }
    if (files.size < staged.length) throw alreadyThere(staged.map(file => file.name).join(', '))
    try {
      buildFolder(dir, owner, files, sources)
    } catch (error) {
      if (!isFull(error)) throw error
      space.noticeFull()
      throw noRoom(`the files of ${owner}`)
    }
    for (const file of staged) staging.forget(file)
    folders.set(owner, newFolder(owner, files))
  }

  async function open(owner: string, name: string, type: string): Promise<GrowingFile> {
    const folder = folderOf(owner)
    if (folder.growing.has(checkFileName(name))) throw alreadyThere(`${owner}/${name}, open`)
    folder.growing.set(name, null)
    const path = filePath(dir, owner, name)
    let growth: Growth | null = null
    try {
      growth = await openGrowth({ path, clock, space, log })
      folder.growing.set(name, growth)
      folder.files.set(name, { name, size: growth.size, sha256: '', type, storedAt: clock.now() })
      await save(folder)
      return growingFile(folder, growth, name, type)
    } catch (error) {
      folder.growing.delete(name)
      // Nobody else would ever close it.
      await growth?.finish().catch(() => {})
      throw error
    }
  }

  function growingFile(folder: OwnerFolder, growth: Growth, name: string, type: string): GrowingFile {
    let sealed: Promise<StoredFile> | null = null
    return {
      append: growth.append,
      seal() {
        sealed ??= seal(folder, growth, name, type)
        return sealed
      },
      get size() {
        return growth.size
      },
      get dropped() {
        return growth.dropped
      },
    }
  }

  async function seal(folder: OwnerFolder, growth: Growth, name: string, type: string): Promise<StoredFile> {
    try {
      const file = { name, ...(await growth.finish()), type, storedAt: clock.now() }
      await record(folder, file)
      return file
    } finally {
      folder.growing.delete(name)
      removal.freed(folder)
    }
  }

  async function record(folder: OwnerFolder, file: StoredFile): Promise<void> {
    await disk.syncFolder(join(dir, folder.owner, 'files'))
    folder.files.set(file.name, file)
    await save(folder)
  }

  async function put(owner: string, name: string, type: string, content: Uint8Array): Promise<StoredFile> {
    const folder = folderOf(owner)
    if (folder.growing.has(checkFileName(name))) throw alreadyThere(`${owner}/${name}, open`)
    return await add(owner, await staging.stage(name, [content], content.length), type)
  }

  async function add(owner: string, staged: Staged, type: string): Promise<StoredFile> {
    const { name, size, sha256 } = staged
    const folder = folderOf(owner)
    if (folder.growing.has(checkFileName(name))) throw alreadyThere(`${owner}/${name}, open`)
    await makeFolder(join(dir, owner, 'files'))
    await rename(staging.path(staged), filePath(dir, owner, name))
    staging.forget(staged)
    const file = { name, size, sha256, type, storedAt: clock.now() }
    await record(folder, file)
    return file
  }

  async function discard(owner: string, names: readonly string[]): Promise<void> {
    const folder = folders.get(checkOwner(owner))
    const gone = names.filter(name => folder?.files.has(name) === true && !folder.growing.has(name))
    if (folder === undefined || gone.length === 0) return
    for (const name of gone) {
      folder.files.delete(name)
      const path = filePath(dir, owner, name)
      for (const each of [path, timesPath(path)]) await rm(each, { force: true })
    }
    await save(folder)
  }

  async function* read(
    owner: string,
    name: string,
    from = 0,
    to = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<TimedBytes> {
    const held = await removal.hold(owner, name)
    if (held === null) return
    try {
      yield* readTimed(held.path, from, Math.min(to, held.file.size), held.file.storedAt)
    } finally {
      held.release()
    }
  }

  async function close(): Promise<void> {
    closeSpace()
    for (const { growing } of folders.values()) {
      for (const growth of growing.values()) await growth?.finish()
    }
    await removal.settled()
    await tombstones.close()
  }

  return {
    stage: async (name, content, limit) => {
      // Its own errors reach us as we read; one that comes before must not bring the process down.
      content.on('error', () => {})
      return await staging.stage(name, content, limit).finally(() => content.destroy())
    },
    path: staging.path,
    drop: staging.drop,
    adopt,
    open,
    put,
    add,
    discard,
    list: async owner => currentFiles(folders.get(owner) ?? newFolder(owner)),
    owners: async () =>
      Array.from(folders.values(), folder => ({
        owner: folder.owner,
        bytes: bytesOf(folder),
        newest: newestOf(folder),
      })),
    hold: removal.hold,
    read,
    remove: removal.remove,
    tombstone: owner => tombstones.get(owner),
    totalBytes: async () => Array.from(folders.values(), bytesOf).reduce((sum, bytes) => sum + bytes, 0),
    close,
  }
}

async function prepare(dir: string): Promise<void> {
  await makeFolder(join(dir, '.trash'))
  await access(dir, constants.W_OK)
}

function alreadyThere(what: string): StorageError {
  return new StorageError('exists', `${what} is stored already`, {
    hint: 'This is a fault of the product; please report it.',
  })
}
