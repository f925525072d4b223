import { pipeline } from 'node:stream'
import { createGzip, gzipSync } from 'node:zlib'
import type { Outgoing } from '../../types.ts'
import { type SumTool, sumOf } from '../shell/frame-sum.ts'
import { UNIT } from './limits.ts'
import { createReading, noted, type Reading } from './sums.ts'
import type { Part } from './window.ts'

/** The file on its way out: read once, in order, summed as it passes, cut into parts of whole units. */
export type Parts = {
  /** The next, of so many units at most; null after the last. */
  take(units: number): Promise<Part | null>
  /** All that was taken so far is taken again: the board has something of the file already, or has not begun. */
  rewind(): void
  /** No rewinding any more. */
  settle(): void
  /** Passes by what is on the board already: blocks of so many bytes with these sums. Returns how many fit. */
  skip(blockBytes: number, sums: readonly string[]): Promise<number>
  readonly reading: Reading
  /** Of what was read, bytes that were handed out; packed, nearly. */
  taken(): number
  /** Of these, what was passed by. */
  skipped(): number
}

/** Any console is slower than this, so the smallest result is the fastest way (zlib makes 10 MB/s of it and more). */
const LEVEL = 9
const SAMPLE = 64 * 1024
/** Unpacking takes the board a moment too. */
const WORTH = 0.92
const SMALLEST = 2000

export type Source = {
  pieces: AsyncGenerator<Buffer>
  compressible: boolean
  /** Whatever was read of it: the file is not held open. */
  close(): Promise<void>
}

/** Looks at the beginning of the file, which tells whether it gets smaller. */
export async function openSource(file: Outgoing): Promise<Source> {
  const iterator = file.bytes[Symbol.asyncIterator]()
  const sample: Buffer[] = []
  let length = 0
  while (length < SAMPLE) {
    const next = await iterator.next()
    if (next.done === true) break
    sample.push(Buffer.from(next.value))
    length += next.value.length
  }
  const first = Buffer.concat(sample)
  const packed = length < SMALLEST ? length : gzipSync(first.subarray(0, SAMPLE), { level: 1 }).length
  return {
    pieces: chained(first, iterator),
    compressible: packed < Math.min(length, SAMPLE) * WORTH,
    close: async () => void (await iterator.return?.()),
  }
}

async function* chained(first: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    yield Buffer.from(next.value)
  }
}

export function cutParts(source: Source, tool: SumTool, packed: boolean): Parts {
  const reading = createReading(tool)
  const pieces = packed ? gzipped(noted(source.pieces, reading)) : noted(source.pieces, reading)
  let rest = Buffer.alloc(0)
  let unit = 0
  let readBefore = 0
  let skipped = 0
  let taken: Buffer[] | null = packed ? null : []

  const has = async (length: number): Promise<boolean> => {
    const more: Buffer[] = [rest]
    let held = rest.length
    while (held < length) {
      const next = await pieces.next()
      if (next.done === true) break
      more.push(next.value)
      held += next.value.length
    }
    if (more.length > 1) rest = Buffer.concat(more)
    return rest.length >= length
  }

  return {
    async take(units) {
      await has(units * UNIT)
      if (rest.length === 0) return null
      const bytes = Buffer.from(rest.subarray(0, units * UNIT))
      rest = rest.subarray(bytes.length)
      const part = { unit, bytes, sum: sumOf(tool, bytes), read: readBefore }
      unit += units
      taken?.push(bytes)
      readBefore = packed ? reading.length() : readBefore + bytes.length
      return part
    },
    rewind() {
      rest = Buffer.concat([...(taken ?? []), rest])
      taken = packed ? null : []
      unit = 0
      readBefore = 0
    },
    settle() {
      taken = null
    },
    async skip(blockBytes, expected) {
      let same = 0
      for (const sum of expected) {
        if (!(await has(blockBytes)) || sumOf(tool, rest.subarray(0, blockBytes)) !== sum) break
        rest = rest.subarray(blockBytes)
        unit += blockBytes / UNIT
        readBefore = packed ? reading.length() : readBefore + blockBytes
        same += 1
      }
      skipped = readBefore
      return same
    },
    reading,
    taken: () => readBefore,
    skipped: () => skipped,
  }
}

/** The same bytes for the same file, so that a part of it on a board can be gone on with. */
async function* gzipped(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level: LEVEL })
  pipeline(pieces, gzip, () => {})
  for await (const piece of gzip) yield piece as Buffer
}
