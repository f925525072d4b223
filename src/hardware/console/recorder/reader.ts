import { type FileHandle, open } from 'node:fs/promises'
import type { Chunk } from '../../types.ts'
import type { IndexEntry } from './entries.ts'
import { endOf, isMissing, loadIndex, pathOf, type Segment } from './segments.ts'

const LARGEST_PIECE = 64 * 1024

/** Bytes `[from, to)` as far as they are on disk; where they are not, the next piece begins at a later offset. */
export async function* readSegments(
  dir: string,
  segments: () => readonly Segment[],
  from: number,
  to: number,
): AsyncGenerator<Chunk> {
  let at = from
  while (at < to) {
    // Asked again for each: retention may take the oldest while a slow reader is at it.
    const segment = segments().find(candidate => endOf(candidate) > at)
    if (segment === undefined || segment.start >= to) return
    const stop = Math.min(to, endOf(segment))
    yield* readSegment(dir, segment.start, Math.max(at, segment.start), stop)
    at = stop
  }
}

async function* readSegment(dir: string, start: number, from: number, to: number): AsyncGenerator<Chunk> {
  const handle = await openIfThere(pathOf(dir, start, 'log'))
  if (handle === null) return
  try {
    for (const piece of piecesOf(await loadIndex(dir, start), start, from, to)) {
      const buffer = Buffer.alloc(piece.to - piece.from)
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, piece.from - start)
      if (bytesRead > 0) yield { offset: piece.from, t: piece.t, bytes: buffer.subarray(0, bytesRead) }
      if (bytesRead < buffer.length) return
    }
  } finally {
    await handle.close()
  }
}

type Piece = { from: number; to: number; t: number }

/** Cut where the index has a new time, and where a piece would be too large to hold. */
function* piecesOf(
  entries: readonly IndexEntry[],
  start: number,
  from: number,
  to: number,
): Generator<Piece> {
  const times = entries.filter(entry => entry.kind === 'bytes')
  if (times[0]?.offset !== start)
    times.unshift({ offset: start, t: times[0]?.t ?? 0, kind: 'bytes', count: 0 })
  for (const [index, entry] of times.entries()) {
    const end = Math.min(to, times[index + 1]?.offset ?? to)
    for (let at = Math.max(from, entry.offset); at < end; at += LARGEST_PIECE) {
      yield { from: at, to: Math.min(end, at + LARGEST_PIECE), t: entry.t }
    }
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
