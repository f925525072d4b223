import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Millis } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { isFull, isMissing, makeFolder, writeAll, writeFailed } from './disk.ts'
import { RETRY_MS, type Space } from './space.ts'
import { encodeMarks, MARK_BYTES, readTimes, type TimeMark, timesPath } from './times.ts'

/**
 * A file that others append to without ever waiting: chunks are kept in memory up to a limit while one write is under
 * way. What finds no room, on the disk or in memory, is dropped and counted, and it goes on when there is room again.
 */
export type Growth = {
  append(bytes: Uint8Array, t: Millis): void
  /** Bytes taken: written, or waiting to be. */
  readonly size: number
  /** Bytes in the file: what a reader may read. */
  readonly written: number
  readonly dropped: number
  /** Writes what waits, syncs, closes. */
  finish(): Promise<{ size: number; sha256: string }>
}

export type GrowthOptions = { path: string; clock: Clock; space: Space; log: Log; bufferBytes?: number }

type Opened = { file: FileHandle; index: FileHandle }
type Chunk = { bytes: Buffer; t: Millis }

const BUFFER_BYTES = 8 * 1024 * 1024

/** Goes on at the end of what is there already. */
export async function openGrowth(options: GrowthOptions): Promise<Growth> {
  const { path, clock, space, log } = options
  const limit = options.bufferBytes ?? BUFFER_BYTES
  const { hash, size } = await hashOf(path).catch(nothingYet)
  const earlier = (await readTimes(path)).filter(mark => mark.offset < size)

  let written = size
  let dropped = 0
  let queue: Chunk[] = []
  let queued = 0
  let flushing: Promise<void> | null = null
  let blockedUntil: Millis = Number.NEGATIVE_INFINITY
  let marks = earlier.length
  let lastMark: Millis | null = earlier.at(-1)?.t ?? null
  let finished = false
  /** Null as long as there is not even room for an empty file. */
  let opened = await openFiles(path).catch(notOpened)

  function notOpened(error: unknown): null {
    if (!isFull(error)) throw error
    hold(error)
    return null
  }

  function append(bytes: Uint8Array, t: Millis): void {
    const noRoom = space.full || clock.mono() < blockedUntil || queued + bytes.length > limit
    if (finished || noRoom) {
      dropped += bytes.length
      return
    }
    // A copy: the caller may fill its buffer again before this is written.
    queue.push({ bytes: Buffer.from(bytes), t })
    queued += bytes.length
    flushing ??= flush().finally(() => {
      flushing = null
    })
  }

  async function flush(): Promise<void> {
    while (queue.length > 0) {
      const chunks = queue
      queue = []
      const length = chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0)
      const start = written
      opened ??= await openFiles(path).catch(notOpened)
      if (opened !== null) await write(opened.file, joined(chunks, length)).catch(hold)
      dropped += length - (written - start)
      queued -= length
      if (opened !== null) await mark(opened.index, marksOf(chunks, start)).catch(hold)
    }
  }

  async function write(file: FileHandle, bytes: Buffer): Promise<void> {
    let done = 0
    await writeAll(file, bytes, written, count => {
      hash.update(bytes.subarray(done, done + count))
      done += count
      written += count
    })
  }

  /** One for each chunk that came at another millisecond than the one before, as far as it was written. */
  function marksOf(chunks: readonly Chunk[], start: number): TimeMark[] {
    const found: TimeMark[] = []
    let offset = start
    for (const { bytes, t } of chunks) {
      if (offset < written && t !== lastMark) {
        found.push({ offset, t })
        lastMark = t
      }
      offset += bytes.length
    }
    return found
  }

  async function mark(index: FileHandle, found: readonly TimeMark[]): Promise<void> {
    if (found.length === 0) return
    await writeAll(index, encodeMarks(found), marks * MARK_BYTES, () => {})
    marks += found.length
  }

  function hold(error: unknown): void {
    blockedUntil = clock.mono() + RETRY_MS
    if (isFull(error)) space.noticeFull()
    else log.error({ path, error }, `bytes of ${path} are lost: ${messageOf(error)}`)
  }

  async function finish(): Promise<{ size: number; sha256: string }> {
    finished = true
    await flushing
    if (opened !== null) await sync(opened)
    return { size: written, sha256: hash.digest('hex') }
  }

  async function sync({ file, index }: Opened): Promise<void> {
    try {
      await index.truncate(marks * MARK_BYTES)
      await file.datasync()
    } catch (error) {
      throw writeFailed(path, error)
    } finally {
      await file.close()
      await index.close()
    }
  }

  return {
    append,
    finish,
    get size() {
      return written + queued
    },
    get written() {
      return written
    },
    get dropped() {
      return dropped
    },
  }
}

async function openFiles(path: string): Promise<Opened> {
  await makeFolder(dirname(path))
  await makeFolder(dirname(timesPath(path)))
  const file = await openToWrite(path)
  try {
    return { file, index: await openToWrite(timesPath(path)) }
  } catch (error) {
    await file.close()
    throw error
  }
}

function openToWrite(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT, 0o644)
}

function joined(chunks: readonly Chunk[], length: number): Buffer {
  return Buffer.concat(
    chunks.map(chunk => chunk.bytes),
    length,
  )
}

function nothingYet(error: unknown): { hash: Hash; size: number } {
  if (isMissing(error)) return { hash: createHash('sha256'), size: 0 }
  throw error
}

/** Reads the whole file: about a second a GiB. */
export async function hashOf(path: string): Promise<{ hash: Hash; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const part of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(part)
    size += part.length
  }
  return { hash, size }
}
