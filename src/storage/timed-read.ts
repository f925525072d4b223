import { createReadStream } from 'node:fs'
import { readTimes, type TimeMark } from './times.ts'
import type { TimedBytes } from './types.ts'

/** Bytes `[from, to)` of a file that grew, each piece with the time it came at; `t` is `fallback` before the first mark. */
export async function* readTimed(
  path: string,
  from: number,
  to: number,
  fallback: number,
): AsyncGenerator<TimedBytes> {
  if (to <= from) return
  const marks = await readTimes(path)
  let next = firstAfter(marks, from)
  let at = from
  for await (const piece of createReadStream(path, { start: from, end: to - 1 })) {
    let bytes = piece as Buffer
    while (bytes.length > 0) {
      const mark = marks[next]
      const size = mark === undefined ? bytes.length : Math.min(bytes.length, mark.offset - at)
      yield { offset: at, t: marks[next - 1]?.t ?? fallback, bytes: bytes.subarray(0, size) }
      bytes = bytes.subarray(size)
      at += size
      while (marks[next] !== undefined && (marks[next]?.offset ?? 0) <= at) next++
    }
  }
}

/** Index of the first mark behind `offset`, by bisection. */
function firstAfter(marks: readonly TimeMark[], offset: number): number {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((marks[middle]?.offset ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return low
}
