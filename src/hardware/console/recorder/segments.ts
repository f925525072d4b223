import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Millis } from '../../../clock.ts'
import { decodeIndex, ENTRY_BYTES, encodeIndex, type IndexEntry } from './entries.ts'

/**
 * A board's log on disk: segments `OFFSET.log` with the raw bytes, named by the offset of their first one in 16
 * digits, and `OFFSET.idx` beside each. Where a segment ends before the next begins, bytes were dropped.
 */
export type Segment = {
  start: number
  /** Bytes of the line in it. */
  size: number
  indexSize: number
  firstAt: Millis
  lastAt: Millis
}

const SEGMENT_NAME = /^(\d{16})\.(log|idx)$/

export function pathOf(dir: string, start: number, kind: 'log' | 'idx'): string {
  return join(dir, `${String(start).padStart(16, '0')}.${kind}`)
}

export function endOf(segment: Segment): number {
  return segment.start + segment.size
}

/** What is in the folder, oldest first; makes the folder, and cuts what a crash left torn. */
export async function loadSegments(dir: string): Promise<Segment[]> {
  await mkdir(dir, { recursive: true })
  const names = (await readdir(dir)).map(name => SEGMENT_NAME.exec(name)).filter(match => match !== null)
  const starts = names.filter(match => match[2] === 'log').map(match => Number(match[1]))
  const known = new Set(starts)
  for (const match of names) if (!known.has(Number(match[1]))) await rm(join(dir, match[0]), { force: true })

  const segments: Segment[] = []
  for (const start of starts.sort((a, b) => a - b)) segments.push(await loadSegment(dir, start))
  return segments
}

async function loadSegment(dir: string, start: number): Promise<Segment> {
  const { size, mtimeMs } = await stat(pathOf(dir, start, 'log'))
  const raw = await readIndex(dir, start)
  // The bytes are written before their index, so an entry past the end is about bytes that never came to disk.
  const entries = decodeIndex(raw).filter(entry => entry.offset <= start + size)
  const indexSize = entries.length * ENTRY_BYTES
  if (indexSize !== raw.length) await writeFile(pathOf(dir, start, 'idx'), encodeIndex(entries))
  return { start, size, indexSize, firstAt: entries[0]?.t ?? mtimeMs, lastAt: entries.at(-1)?.t ?? mtimeMs }
}

/** The index of a segment; empty when there is none. */
export async function loadIndex(dir: string, start: number): Promise<IndexEntry[]> {
  return decodeIndex(await readIndex(dir, start))
}

async function readIndex(dir: string, start: number): Promise<Buffer> {
  try {
    return await readFile(pathOf(dir, start, 'idx'))
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0)
    throw error
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** Removes a segment. Safe to repeat. */
export async function removeSegment(dir: string, segment: Segment): Promise<void> {
  await rm(pathOf(dir, segment.start, 'log'), { force: true })
  await rm(pathOf(dir, segment.start, 'idx'), { force: true })
}
