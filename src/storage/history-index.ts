import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import type { Millis } from '../clock.ts'
import { isMissing } from './disk.ts'
import { frame, parseFramed } from './frame.ts'
import type { HistoryEntry } from './types.ts'

/** Where a record lies, and what the index keeps of it. */
export type Place<I> = HistoryEntry<I> & { offset: number; length: number }

/**
 * What was made of the first `size` bytes of a day's file, kept beside it so that opening 100,000 records needs no
 * parsing of them. It is only a copy: without it, or when it does not fit, the records themselves are read.
 */
export type DayIndex<I> = { size: number; places: Place<I>[] }

export function indexPath(dataPath: string): string {
  return `${dataPath.slice(0, -'.jsonl'.length)}.index.json`
}

export async function readIndex<I>(dataPath: string, day: string, version: number): Promise<DayIndex<I>> {
  const none = { size: 0, places: [] }
  const bytes = await readFile(indexPath(dataPath)).catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
  const stored = bytes === null ? null : (parseFramed(bytes) as Stored<I> | null)
  if (stored === null || stored.v !== version || stored.size > (await stat(dataPath)).size) return none
  const places = stored.places.map(
    ([id, at, offset, length, summary]): Place<I> => ({ id, at, day, summary, offset, length }),
  )
  return { size: stored.size, places }
}

/** Not synced: after a power cut it is whole, or its CRC says that it is not. */
export async function writeIndex<I>(
  dataPath: string,
  version: number,
  places: readonly Place<I>[],
): Promise<void> {
  const stored: Stored<I> = {
    v: version,
    size: places.reduce((end, { offset, length }) => Math.max(end, offset + length), 0),
    places: places.map(({ id, at, offset, length, summary }) => [id, at, offset, length, summary]),
  }
  const path = indexPath(dataPath)
  await writeFile(`${path}.tmp`, frame(JSON.stringify(stored)))
  await rename(`${path}.tmp`, path)
}

type Stored<I> = { v: number; size: number; places: [string, Millis, number, number, I][] }
