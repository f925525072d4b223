import { constants } from 'node:fs'
import { copyFile, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { InputError, messageOf, StorageError } from '../errors.ts'
import type { Log } from '../log.ts'
import { cannotOpen, ignoreMissing, isMissing, makeFolder } from './disk.ts'
import { listJournal, logPath, recoverJournal, snapshotPath } from './journal.ts'
import { dataLayout } from './layout.ts'
import { parseManifest } from './manifest.ts'
import { isOwner } from './names.ts'
import { readLines } from './read-lines.ts'
import type { Sequence } from './types.ts'

export type BackupReport = {
  target: string
  files: number
  bytes: number
  /** Last commit in it. */
  sequence: Sequence
  /** Lines of history and audit; damaged ones are copied as they are. */
  records: number
  damaged: number
  /** Owners of artifacts. */
  owners: number
}

export type BackupOptions = { dataDir: string; targetDir: string; artifactPath?: string; log: Log }

/** How often a part is copied anew that changed under the copying. */
const TRIES = 5

/**
 * Copies a data directory, whether a bot runs on it or not; the copy is restored by starting on it. The journal goes
 * first: a run that ends meanwhile is then in the copied state and in the copied history, and the start-up settles
 * that; the other way round it would be in neither. Throws InputError when the target is not empty, StorageError when
 * the copy does not open.
 */
export async function backup(options: BackupOptions): Promise<BackupReport> {
  const { log } = options
  const target = resolve(options.targetDir)
  const from = dataLayout(resolve(options.dataDir), options.artifactPath)
  const to = dataLayout(target)
  await refuseTarget(target, resolve(options.dataDir))
  await refuseSource(from.journal)
  const count = { files: 0, bytes: 0 }
  try {
    await makeFolder(target)
    const sequence = await copyJournal(from.journal, to.journal, log)
    for (const part of ['history', 'rollup', 'audit'] as const) await copyTree(from[part], to[part])
    const owners = await copyArtifacts(from.artifacts, to.artifacts)
    const { records, damaged } = await countRecords([to.history, to.audit])
    await measure(target, count)
    const report = { target, ...count, sequence, records, damaged, owners }
    await writeFile(join(target, 'backup.json'), `${JSON.stringify(report, null, 2)}\n`, { flush: true })
    return report
  } catch (error) {
    log.warn({ target }, `the backup is not complete: ${messageOf(error)}`)
    throw cannotOpen(target, error)
  }
}

async function refuseTarget(target: string, dataDir: string): Promise<void> {
  const inside = relative(dataDir, target)
  if (inside === '' || !inside.startsWith('..')) {
    throw new InputError(`${target} lies in the data directory itself`, {
      hint: 'Give a folder elsewhere, best on another disk.',
    })
  }
  const there = await readdir(target).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw cannotOpen(target, error)
  })
  if (there.length === 0) return
  throw new InputError(`${target} is not empty`, { hint: 'Give a folder that is empty or not there yet.' })
}

async function refuseSource(journal: string): Promise<void> {
  if ((await stat(journal).catch(() => null))?.isDirectory()) return
  throw new InputError(`there is no data: ${journal} is not there`, {
    hint: 'Set DATA_DIR to the data directory of the bot.',
  })
}

/** A checkpoint may take files away while they are copied; what comes out must open, else it is done again. */
async function copyJournal(from: string, to: string, log: Log): Promise<Sequence> {
  for (let tries = 1; ; tries++) {
    try {
      await copyGenerations(from, to)
      // Any format: the copy is good whichever version wrote it.
      return (await recoverJournal(to, Number.POSITIVE_INFINITY, log)).sequence
    } catch (error) {
      const changed = isMissing(error) || (error instanceof StorageError && error.code === 'storage-damaged')
      if (!changed || tries === TRIES) throw error
      await rm(to, { recursive: true, force: true })
    }
  }
}

async function copyGenerations(from: string, to: string): Promise<void> {
  await makeFolder(to)
  const { logs, snapshots } = await listJournal(from)
  // The newest first: when it has anything in it, the ones before have all of theirs.
  for (const generation of logs.toReversed()) await copy(logPath(from, generation), logPath(to, generation))
  for (const generation of snapshots) await copy(snapshotPath(from, generation), snapshotPath(to, generation))
}

async function copyTree(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  await makeFolder(to)
  for (const entry of entries) {
    const [source, copied] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyTree(source, copied)
    else if (!entry.name.endsWith('.tmp')) await copy(source, copied).catch(ignoreMissing)
  }
}

async function copyArtifacts(from: string, to: string): Promise<number> {
  await makeFolder(to)
  await copyTree(join(from, '.removed'), join(to, '.removed'))
  let owners = 0
  const names = await readdir(from).catch(() => [])
  for (const owner of names.filter(isOwner)) {
    for (let tries = 1; ; tries++) {
      if (await copyOwner(join(from, owner), join(to, owner))) break
      if (tries === TRIES) throw changing(owner)
    }
    owners++
  }
  return owners
}

/** The manifest first: a file that grew since is then longer than it says, or without a sum, and is measured again. */
async function copyOwner(from: string, to: string): Promise<boolean> {
  await rm(to, { recursive: true, force: true })
  await makeFolder(to)
  await copy(join(from, 'manifest.json'), join(to, 'manifest.json')).catch(ignoreMissing)
  await copyTree(join(from, 'files'), join(to, 'files'))
  await copyTree(join(from, 'times'), join(to, 'times'))
  const files = parseManifest(await readFile(join(to, 'manifest.json'), 'utf8').catch(() => ''))
  for (const { name, size, sha256 } of files?.values() ?? []) {
    const copied = await stat(join(to, 'files', name)).catch(() => null)
    if (sha256 !== '' && copied?.size !== size) return false
  }
  return true
}

async function copy(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  const file = await open(to, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function countRecords(dirs: readonly string[]): Promise<{ records: number; damaged: number }> {
  let records = 0
  let damaged = 0
  for (const dir of dirs) {
    const names = await readdir(dir, { recursive: true })
    for (const name of names.filter(n => n.endsWith('.jsonl'))) {
      for await (const block of readLines(join(dir, name))) {
        for (const { json } of block) json === null ? damaged++ : records++
      }
    }
  }
  return { records, damaged }
}

async function measure(dir: string, count: { files: number; bytes: number }): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    count.files++
    count.bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
}

function changing(owner: string): StorageError {
  return new StorageError('changing', `the files of ${owner} do not fit their manifest, ${TRIES} times`, {
    hint: `Check the files of ${owner} in the artifacts folder, or make the backup again when it is not being written.`,
    details: { owner },
  })
}
