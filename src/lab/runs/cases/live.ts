import type { LogRange } from '../../../hardware/types.ts'
import { createCaseReader } from '../../../reading/cases/reader.ts'
import type { CaseReport } from '../../../reading/cases/types.ts'
import { createLineSplitter, type Line } from '../../../reading/lines.ts'
import { LONGEST_LINE } from './feed.ts'
import type { CaseProgress } from './types.ts'

/** Cases read while a program prints. */
export type LiveCases = {
  /** Bytes of the board's log, in order. */
  append(offset: number, bytes: Uint8Array): void
  /** The program prints from here on. */
  begin(from: number): void
  /** Null before the first case, or a plan. */
  progress(): CaseProgress | null
  /**
   * What the program printed is known now: the very report that reading these parts anew would give. Null where more
   * or other bytes were read than these, which only reading them anew can mend.
   */
  end(printed: readonly LogRange[]): CaseReport | null
}

/** The program may have begun to print before we hear where. */
const KEPT_BEFORE = 64 * 1024
/** Frames of the lab's shell (hardware/console/shell/frames.ts) and its prompt: the program's output may be over. */
const OURS = /@[0-9A-Za-z]{6,16} \d{1,9}(?: |$)|br[0-9A-Za-z]{4}:\d{1,9}> /
/** A program that prints such words itself goes on behind them. */
const MOST_HELD = 64

type Chunk = { offset: number; bytes: Uint8Array }

/**
 * Where a program's output ends is known a moment after it has ended, and by then our shell has spoken too. So lines
 * that may be ours are held back, with what follows them and the empty ones before, until it is known.
 */
export function createLiveCases(): LiveCases {
  const reader = createCaseReader()
  const splitter = createLineSplitter({ maxLine: LONGEST_LINE })
  let chunks: Chunk[] = []
  let kept = 0
  let start: number | null = null
  let head: number | null = null
  /** How far lines were read: what stands behind is still in `chunks`. */
  let readTo = 0
  /** Where the text of the last line that was read ends, without its line end. */
  let textTo = 0
  let held: Line[] = []
  let suspended = false
  let broken = false

  const read = (line: Line): void => {
    reader.push(line)
    readTo = line.to
    textTo = line.from + Buffer.byteLength(line.text)
  }
  const take = (line: Line): void => {
    suspended ||= OURS.test(line.text)
    held.push(line)
    if (held.length <= MOST_HELD && (suspended || line.text === '')) return
    // Whatever began the hold was the program's own; the next line that may be ours begins another.
    const next = suspended ? nextOurs(held) : held.length
    suspended = next < held.length
    for (const each of held.slice(0, next)) read(each)
    held = held.slice(next)
  }
  const split = ({ offset, bytes }: Chunk, from: number): void => {
    const skipped = Math.max(0, from - offset)
    if (skipped >= bytes.length) return
    for (const line of splitter.push(bytes.subarray(skipped), offset + skipped)) take(line)
  }
  const forget = (): void => {
    const isDone = ({ offset, bytes }: Chunk): boolean =>
      start === null ? kept - bytes.length > KEPT_BEFORE : offset + bytes.length <= readTo
    let done = 0
    for (const chunk of chunks) {
      if (!isDone(chunk)) break
      kept -= chunk.bytes.length
      done++
    }
    if (done > 0) chunks = chunks.slice(done)
  }

  return {
    append(offset, bytes) {
      if (head !== null && offset !== head) broken = true
      head = offset + bytes.length
      chunks.push({ offset, bytes })
      kept += bytes.length
      if (start !== null) split({ offset, bytes }, start)
      forget()
    },
    begin(from) {
      if (start !== null) return
      start = from
      readTo = from
      const [first] = chunks
      if (first !== undefined && first.offset > from) broken = true
      for (const chunk of chunks) split(chunk, from)
      forget()
    },
    progress() {
      const totals = reader.totals()
      return totals.total === 0 && totals.announced === null ? null : { totals, latest: reader.latest() }
    },
    end(printed) {
      const [first] = printed
      if (first === undefined) return start === null ? reader.end() : null
      // Parts are read as one text: where the first ends in mid-line, the second goes on with that line.
      const isSame =
        first.from === start && textTo <= first.to && (readTo <= first.to || printed.length === 1)
      if (broken || !isSame) return null
      const rest = createLineSplitter({ maxLine: LONGEST_LINE })
      let at = readTo
      for (const range of printed) {
        for (const { offset, bytes } of chunks) {
          const from = Math.max(range.from, offset, readTo)
          const to = Math.min(range.to, offset + bytes.length)
          if (from >= to) continue
          for (const line of rest.push(bytes.subarray(from - offset, to - offset), at)) reader.push(line)
          at += to - from
        }
      }
      for (const line of rest.flush()) reader.push(line)
      return reader.end()
    },
  }
}

/** Of the lines behind the first: where one that may be ours begins, with the empty lines before it. */
function nextOurs(held: readonly Line[]): number {
  const found = held.findIndex(({ text }, at) => at > 0 && OURS.test(text))
  if (found === -1) return held.length
  let next = found
  while (next > 1 && held[next - 1]?.text === '') next--
  return next
}
