import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { type Failure, failureOf, messageOf } from '../errors.ts'
import type { IncomingFile, Shell } from '../hardware/types.ts'
import { fits } from './fits.ts'
import type { Collected, Collecting, FilePiece, WorkEvent } from './types.ts'

/** Who fetches, and where it goes. */
export type Fetching = {
  shell: Pick<Shell, 'fetch'>
  /** Patterns begin here, and paths in it are shown without it. */
  folder: string
  wanted: Omit<Collecting, 'withinMs'>
  give(piece: FilePiece): Promise<void>
  onEvent(event: WorkEvent): void
}

type Problem = { problem: string; failure: Failure }
/** What fitted and was not taken: paths, and patterns; and the folders among it. */
type Besides = {
  left: ReadonlyMap<string, string>
  tooWide: ReadonlyMap<string, string>
  folders: ReadonlySet<string>
}
type Taken = { path: string; size: number; sha256: string }

/**
 * Fetches what fits the patterns, piece by piece. Never throws: what could not be had is said, and what came before
 * stays. Where all together would be too much, each pattern is tried by itself, so that one that is too wide costs
 * only itself.
 */
export async function fetchAll(task: Fetching, signal: AbortSignal): Promise<Collected> {
  const { patterns, most } = task.wanted
  const taken = new Map<string, Taken>()
  const left = new Map<string, string>()
  const folders = new Set<string>()
  const tooWide = new Map<string, string>()
  const some = async (each: readonly string[]): Promise<void> => {
    const bytes = bytesOf(taken.values())
    const room = { files: most.files - taken.size, bytes: most.bytes - bytes }
    const wanted = { folder: task.folder, patterns: each, most: room }
    const report = await task.shell.fetch(wanted, signal, file => take(task, taken, file))
    for (const { path, why } of report.left) left.set(path, why)
    for (const path of report.folders) folders.add(path)
  }
  const problem = await tried(async () => {
    if (!(await isTooMuch(() => some(patterns), null))) return
    for (const pattern of patterns)
      await isTooMuch(
        () => some([pattern]),
        why => tooWide.set(pattern, why),
      )
  })
  return collectedOf(task, [...taken.values()], { left, tooWide, folders }, problem)
}

async function tried(work: () => Promise<void>): Promise<Problem | null> {
  try {
    await work()
    return null
  } catch (error) {
    return { problem: messageOf(error), failure: failureOf(error) }
  }
}

/** Nothing of it was fetched then. */
async function isTooMuch(work: () => Promise<void>, say: ((why: string) => void) | null): Promise<boolean> {
  try {
    await work()
    return false
  } catch (error) {
    if (failureOf(error).cause !== 'output limit') throw error
    say?.(messageOf(error))
    return true
  }
}

/** Two patterns may fit the same file: it is taken once. */
async function take(task: Fetching, taken: Map<string, Taken>, file: IncomingFile): Promise<void> {
  const path = shown(file.path, task.folder)
  const isNew = !taken.has(path)
  const give = isNew ? task.give : async (): Promise<void> => {}
  const before = bytesOf(taken.values())
  const hash = createHash('sha256')
  let size = 0
  // A slow line takes half a minute for its first piece: which file it is, is known before.
  task.onEvent({ kind: 'fetching', path, files: taken.size, bytes: before })
  await give({ kind: 'begin', path, size: file.size })
  for await (const bytes of file.bytes) {
    await give({ kind: 'bytes', bytes })
    hash.update(bytes)
    size += bytes.length
    task.onEvent({ kind: 'fetching', path, files: taken.size, bytes: before + size })
  }
  await give({ kind: 'end' })
  if (isNew) taken.set(path, { path, size, sha256: hash.digest('hex') })
}

function collectedOf(
  { folder, wanted }: Fetching,
  files: readonly Taken[],
  { left, tooWide, folders }: Besides,
  problem: Problem | null,
): Collected {
  const said = [...left, ...tooWide].map(([path, why]) => ({ path: shown(path, folder), why }))
  const known = [...files.map(({ path }) => path), ...left.keys()]
  // Of a name with a newline only the beginning is known: which pattern it fits is not.
  const isSure = problem === null && !said.some(({ why }) => why.includes('newline'))
  const none = isSure
    ? wanted.patterns.filter(each => !tooWide.has(each) && !known.some(path => fits(each, path, folder)))
    : []
  const inFolders = none.flatMap(pattern => {
    const count = [...folders].filter(path => fits(pattern, path, folder)).length
    return count === 0 ? [] : [{ pattern, count }]
  })
  const told = inFolders.length === 0 ? {} : { folders: inFolders }
  return { files, none, ...told, left: said, problem: null, ...problem }
}

function bytesOf(files: Iterable<Taken>): number {
  let sum = 0
  for (const { size } of files) sum += size
  return sum
}

/** As whoever named it would: from the folder on, where it is in it. */
function shown(path: string, folder: string): string {
  const inside = posix.relative(folder, path)
  const isOutside = folder === '/' || inside === '' || inside.startsWith('..') || !path.startsWith('/')
  return isOutside ? path : inside
}
