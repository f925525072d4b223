/** Where the lines of a growing file begin, sparsely: so that any of them is found without reading what is before. */

export const POINT_BYTES = 64 * 1024
/** A line with more bytes than this is read by its own places, never whole. */
export const LONG_BYTES = 64 * 1024

/** `from` is where what is seen of it begins (behind the last CR that returned the cursor), `to` where its text ends. */
export type LongLine = { line: number; start: number; from: number; to: number; next: number }
export type Point = { offset: number; line: number }

export type LineIndex = {
  /** The bytes that follow on those before. */
  push(bytes: Uint8Array): void
  /** What is known right now; it stays true while more is pushed. */
  view(): IndexView
}
export type IndexView = {
  readonly bytes: number
  /** Lines that have ended. */
  readonly whole: number
  /** Those, and what stands behind the last of them. */
  readonly lines: number
  /** The unfinished line when it is long. */
  readonly open: LongLine | null
  /** The nearest beginning of a line at or before the line of that number, from 1. */
  pointBefore(line: number): Point
  /** All of them, in order; the first is the file's beginning. */
  readonly points: readonly Point[]
  /** The first long line of that number or a later one. */
  longFrom(line: number): LongLine | null
}

const LF = 0x0a
const CR = 0x0d
const NUL = 0x00

export function createLineIndex(options: { pointBytes?: number; longBytes?: number } = {}): LineIndex {
  const { pointBytes = POINT_BYTES, longBytes = LONG_BYTES } = options
  const points: Point[] = [{ offset: 0, line: 1 }]
  const longs: LongLine[] = []
  let bytes = 0
  let whole = 0
  /** Of the unfinished line: where it and what is seen of it begin, and where its text ends. */
  let start = 0
  let from = 0
  let to = 0
  let isReturned = false
  let hasText = false

  /** As the splitter of src/reading/lines.ts reads it: CRs before the end are part of the end, others return the cursor. */
  const walk = (part: Uint8Array, offset: number): void => {
    for (let at = 0; at < part.length; at++) {
      const byte = part[at]
      if (byte === CR || (byte === NUL && isReturned)) {
        isReturned = true
        continue
      }
      if (isReturned && hasText) from = offset + at
      isReturned = false
      hasText = true
      to = offset + at + 1
    }
  }
  const end = (next: number): void => {
    whole++
    if (next - start > longBytes) longs.push({ line: whole, start, from, to, next })
    start = from = to = next
    isReturned = hasText = false
    if (next - (points.at(-1)?.offset ?? 0) >= pointBytes) points.push({ offset: next, line: whole + 1 })
  }

  return {
    push(part) {
      const base = bytes
      let at = 0
      for (let lf = part.indexOf(LF); lf !== -1; lf = part.indexOf(LF, at)) {
        // Of a short line only its end matters: most bytes are not looked at one by one.
        if (base + lf + 1 - start > longBytes) walk(part.subarray(at, lf), base + at)
        end(base + lf + 1)
        at = lf + 1
      }
      walk(part.subarray(at), base + at)
      bytes += part.length
    },
    view() {
      const here = { bytes, whole, lines: whole + (hasText ? 1 : 0) }
      const open =
        hasText && bytes - start > longBytes ? { line: whole + 1, start, from, to, next: bytes } : null
      return {
        ...here,
        open,
        points,
        pointBefore: line =>
          points[countUpTo(points, point => point.line <= line) - 1] ?? { offset: 0, line: 1 },
        longFrom(line) {
          const long = longs[countUpTo(longs, each => each.line < line)]
          if (long !== undefined && long.next <= here.bytes) return long
          return open !== null && open.line >= line ? open : null
        },
      }
    },
  }
}

/** How many of the first are so; those that are come before those that are not. */
function countUpTo<T>(all: readonly T[], isSo: (one: T) => boolean): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const one = all[middle]
    if (one !== undefined && isSo(one)) low = middle + 1
    else high = middle
  }
  return low
}
