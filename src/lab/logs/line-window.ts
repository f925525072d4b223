import type { Millis } from '../../clock.ts'
import { createLineSplitter, type Line } from '../../reading/lines.ts'
import type { IndexView, LongLine } from './line-index.ts'
import { LONG_BYTES } from './line-index.ts'
import type { TimedBytes } from './search.ts'
import type { PageLine } from './types.ts'

/** Bytes `[from, to)` of the file, in pieces with the time each came at. */
export type ReadBytes = (from: number, to: number) => AsyncIterable<TimedBytes>

export type WindowLimits = {
  /** Characters of a line that are given. */
  longest: number
  /** Characters of all lines together, after which no further one is given. */
  most: number
  /** Bytes read for the answer, likewise. */
  bytes: number
  longBytes: number
}

const LIMITS: WindowLimits = {
  longest: 8 * 1024,
  most: 1024 * 1024,
  bytes: 8 * 1024 * 1024,
  longBytes: LONG_BYTES,
}

/**
 * The lines `from`, `from + 1`, … of what the index knows, `count` of them or fewer where the limits say so; at least
 * one where there is one. What a CR went back over is not seen; the unfinished line is there as far as it came.
 */
export async function readWindow(
  index: IndexView,
  read: ReadBytes,
  from: number,
  count: number,
  limits: Partial<WindowLimits> = {},
): Promise<PageLine[]> {
  const { longest, most, bytes, longBytes } = { ...LIMITS, ...limits }
  const lines: PageLine[] = []
  let given = 0
  let at = index.pointBefore(from)
  /** Reading up to the first line that is wanted is not counted: it is bounded by the index. */
  let spent = 0
  const isFull = (): boolean =>
    lines.length >= count || (lines.length > 0 && (given >= most || spent >= bytes))
  const give = (line: PageLine): void => {
    lines.push(line)
    given += line.text.length
  }

  while (at.line <= index.lines && !isFull()) {
    const long = index.longFrom(at.line)
    const end = long?.start ?? index.bytes
    at = await readShort(at, end)
    if (isFull() || at.offset < end || long === null) break
    if (long.line >= from) give(await readLong(long))
    at = { line: long.line + 1, offset: long.next }
  }
  return lines

  /** Lines that fit the splitter's window; returns where it stopped. */
  async function readShort(start: { line: number; offset: number }, end: number): Promise<typeof start> {
    let { line: number, offset } = start
    if (offset >= end) return start
    const splitter = createLineSplitter({ maxLine: longBytes })
    const pieces: { offset: number; t: Millis }[] = []
    const take = (line: Line): void => {
      if (line.overwritten) return
      while ((pieces[1]?.offset ?? Number.POSITIVE_INFINITY) <= line.from) pieces.shift()
      if (number >= from && !isFull()) give({ ...bounded(line.text, longest), t: pieces[0]?.t ?? 0 })
      number++
      offset = line.to
    }
    for await (const piece of read(offset, end)) {
      if (pieces.at(-1)?.t !== piece.t) pieces.push({ offset: piece.offset, t: piece.t })
      for (const line of splitter.push(piece.bytes, piece.offset)) {
        take(line)
        if (isFull()) return { line: number, offset }
      }
      if (lines.length > 0) spent += piece.bytes.length
      if (isFull()) return { line: number, offset }
    }
    const rest = splitter.pending()
    if (end === index.bytes && rest !== null) take(rest)
    return { line: number, offset: end }
  }

  async function readLong(long: LongLine): Promise<PageLine> {
    const parts: Uint8Array[] = []
    let t: Millis | null = null
    const to = Math.min(long.to, long.from + longest)
    for await (const piece of read(long.from, to)) {
      t ??= piece.t
      parts.push(piece.bytes)
    }
    const text = Buffer.concat(parts)
      .toString('utf8')
      .replace(/[\0\r]/g, '')
    const isCut = to < long.to
    // The last character may be cut in two.
    return {
      text: isCut ? text.replace(/\ufffd$/, '') : text,
      t: t ?? 0,
      ...(isCut && { more: long.to - to }),
    }
  }
}

/** Never between the halves of a surrogate pair. */
function bounded(text: string, longest: number): Pick<PageLine, 'text' | 'more'> {
  if (text.length <= longest) return { text }
  const isPair = (text.charCodeAt(longest - 1) & 0xfc00) === 0xd800
  const shown = text.slice(0, isPair ? longest - 1 : longest)
  return { text: shown, more: Buffer.byteLength(text) - Buffer.byteLength(shown) }
}
