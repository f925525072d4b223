import { type Millis, within } from '../../../clock.ts'
import { messageOf, StorageError } from '../../../errors.ts'
import type { Chunk, LogMark } from '../../types.ts'
import { createLogQueue } from './queue.ts'
import { readSegments } from './reader.ts'
import { endOf, loadIndex, loadSegments, type Segment } from './segments.ts'
import { createSegmentWriter, type RecorderPlace } from './writer.ts'

/** A board's log: takes bytes at once and stores them when the disk is ready. Only reading waits. */
export type RecorderLog = {
  /** Offset of the next byte. */
  head(): number
  lastAt(): Millis | null
  /** Answers the offset of the first byte. Never blocks, never throws; the array must not change afterwards. */
  append(bytes: Uint8Array, t: Millis): number
  mark(kind: 'connected' | 'lost', t: Millis): void
  read(from: number, to: number): AsyncIterable<Chunk>
  /** Offset of the first byte kept that came at or after `t`; the head when there is none. */
  seek(t: Millis): Promise<number>
  marks(from: number, to: number): Promise<LogMark[]>
  /** Bytes that did not come to disk since the start. */
  dropped(): number
  close(): Promise<void>
}

const CLOSE_MS = 5_000

/** Throws StorageError when the folder cannot be made or read. */
export async function openRecorderLog(place: RecorderPlace): Promise<RecorderLog> {
  const segments = await load(place)
  const writer = createSegmentWriter(place, segments)
  await writer.sweep()
  const last = segments.at(-1)
  const queue = createLogQueue(place, last === undefined ? 0 : endOf(last), batch => writer.write(batch))

  return {
    head: queue.head,
    lastAt: () => last?.lastAt ?? null,
    append: queue.append,
    mark: queue.mark,
    dropped: queue.dropped,
    async *read(from, to) {
      const end = Math.min(to, queue.head())
      await queue.stored()
      yield* readSegments(place.dir, () => writer.segments, Math.max(0, from), end)
    },
    async seek(t) {
      const head = queue.head()
      await queue.stored()
      return (await firstSince(place.dir, writer.segments, t)) ?? head
    },
    async marks(from, to) {
      await queue.stored()
      return readMarks(place.dir, writer.segments, from, to)
    },
    async close() {
      const late = (): Error => new Error(`the disk took longer than ${CLOSE_MS} ms`)
      try {
        await within(place.clock, CLOSE_MS, queue.stored(), late)
        await writer.close()
      } catch (error) {
        place.log.warn({ ...place.about, error }, 'the end of the console log may be missing')
      }
    },
  }
}

async function load(place: RecorderPlace): Promise<Segment[]> {
  try {
    return await loadSegments(place.dir)
  } catch (cause) {
    const message = `the console log of ${String(place.about['board'])} cannot be opened: ${messageOf(cause)}`
    const hint = 'Check that DATA_DIR is there, has room, and may be written by this user.'
    throw new StorageError('recorder', message, { hint, cause, details: { dir: place.dir } })
  }
}

// Both go through a copy of the segments: retention may take the oldest meanwhile.

async function firstSince(dir: string, segments: readonly Segment[], t: Millis): Promise<number | null> {
  for (const { start, lastAt } of [...segments]) {
    if (lastAt < t) continue
    const entry = (await loadIndex(dir, start)).find(({ kind, t: came }) => kind === 'bytes' && came >= t)
    if (entry !== undefined) return entry.offset
  }
  return null
}

async function readMarks(
  dir: string,
  segments: readonly Segment[],
  from: number,
  to: number,
): Promise<LogMark[]> {
  const marks: LogMark[] = []
  for (const { start } of [...segments]) {
    for (const { offset, t, kind, count } of await loadIndex(dir, start)) {
      if (kind !== 'bytes' && offset >= from && offset <= to) marks.push({ offset, t, kind, count })
    }
  }
  return marks
}
