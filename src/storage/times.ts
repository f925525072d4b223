import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Millis } from '../clock.ts'
import { isMissing } from './disk.ts'

/** When the bytes from `offset` on came: the index beside a growing file, for the time gutter of its page. */
export type TimeMark = { offset: number; t: Millis }

/** Two unsigned 64-bit numbers, little-endian: fixed width, so that a mark is found by bisection. */
export const MARK_BYTES = 16

/** Index of the file at `path`, in a folder of its own so that no file's name can meet it. */
export function timesPath(path: string): string {
  return join(dirname(dirname(path)), 'times', `${basename(path)}.idx`)
}

export function encodeMarks(marks: readonly TimeMark[]): Buffer {
  const bytes = Buffer.alloc(marks.length * MARK_BYTES)
  for (const [n, { offset, t }] of marks.entries()) {
    bytes.writeBigUInt64LE(BigInt(offset), n * MARK_BYTES)
    bytes.writeBigUInt64LE(BigInt(Math.max(0, Math.round(t))), n * MARK_BYTES + 8)
  }
  return bytes
}

/** Half a mark at the end, as a kill leaves it, is left out. */
export function decodeMarks(bytes: Buffer): TimeMark[] {
  const marks: TimeMark[] = []
  for (let at = 0; at + MARK_BYTES <= bytes.length; at += MARK_BYTES) {
    marks.push({ offset: Number(bytes.readBigUInt64LE(at)), t: Number(bytes.readBigUInt64LE(at + 8)) })
  }
  return marks
}

/** Empty for a file that never grew. */
export async function readTimes(path: string): Promise<readonly TimeMark[]> {
  const bytes = await readFile(timesPath(path)).catch((error: unknown) => {
    if (isMissing(error)) return Buffer.alloc(0)
    throw error
  })
  return decodeMarks(bytes)
}
