import { readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Millis } from '../clock.ts'
import type { Log } from '../log.ts'
import { isMissing } from './disk.ts'
import { type Growth, hashOf } from './growing-file.ts'
import { type Files, parseManifest } from './manifest.ts'
import type { StoredFile } from './types.ts'

/** The files of one owner: `<owner>/manifest.json`, `<owner>/files/NAME`, `<owner>/times/NAME.idx`. */
export type OwnerFolder = {
  owner: string
  files: Files
  /** Null while it is being opened. */
  growing: Map<string, Growth | null>
  /** Readers of its files right now. */
  holds: number
  /** Its manifest is written one version after the other. */
  saving: Promise<void>
  /** Why it was taken away; it stays on disk until nobody holds it. */
  leaving: string | null
}

export const UNKNOWN_TYPE = 'application/octet-stream'

export function newFolder(owner: string, files: Files = new Map()): OwnerFolder {
  return { owner, files, growing: new Map(), holds: 0, saving: Promise.resolve(), leaving: null }
}

export function manifestPath(dir: string, owner: string): string {
  return join(dir, owner, 'manifest.json')
}

export function filePath(dir: string, owner: string, name: string): string {
  return join(dir, owner, 'files', name)
}

/** As it is now: a file that grows has the size it has, and no sum yet. */
export function currentFile(folder: OwnerFolder, name: string): StoredFile | null {
  const file = folder.files.get(name)
  if (file === undefined) return null
  const growth = folder.growing.get(name)
  return growth === undefined || growth === null ? file : { ...file, size: growth.written, sha256: '' }
}

export function currentFiles(folder: OwnerFolder): StoredFile[] {
  return [...folder.files.keys()].flatMap(name => currentFile(folder, name) ?? [])
}

export function bytesOf(folder: OwnerFolder): number {
  let sum = 0
  for (const { name, size } of folder.files.values()) sum += folder.growing.get(name)?.written ?? size
  return sum
}

export function isHeld(folder: OwnerFolder): boolean {
  return folder.holds > 0 || folder.growing.size > 0
}

export function newestOf(folder: OwnerFolder): Millis {
  return currentFiles(folder).reduce((newest, file) => Math.max(newest, file.storedAt), 0)
}

/**
 * Reads an owner's folder as a kill may have left it: no manifest, a file it does not name, a file that was still
 * growing. `repaired` says that the manifest must be written again.
 */
export async function loadFolder(
  dir: string,
  owner: string,
  log: Log,
): Promise<{ folder: OwnerFolder; repaired: boolean }> {
  const known = readManifest(dir, owner)
  const names = inOrder(known, listNames(join(dir, owner, 'files')))
  const files: Files = new Map()
  let repaired = known === null || known.size !== names.length
  for (const name of names) {
    const file = known?.get(name)
    const whole = file !== undefined && file.sha256 !== ''
    files.set(name, whole ? file : await measure(filePath(dir, owner, name), name, file?.type))
    if (!whole) repaired = true
  }
  if (repaired)
    log.warn({ owner, files: names.length }, `the manifest of ${owner} was made again from its files`)
  return { folder: newFolder(owner, files), repaired }
}

/** As they were stored, then what the manifest does not name. */
function inOrder(known: Files | null, names: readonly string[]): string[] {
  const here = new Set(names)
  const named = [...(known?.keys() ?? [])].filter(name => here.has(name))
  return [...new Set([...named, ...names])]
}

async function measure(path: string, name: string, type = UNKNOWN_TYPE): Promise<StoredFile> {
  const [{ hash, size }, { mtimeMs }] = await Promise.all([hashOf(path), stat(path)])
  return { name, size, sha256: hash.digest('hex'), type, storedAt: Math.round(mtimeMs) }
}

// Synchronous: with 10,000 owners it is several times faster at start-up, when nobody waits for anything else.
function readManifest(dir: string, owner: string): Files | null {
  try {
    return parseManifest(readFileSync(manifestPath(dir, owner), 'utf8'))
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function listNames(path: string): string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
