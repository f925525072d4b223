import { lstat, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { bytesOf, currentFile, filePath, isHeld, type OwnerFolder } from './owner-folder.ts'
import type { Tombstones } from './tombstones.ts'
import type { Artifacts } from './types.ts'

/** Lending files to readers, and taking an owner's files away, which must not meet. */
export type Removal = Pick<Artifacts, 'hold' | 'remove'> & {
  /** Takes a folder away that was only waiting for this. */
  freed(folder: OwnerFolder): void
  settled(): Promise<void>
}

export function createRemoval(
  dir: string,
  folders: Map<string, OwnerFolder>,
  tombstones: Tombstones,
  log: Log,
): Removal {
  const leaving = new Set<Promise<void>>()

  async function hold(owner: string, name: string): ReturnType<Artifacts['hold']> {
    const folder = folders.get(owner)
    const file = folder === undefined ? null : currentFile(folder, name)
    if (folder === undefined || file === null) return null
    const path = filePath(dir, owner, name)
    let held = true
    folder.holds++
    const release = (): void => {
      if (!held) return
      held = false
      folder.holds--
      freed(folder)
    }
    if (await isFile(path)) return { path, file, release }
    release()
    return null
  }

  async function remove(owner: string, reason: string): Promise<number> {
    const folder = folders.get(owner)
    if (folder === undefined) return 0
    const bytes = bytesOf(folder)
    folders.delete(owner)
    folder.leaving = reason
    // Not waited for: on a full disk it is only taking away that makes the room for this line.
    tombstones.add(owner, reason).catch((error: unknown) => log.error({ owner, error }, 'no tombstone'))
    if (!isHeld(folder)) await leave(folder)
    return bytes
  }

  function freed(folder: OwnerFolder): void {
    if (folder.leaving === null || isHeld(folder)) return
    const going = leave(folder)
      .catch((error: unknown) => log.warn({ owner: folder.owner }, `not removed yet: ${messageOf(error)}`))
      .finally(() => leaving.delete(going))
    leaving.add(going)
  }

  /** Out of sight in one step, then file by file. */
  async function leave({ owner, saving }: OwnerFolder): Promise<void> {
    await saving.catch(() => {})
    const trash = join(dir, '.trash', owner)
    await rename(join(dir, owner), trash)
    await rm(trash, { recursive: true, force: true })
  }

  return {
    hold,
    remove,
    freed,
    settled: async () => void (await Promise.all(leaving)),
  }
}

/** Not what a link leads to: somebody who can write here must not choose what is read. */
async function isFile(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isFile() ?? false
}
