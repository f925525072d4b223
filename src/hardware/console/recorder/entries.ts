import type { Millis } from '../../../clock.ts'

/**
 * The index beside a segment of a board's log: records of one width, little-endian, in the order of their offsets.
 *
 * | bytes | what |
 * |---|---|
 * | 0–7 | offset in the board's log, unsigned |
 * | 8–15 | wall time in milliseconds since the epoch, IEEE 754 double |
 * | 16–19 | kind: 1 bytes, 2 connected, 3 lost, 4 dropped |
 * | 20–23 | for `dropped`: how many bytes before the offset are not on disk (at most 2^32 - 1) |
 */
export type IndexEntry = { offset: number; t: Millis; kind: IndexKind; count: number }

/** `bytes`: from this offset on bytes came at this time. The others are marks: they stand for no byte of the line. */
export type IndexKind = (typeof KINDS)[number]

const KINDS = ['bytes', 'connected', 'lost', 'dropped'] as const

export const ENTRY_BYTES = 24
const LARGEST_COUNT = 2 ** 32 - 1

export function encodeIndex(entries: readonly IndexEntry[]): Buffer {
  const buffer = Buffer.alloc(entries.length * ENTRY_BYTES)
  for (const [at, entry] of entries.entries()) {
    const from = at * ENTRY_BYTES
    buffer.writeBigUInt64LE(BigInt(entry.offset), from)
    buffer.writeDoubleLE(entry.t, from + 8)
    buffer.writeUInt32LE(KINDS.indexOf(entry.kind) + 1, from + 16)
    buffer.writeUInt32LE(Math.min(entry.count, LARGEST_COUNT), from + 20)
  }
  return buffer
}

/** Every whole record of a known kind; a torn last one, as a crash leaves it, is left out. */
export function decodeIndex(bytes: Buffer): IndexEntry[] {
  const entries: IndexEntry[] = []
  for (let from = 0; from + ENTRY_BYTES <= bytes.length; from += ENTRY_BYTES) {
    const kind = KINDS[bytes.readUInt32LE(from + 16) - 1]
    if (kind === undefined) continue
    const offset = Number(bytes.readBigUInt64LE(from))
    entries.push({ offset, t: bytes.readDoubleLE(from + 8), kind, count: bytes.readUInt32LE(from + 20) })
  }
  return entries
}
