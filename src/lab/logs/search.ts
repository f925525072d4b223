import type { Millis } from '../../clock.ts'
import type { LogMark } from '../../hardware/types.ts'
import { stripAnsi } from '../../reading/ansi.ts'
import { createLineSplitter, type Line } from '../../reading/lines.ts'
import type { LogLine, LogLines, LogQuestion } from '../lab.ts'

export type TimedBytes = { offset: number; t: Millis; bytes: Uint8Array }

const LONGEST_LINE = 4096

export type LogSearch = {
  push(bytes: TimedBytes): void
  /** What happened before the next byte. */
  mark(mark: Pick<LogMark, 'kind' | 't'>): void
  end(): LogLines
}

export type LogSource = {
  /** Place of its first byte. */
  start: number
  /** Nothing more will come: a line without an end is one, too. Else it is shown to whoever does not follow. */
  isOver: boolean
}

/** Keeps the last lines of a stream that are meant, ANSI removed, and counts all. Memory is bounded by `limit`. */
export function createLogSearch(question: LogQuestion, source: Partial<LogSource> = {}): LogSearch {
  const { limit, since = null, after, line: begin = 1, at } = question
  const isFirst = at !== undefined || question.line !== undefined
  const { start = after ?? 0, isOver = after === undefined } = source
  const grep = question.grep?.toLowerCase() ?? null
  const splitter = createLineSplitter({ maxLine: LONGEST_LINE })
  let kept: LogLine[] = []
  let total = 0
  let matched = 0
  let next = start
  /** Of the line that comes next: one that the cursor went back over has the number of what is left of it. */
  let number = 1
  /** Pieces that the unfinished line may have begun in. */
  const pieces: { offset: number; t: Millis }[] = []

  const timeOf = (line: Line): Millis => {
    while ((pieces[1]?.offset ?? Number.POSITIVE_INFINITY) <= line.from) pieces.shift()
    return pieces[0]?.t ?? 0
  }
  const take = (line: Line): void => {
    const t = timeOf(line)
    const own = number
    next = line.to
    if (line.complete && !line.overwritten) number++
    // What the cursor went back over is not seen on a screen either.
    if (line.overwritten) return
    total++
    if (own < begin) return
    if (since !== null && t < since) return
    if (grep !== null && !stripAnsi(line.text).toLowerCase().includes(grep)) return
    matched++
    keep({ t, text: line.text })
  }
  const keep = (line: LogLine): void => {
    if (isFirst && kept.length >= limit) return
    kept.push(line)
    if (kept.length > limit * 2) kept = kept.slice(-limit)
  }
  return {
    push({ offset, t, bytes }) {
      if (pieces.at(-1)?.t !== t) pieces.push({ offset, t })
      for (const line of splitter.push(bytes, offset)) take(line)
    },
    mark({ kind, t }) {
      for (const line of splitter.flush()) take(line)
      if (since === null || t >= since) keep({ t, text: '', mark: kind })
    },
    end() {
      if (isOver) for (const line of splitter.flush()) take(line)
      const lines = kept.slice(-limit).map(line => ({ ...line, text: stripAnsi(line.text).trimEnd() }))
      return { lines, total, matched, next }
    },
  }
}
