import type { Millis } from '../../../clock.ts'
import type { Item, RecorderPlace } from './writer.ts'

const NO_BYTES = new Uint8Array(0)
/** What an item costs beyond its bytes: a line that arrives byte by byte must not fill the memory either. */
const ITEM_COST = 128
const LARGEST_BATCH = 4 * 1024 * 1024
/** After the disk refused: how long nothing is tried. */
const TRY_AGAIN_MS = 1_000
const MOST_HELD_MARKS = 64

/** Between the line, which never waits, and the disk, which may. */
export type LogQueue = {
  head(): number
  append(bytes: Uint8Array, t: Millis): number
  mark(kind: 'connected' | 'lost', t: Millis): void
  dropped(): number
  /** When everything taken so far is on disk or dropped. */
  stored(): Promise<void>
}

/** `write` stores a batch of items that follow on, or throws and stores nothing of it. */
export function createLogQueue(
  place: Omit<RecorderPlace, 'dir'>,
  start: number,
  write: (batch: Item[]) => Promise<void>,
): LogQueue {
  const { clock, limits } = place
  let head = start
  let waiting: Item[] = []
  let cost = 0
  let isRunning = false
  /** Bytes of the hole that the log has at its end, if any, and the marks that fell into it. */
  let hole = 0
  let held: Item[] = []
  let droppedBefore = 0
  /** The disk refuses; when it may be tried again. */
  let isRefused = false
  let retryAt = 0
  let taken = 0
  let settled = 0
  let readers: { after: number; go: () => void }[] = []

  const put = (item: Item): void => {
    waiting.push(item)
    cost += item.bytes.length + ITEM_COST
    taken += 1
    if (!isRunning) void drain()
  }

  const isHole = (): boolean => hole > 0 || held.length > 0

  const endHole = (offset: number, t: Millis): void => {
    const about = { ...place.about, offset, bytes: hole }
    if (!isRefused) place.log.warn(about, 'the disk is too slow: part of the console log was dropped')
    const gap: Item = { offset, t, kind: 'dropped', count: hole, bytes: NO_BYTES }
    // Marks alone may have waited: then no byte is missing, and the log does not say so.
    const marks = hole > 0 ? [...held, gap] : held
    droppedBefore += hole
    hole = 0
    held = []
    for (const mark of marks) put(mark)
  }

  const drop = (items: readonly Item[]): void => {
    for (const item of items) hole += item.bytes.length
    held.push(...items.filter(isConnection).slice(0, MOST_HELD_MARKS - held.length))
  }

  const settle = (items: number): void => {
    settled += items
    for (const reader of readers) if (reader.after <= settled) reader.go()
    readers = readers.filter(reader => reader.after > settled)
  }

  const drain = async (): Promise<void> => {
    isRunning = true
    // What is put in the same turn, as marks and the bytes behind them, is stored together.
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = nextBatch(waiting, Math.min(LARGEST_BATCH, limits.segmentBytes))
      waiting = waiting.slice(batch.length)
      try {
        await write(batch)
        accept(batch)
      } catch (error) {
        refuse(batch, error)
      }
    }
    isRunning = false
  }

  const refuse = (batch: readonly Item[], error: unknown): void => {
    if (!isRefused) place.log.error({ ...place.about, error }, 'the console log cannot be written')
    isRefused = true
    retryAt = clock.mono() + TRY_AGAIN_MS
    const refused = [...batch, ...waiting]
    const later = held
    held = []
    // A hole that was to end here goes on.
    for (const item of refused) {
      droppedBefore -= item.kind === 'dropped' ? item.count : 0
      hole += item.kind === 'dropped' ? item.count : 0
    }
    drop(refused)
    drop(later)
    waiting = []
    cost = 0
    settle(refused.length)
  }

  const accept = (batch: readonly Item[]): void => {
    if (isRefused)
      place.log.warn({ ...place.about, droppedBytes: droppedBefore }, 'the console log is written again')
    isRefused = false
    cost -= costOf(batch)
    settle(batch.length)
  }

  // A hole ends only when all before it is stored: otherwise a disk that is a little too slow would tear the log
  // into a segment for each chunk.
  const isRoom = (bytes: number): boolean => {
    if (isHole()) return cost === 0 && clock.mono() >= retryAt
    return cost === 0 || cost + bytes + ITEM_COST <= limits.bufferBytes
  }

  return {
    head: () => head,
    dropped: () => droppedBefore + hole,
    append(bytes, t) {
      const offset = head
      head += bytes.length
      const item: Item = { offset, t, kind: 'bytes', count: 0, bytes }
      if (!isRoom(bytes.length)) drop([item])
      else {
        if (isHole()) endHole(offset, t)
        put(item)
      }
      return offset
    },
    mark(kind, t) {
      const item: Item = { offset: head, t, kind, count: 0, bytes: NO_BYTES }
      if (isHole() || !isRoom(0)) drop([item])
      else put(item)
    },
    stored() {
      const { promise, resolve } = Promise.withResolvers<void>()
      if (settled >= taken) resolve()
      else readers.push({ after: taken, go: resolve })
      return promise
    },
  }
}

/** As many as follow on from one another, up to a size: what comes after a hole belongs to another segment. */
function nextBatch(items: readonly Item[], largest: number): Item[] {
  let end: number | null = null
  let size = 0
  let count = 0
  for (const item of items) {
    if (item.kind === 'bytes') {
      if (end !== null && (item.offset !== end || size + item.bytes.length > largest)) break
      end = item.offset + item.bytes.length
      size += item.bytes.length
    }
    count += 1
  }
  return items.slice(0, count)
}

function isConnection(item: Item): boolean {
  return item.kind === 'connected' || item.kind === 'lost'
}

function costOf(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + item.bytes.length + ITEM_COST, 0)
}
