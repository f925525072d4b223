import type { Millis } from '../../clock.ts'

/** A line of a run's file as a page shows it: with its colours as they came (SGR), otherwise as text. */
export type PageLine = {
  text: string
  /** When the first byte of what is seen of it came. */
  t: Millis
  /** Bytes of a very long one that are left out behind `text`. */
  more?: number
}

export type LogSize = {
  /** Lines there are, the unfinished one at the end included. */
  lines: number
  /** Those that have ended: they never change any more. */
  whole: number
  bytes: number
  /** More may come. */
  grows: boolean
}

export type LogWindow = LogSize & { from: number; shown: readonly PageLine[] }

export type LogHits = {
  /** Numbers of lines, rising; the first ones where there are very many. */
  hits: readonly number[]
  /** All that were found, those that are not listed included. */
  total: number
  /** From which line to go on, where time ran out; null: all was looked through. */
  next: number | null
}

/**
 * The files of runs that are logs, line by line. Numbers of lines are those of verdicts, cases and cards, from 1.
 * Each answers null where there is no such file, or retention took it.
 */
export type RunLogs = {
  size(run: string, file: string): Promise<LogSize | null>
  /** `count` lines from `from` on (2,000 at most), fewer where they are long; none behind the last. */
  lines(run: string, file: string, from: number, count: number): Promise<LogWindow | null>
  /** Lines from `from` on that hold `words`, small letters or large, colours left out. Throws what the signal aborts with. */
  find(run: string, file: string, words: string, options: FindOptions): Promise<LogHits | null>
}
export type FindOptions = { from?: number; limit: number; signal?: AbortSignal }
