import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Files, manifestText } from './manifest.ts'

/**
 * Makes an owner's folder beside the store, manifest and all, and puts it in place with one rename, so that a folder
 * with half of its files never shows. Synchronous, to be in the same tick as the operation that names the owner.
 */
export function buildFolder(
  dir: string,
  owner: string,
  files: Files,
  sources: ReadonlyMap<string, string>,
): void {
  const building = join(dir, '.staging', `adopt-${owner}`)
  try {
    mkdirSync(join(building, 'files'), { recursive: true })
    mkdirSync(join(building, 'times'))
    for (const [name, source] of sources) renameSync(source, join(building, 'files', name))
    writeFileSync(join(building, 'manifest.json'), manifestText(files))
    renameSync(building, join(dir, owner))
  } catch (error) {
    rmSync(building, { recursive: true, force: true })
    throw error
  }
  syncFolder(dir)
}

/**
 * One sync, because everybody waits for it: ext4, XFS and btrfs commit changes of names in order, so the renames
 * before are on disk with it. The files were synced when they were staged; a manifest that is not is made again.
 */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
