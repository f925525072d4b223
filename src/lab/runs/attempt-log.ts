import type { Millis } from '../../clock.ts'
import type { LogRange } from '../../hardware/types.ts'
import { stripAnsi } from '../../reading/ansi.ts'
import type { CaseReport } from '../../reading/cases/types.ts'
import { createLineSplitter } from '../../reading/lines.ts'
import type { Artifacts, GrowingFile } from '../../storage/types.ts'
import type { LogLine } from '../lab.ts'
import { partsOf } from '../logs/run-log.ts'
import { createLogSearch } from '../logs/search.ts'
import type { CaseProgress } from '../types.ts'
import { createLiveCases } from './cases/live.ts'
import { consoleLog, OUTPUT_LOG } from './log-names.ts'

/** The copy of the board's log that belongs to one attempt, and what of it the program printed. */
export type AttemptLog = {
  append(offset: number, t: Millis, bytes: Uint8Array): void
  /** Ranges of the board's log that the program printed, in order; `to` null while it runs. */
  output(ranges: readonly OpenRange[]): void
  readonly bytes: number
  /** The last lines that the program printed, as they came, and how many there were: no file is read for a card. */
  tail(): { lines: readonly LogLine[]; total: number }
  /** Where in the file the program's own output lies; null when it never began. */
  readonly printed: readonly LogRange[] | null
  /** What the program has told of its cases so far; null before the first. */
  caseProgress(): CaseProgress | null
  /** All its cases, once it is known what it printed; null where only the file can tell. To be asked once. */
  cases(): CaseReport | null
  seal(): Promise<void>
}

type OpenRange = { from: number; to: number | null }
export type Tail = { tail: readonly string[]; tailTotal: number }

export const TAIL_LINES = 20
const LONGEST_LINE = 4096

export async function openAttemptLog(
  artifacts: Artifacts,
  run: string,
  attempt: number,
): Promise<AttemptLog> {
  const file: GrowingFile = await artifacts.open(run, consoleLog(attempt), 'text/plain')
  const splitter = createLineSplitter({ maxLine: LONGEST_LINE })
  let base: number | null = null
  let output: readonly OpenRange[] = []
  let total = 0
  let last: LogLine[] = []
  const cases = createLiveCases()

  const isOutput = (offset: number): boolean =>
    output.some(({ from, to }) => offset >= from && (to === null || offset < to))

  return {
    append(offset, t, bytes) {
      base ??= offset
      file.append(bytes, t)
      cases.append(offset, bytes)
      for (const line of splitter.push(bytes, offset)) {
        if (line.overwritten || !isOutput(line.from)) continue
        total++
        last.push({ t, text: line.text })
      }
      if (last.length > TAIL_LINES * 2) last = last.slice(-TAIL_LINES)
    },
    output(ranges) {
      output = ranges
      const [first] = ranges
      if (first !== undefined) cases.begin(first.from)
    },
    get bytes() {
      return file.size
    },
    tail: () => ({
      // Cleaned when asked for: cleaning a line costs more than cutting it.
      lines: last.slice(-TAIL_LINES).map(({ t, text }) => ({ t, text: stripAnsi(text).trimEnd() })),
      total,
    }),
    get printed() {
      const start = base
      if (output.length === 0 || start === null) return null
      return output.map(({ from, to }) => ({
        from: Math.max(0, from - start),
        to: (to ?? start + file.size) - start,
      }))
    },
    caseProgress: cases.progress,
    cases: () => cases.end(output.map(({ from, to }) => ({ from, to: to ?? Number.POSITIVE_INFINITY }))),
    async seal() {
      await file.seal()
    },
  }
}

/**
 * Makes the output's file of its parts of the console's, and gives the last lines: of all of it when the program never
 * began. Repeating goes on where a kill cut it off.
 */
export async function collectOutput(
  artifacts: Artifacts,
  run: string,
  attempt: number,
  printed: readonly LogRange[] | null,
): Promise<Tail> {
  const name = consoleLog(attempt)
  const search = createLogSearch({ limit: TAIL_LINES })
  const whole = printed === null ? artifacts.read(run, name) : partsOf(artifacts, run, name, printed)
  const copy = printed === null ? null : await artifacts.open(run, OUTPUT_LOG, 'text/plain')
  let there = copy?.size ?? 0
  for await (const piece of whole) {
    copy?.append(piece.bytes.subarray(Math.min(there, piece.bytes.length)), piece.t)
    there = Math.max(0, there - piece.bytes.length)
    search.push(piece)
  }
  await copy?.seal()
  const { lines, total } = search.end()
  return { tail: lines.map(line => line.text), tailTotal: total }
}
