import { type FileHandle, open } from 'node:fs/promises'
import type { Clock } from '../../../clock.ts'
import type { Log, LogFields } from '../../../log.ts'
import { encodeIndex, type IndexEntry } from './entries.ts'
import { endOf, pathOf, removeSegment, type Segment } from './segments.ts'

/** Settings of a board's log. A segment ends when it is full or old; whole segments are dropped, oldest first. */
export type RecorderLimits = {
  segmentBytes: number
  segmentMs: number
  keepBytes: number
  keepMs: number
  /** What may wait for the disk; what does not fit is dropped from the log, never from the listeners. */
  bufferBytes: number
}

/** Where a log lives and who hears of its trouble; `about` names the board in messages. */
export type RecorderPlace = { dir: string; clock: Clock; log: Log; about: LogFields; limits: RecorderLimits }

/** One thing to be stored: bytes of the line, or a mark between them. */
export type Item = IndexEntry & { bytes: Uint8Array }

/** Times nearer than this share an entry, so that a board printing byte by byte does not grow an index larger than its log. */
const INDEX_STEP_MS = 10
const SWEEP_MS = 3_600_000

export type SegmentWriter = {
  readonly segments: readonly Segment[]
  /** Stores a batch whose bytes follow on. Throws what the file system throws; then nothing of the batch counts. */
  write(batch: readonly Item[]): Promise<void>
  /** Removes what is too old or too much. Never throws. */
  sweep(): Promise<void>
  close(): Promise<void>
}

type Open = { segment: Segment; data: FileHandle; index: FileHandle }

export function createSegmentWriter(place: RecorderPlace, segments: Segment[]): SegmentWriter {
  const { dir, clock, limits } = place
  let current: Open | null = null
  let sweptAt = -Infinity
  let timeWritten: number | null = null

  // One without a byte never grows old: the next would have its name.
  const isFull = (segment: Segment): boolean =>
    segment.size + segment.indexSize >= limits.segmentBytes ||
    (segment.size > 0 && clock.now() - segment.firstAt > limits.segmentMs)

  const shut = async (): Promise<void> => {
    const open = current
    current = null
    timeWritten = null
    await open?.data.close()
    await open?.index.close()
  }

  const openAt = async (offset: number): Promise<Open> => {
    if (current !== null && endOf(current.segment) === offset && !isFull(current.segment)) return current
    await shut()
    const last = segments.at(-1)
    const goesOn = last !== undefined && endOf(last) === offset && !isFull(last)
    current = await openSegment(dir, goesOn ? last : freshSegment(offset, clock.now()), !goesOn)
    if (!goesOn) {
      // Full of marks alone: it is begun anew under its own name, and the old marks go.
      if (last?.start === offset) segments.pop()
      segments.push(current.segment)
    }
    await sweep()
    return current
  }

  const sweep = async (): Promise<void> => {
    sweptAt = clock.mono()
    for (const segment of expired(segments, limits, clock.now())) {
      segments.splice(segments.indexOf(segment), 1)
      await removeSegment(dir, segment).catch((error: unknown) => {
        place.log.warn({ ...place.about, error }, 'an old part of the console log could not be removed')
      })
    }
  }

  const entriesFor = (batch: readonly Item[]): IndexEntry[] => {
    const entries: IndexEntry[] = []
    for (const item of batch) {
      const isNear = timeWritten !== null && item.t >= timeWritten && item.t - timeWritten < INDEX_STEP_MS
      if (item.kind === 'bytes' && isNear) continue
      timeWritten = item.kind === 'bytes' ? item.t : null
      entries.push(item)
    }
    return entries
  }

  const store = async (batch: readonly Item[]): Promise<void> => {
    const first = batch.find(item => item.kind === 'bytes') ?? batch.at(-1)
    if (first === undefined) return
    const { segment, data, index } = await openAt(first.offset)
    const bytes = Buffer.concat(batch.map(item => item.bytes))
    const entries = encodeIndex(entriesFor(batch))
    await writeAll(data, bytes, segment.size)
    await writeAll(index, entries, segment.indexSize)
    segment.size += bytes.length
    segment.indexSize += entries.length
    segment.lastAt = batch.at(-1)?.t ?? segment.lastAt
  }

  /** After an error the files end where the last good batch ended; a segment that never held a byte goes away. */
  const undo = async (): Promise<void> => {
    const open = current
    await open?.data.truncate(open.segment.size).catch(() => {})
    await open?.index.truncate(open.segment.indexSize).catch(() => {})
    await shut().catch(() => {})
    if (open === null || open.segment.size > 0) return
    segments.splice(segments.indexOf(open.segment), 1)
    await removeSegment(dir, open.segment).catch(() => {})
  }

  return {
    segments,
    async write(batch) {
      try {
        await store(batch)
        if (clock.mono() - sweptAt >= SWEEP_MS) await sweep()
      } catch (error) {
        await undo()
        throw error
      }
    },
    sweep,
    close: shut,
  }
}

function freshSegment(start: number, now: number): Segment {
  return { start, size: 0, indexSize: 0, firstAt: now, lastAt: now }
}

async function openSegment(dir: string, segment: Segment, isNew: boolean): Promise<Open> {
  const flags = isNew ? 'w' : 'r+'
  const data = await open(pathOf(dir, segment.start, 'log'), flags)
  try {
    return { segment, data, index: await open(pathOf(dir, segment.start, 'idx'), isNew ? 'w' : 'a') }
  } catch (error) {
    await data.close()
    throw error
  }
}

/** Which segments are too old or too many; the one being written to always stays. */
function expired(segments: readonly Segment[], limits: RecorderLimits, now: number): Segment[] {
  let total = segments.reduce((sum, segment) => sum + segment.size + segment.indexSize, 0)
  return segments.slice(0, -1).filter(segment => {
    const isExpired = total > limits.keepBytes || now - segment.lastAt > limits.keepMs
    if (isExpired) total -= segment.size + segment.indexSize
    return isExpired
  })
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
