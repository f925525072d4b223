import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Millis } from '../clock.ts'
import { messageOf, StorageError } from '../errors.ts'
import { dayAfter, dayOf, isDay } from './day.ts'
import { openDayFiles } from './day-files.ts'
import type { StorageDeps } from './deps.ts'
import { ignoreMissing, isMissing, realDisk } from './disk.ts'
import { readFrame } from './frame.ts'
import { indexPath, type Place, readIndex, writeIndex } from './history-index.ts'
import { readLines } from './read-lines.ts'
import { createRecent } from './recent.ts'
import { createTimeline } from './timeline.ts'
import type { History } from './types.ts'

export type HistoryOptions<R, I> = StorageDeps & {
  dir: string
  kind: string
  /** What the index in memory keeps of a record. When it, or the record, changes, `version` rises. */
  summarize(record: R): I
  version?: number
  /** Brings up a record of an older version. */
  upgrade?(from: number, record: unknown): unknown
}

type Stored = { v: number; at: Millis; r: unknown }

/** With this many records of a day not in its index file yet, writing it anew costs less than reading them again. */
const WORTH_AN_INDEX = 50
/** Of records as they are written; in memory they take about three times as much. */
const RECENT_BYTES = 4 * 1024 * 1024

export async function openHistory<R extends { id: string }, I>(
  options: HistoryOptions<R, I>,
): Promise<History<R, I>> {
  const { log, clock, summarize, version = 1, upgrade } = options
  const dir = join(options.dir, options.kind)
  const disk = options.disk ?? realDisk
  const files = await openDayFiles(dir, options)
  const timeline = createTimeline<Place<I>>()
  const recent = createRecent<R>(RECENT_BYTES)
  const underway = new Map<string, Promise<void>>()
  const dropped: { day: string; at: Millis }[] = []
  /** Records of each day that its index file covers. */
  const indexed = new Map<string, number>()
  let damaged = 0
  let newest = ''
  let indexing = Promise.resolve()

  await files.scan('dropped', 0, json => dropped.push(JSON.parse(json)))
  for (const day of files.days()) await load(day)
  newest = files.days().at(-1) ?? ''

  async function load(day: string): Promise<void> {
    const index = await readIndex<I>(files.path(day), day, version)
    for (const place of index.places) timeline.add(place)
    indexed.set(day, index.places.length)
    const scanned = await files.scan(day, index.size, (json, { offset, length }) => {
      const { record, at } = unpack(day, json)
      timeline.add({ id: record.id, at, day, summary: summarize(record), offset, length })
    })
    damaged += scanned.damaged
    await saveIndexIfWorth(day)
  }

  async function saveIndexIfWorth(day: string): Promise<void> {
    const places = timeline.ofDay(day)
    if (places.length - (indexed.get(day) ?? 0) < WORTH_AN_INDEX) return
    try {
      await writeIndex(files.path(day), version, places)
      indexed.set(day, places.length)
    } catch (error) {
      // Only a copy is lost.
      log.warn({ dir, day }, `no index for ${day}: ${messageOf(error)}`)
    }
  }

  function unpack(day: string, json: string): { record: R; at: Millis } {
    const { v, at, r } = JSON.parse(json) as Stored
    if (v > version) {
      throw new StorageError(
        'newer',
        `${files.path(day)} has records of version ${v}; known up to ${version}`,
        {
          hint: 'Start the newer version that wrote it, or restore the backup made before it was installed.',
          details: { day, found: v, known: version },
        },
      )
    }
    return { record: (v < version && upgrade ? upgrade(v, r) : r) as R, at }
  }

  function append(record: R, at: Millis): Promise<void> {
    if (timeline.get(record.id) !== null) return Promise.resolve()
    const begun = underway.get(record.id)
    if (begun !== undefined) return begun
    const stored = store(record, at).finally(() => underway.delete(record.id))
    underway.set(record.id, stored)
    return stored
  }

  async function store(record: R, at: Millis): Promise<void> {
    const { id } = record
    const summary = summarize(record)
    const day = openDay(at)
    const place = await files.append(day, JSON.stringify({ v: version, at, r: record } satisfies Stored))
    if (day > newest) {
      indexing = saveIndexIfWorth(newest)
      newest = day
    }
    timeline.add({ id, at, day, summary, ...place })
  }

  /** A day that retention took away stays away: what comes late goes into the day after. */
  function openDay(at: Millis): string {
    const last = dropped.at(-1)
    const floor = last === undefined ? '' : dayAfter(last.day)
    return dayOf(at) < floor ? floor : dayOf(at)
  }

  async function get(id: string): Promise<R | null> {
    const place = timeline.get(id)
    if (place === null) return null
    // A record never changes.
    const known = recent.get(id)
    if (known !== null) return known
    const json = await readPlace(files.path(place.day), place)
    if (json !== null) {
      const { record } = unpack(place.day, json)
      if (timeline.get(id) === place) recent.put(id, record, place.length)
      return record
    }
    // Retention may have taken the day away since it was looked up.
    if (timeline.get(id) !== null) passOver(place.day, place.offset)
    return null
  }

  async function* day(wanted: string): AsyncGenerator<R> {
    for await (const block of readLines(files.path(wanted))) {
      for (const { json, offset } of block) {
        if (json !== null) yield unpack(wanted, json).record
        else passOver(wanted, offset)
      }
    }
  }

  function passOver(day: string, offset: number): void {
    damaged++
    log.warn({ path: files.path(day), offset }, 'a damaged record is passed over')
  }

  async function dropBefore(before: string): Promise<readonly string[]> {
    const days = files.days().filter(d => d < before && !files.isBusy(d))
    if (days.length === 0) return []
    for (const d of days) timeline.dropDay(d)
    recent.clear()
    await files.remove(days)
    for (const d of days) {
      indexed.delete(d)
      await disk.unlink(indexPath(files.path(d))).catch(ignoreMissing)
    }
    // Afterwards, because on a full disk only removing makes the room to write it down.
    const at = clock.now()
    dropped.push(...days.map(d => ({ day: d, at })))
    await Promise.all(days.map(d => files.append('dropped', JSON.stringify({ day: d, at }))))
    return days
  }

  async function close(): Promise<void> {
    await files.close()
    await indexing
    for (const d of files.days()) await saveIndexIfWorth(d)
  }

  return {
    append,
    get,
    day,
    dropBefore,
    close,
    has: id => timeline.get(id) !== null,
    list: () => timeline.newestFirst(),
    days: () => files.days().filter(isDay),
    dropped: () => dropped,
    damaged: () => damaged,
  }
}

async function readPlace(path: string, { offset, length }: { offset: number; length: number }) {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
  if (file === null) return null
  try {
    const bytes = Buffer.alloc(length)
    await file.read(bytes, 0, length, offset)
    return readFrame(bytes)
  } finally {
    await file.close()
  }
}
