import { stripAnsi } from '../../reading/ansi.ts'
import { createLineSplitter } from '../../reading/lines.ts'
import { type IndexView, LONG_BYTES, POINT_BYTES } from './line-index.ts'
import type { ReadBytes } from './line-window.ts'
import type { LogHits } from './types.ts'

/** What lies between two points of the index is looked through at once, unless a very long line is in it. */
const MOST_AT_ONCE = 4 * POINT_BYTES

/**
 * Lines that hold the words, from `from` on. Whole blocks are looked at first, and cut into lines only where the words
 * are in them: of 100 MB most is never cut. Stops when `isLate` says so, between two blocks. Of a line longer than
 * 64 kB also what was overwritten counts, and not what lies across a cut.
 */
export async function findLines(
  index: IndexView,
  read: ReadBytes,
  words: string,
  options: { from: number; limit: number; isLate(): boolean },
): Promise<LogHits> {
  const { from, limit, isLate } = options
  const sought = words.toLowerCase()
  const hits: number[] = []
  let total = 0
  const first = index.pointBefore(from)
  const points = index.points
    .slice(index.points.indexOf(first) + 1)
    .filter(point => point.offset < index.bytes)
  const ends = [...points.map(point => point.offset), index.bytes]

  const isIn = (text: string): boolean => stripAnsi(text).toLowerCase().includes(sought)
  const hit = (line: number): void => {
    if (line < from) return
    total++
    if (hits.length < limit) hits.push(line)
  }
  let search = createBlock(first.line)
  let block = 0
  for await (const { offset, bytes } of read(first.offset, index.bytes)) {
    // Whoever left is noticed in the middle of a block, too.
    isLate()
    for (let at = 0; at < bytes.length; ) {
      const end = ends[block] ?? index.bytes
      const part = bytes.subarray(at, Math.min(bytes.length, end - offset))
      search.push(part, offset + at)
      at += part.length
      if (offset + at < end) continue
      search.end()
      const next = points[block++]
      if (next === undefined) break
      if (isLate()) return { hits, total, next: Math.max(from, next.line) }
      search = createBlock(next.line)
    }
  }
  return { hits, total, next: null }

  function createBlock(line: number): { push(part: Uint8Array, offset: number): void; end(): void } {
    let parts: Uint8Array[] = []
    let size = 0
    let number = line
    let lastHit = 0
    let splitter: ReturnType<typeof createLineSplitter> | null = null
    const cut = (part: Uint8Array, offset: number): void => {
      splitter ??= createLineSplitter({ maxLine: LONG_BYTES })
      for (const { text, complete, overwritten } of splitter.push(part, offset))
        see(text, complete, overwritten)
    }
    const see = (text: string, complete: boolean, overwritten: boolean): void => {
      if (!overwritten && lastHit !== number && isIn(text)) {
        lastHit = number
        hit(number)
      }
      if (complete && !overwritten) number++
    }
    let begin: number | null = null
    return {
      push(part, offset) {
        begin ??= offset
        if (splitter !== null) return cut(part, offset)
        parts.push(part)
        size += part.length
        if (size <= MOST_AT_ONCE) return
        cut(Buffer.concat(parts), begin)
        parts = []
      },
      end() {
        if (splitter === null) {
          const whole = Buffer.concat(parts)
          if (!isIn(whole.toString('utf8'))) return
          cut(whole, begin ?? 0)
        }
        for (const { text } of splitter === null ? [] : flushed(splitter)) see(text, false, false)
      },
    }
  }
}

function flushed(splitter: ReturnType<typeof createLineSplitter>): { text: string }[] {
  const rest = splitter.pending()
  return rest === null ? [] : [rest]
}
