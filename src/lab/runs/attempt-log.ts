import { createReadStream } from 'node:fs'
import type { Millis } from '../../clock.ts'
import { stripAnsi } from '../../reading/ansi.ts'
import { createLineSplitter } from '../../reading/lines.ts'
import type { Artifacts, GrowingFile } from '../../storage/types.ts'
import { consoleLog, OUTPUT_LOG } from './log-names.ts'

/** The copy of the board's log that belongs to one attempt, and what of it the program printed. */
export type AttemptLog = {
  append(offset: number, t: Millis, bytes: Uint8Array): void
  /** Offsets of the board's log between which the program's output lies; `to` null while it runs. */
  output(from: number, to: number | null): void
  readonly bytes: number
  /** The last line that the program printed. */
  readonly lastLine: string | null
  /** Where in the file the program's own output begins; null before it does. */
  readonly outputStart: number | null
  /** Seals the console's file, makes the output's file of its part, and gives the last lines. */
  seal(): Promise<{ tail: readonly string[]; tailTotal: number }>
}

const TAIL_LINES = 20
const LONGEST_LINE = 4096

export type GapReader = (from: number, to: number) => AsyncIterable<{ bytes: Uint8Array; t: Millis }>

export async function openAttemptLog(
  artifacts: Artifacts,
  run: string,
  attempt: number,
): Promise<AttemptLog> {
  const name = consoleLog(attempt)
  const file: GrowingFile = await artifacts.open(run, name, 'text/plain')
  const lines = createLineSplitter({ maxLine: LONGEST_LINE })
  let base: number | null = null
  let lastLine: string | null = null
  let output: { from: number; to: number | null } | null = null

  return {
    append(offset, t, bytes) {
      base ??= offset
      file.append(bytes, t)
      // Backwards: of all that came only the last is shown, and cleaning a line costs more than cutting it.
      for (const line of lines.push(bytes, offset).toReversed()) {
        const isOutput = output !== null && line.from >= output.from && line.from < (output.to ?? Infinity)
        const text = isOutput ? stripAnsi(line.text).trimEnd() : ''
        if (text === '') continue
        lastLine = text
        break
      }
    },
    output(from, to) {
      output = { from, to }
    },
    get bytes() {
      return file.size
    },
    get outputStart() {
      return output === null || base === null ? null : output.from - base
    },
    get lastLine() {
      return lastLine
    },
    async seal() {
      await file.seal()
      if (base === null) return { tail: [], tailTotal: 0 }
      const range =
        output === null ? null : { from: output.from - base, to: (output.to ?? base + file.size) - base }
      return await copyOutput(artifacts, run, name, range)
    },
  }
}

async function copyOutput(
  artifacts: Artifacts,
  run: string,
  name: string,
  range: { from: number; to: number } | null,
): Promise<{ tail: readonly string[]; tailTotal: number }> {
  const held = await artifacts.hold(run, name)
  if (held === null) return { tail: [], tailTotal: 0 }
  try {
    const copy = range === null ? null : await artifacts.open(run, OUTPUT_LOG, 'text/plain')
    const tail = createTail(TAIL_LINES)
    const from = Math.max(0, range?.from ?? 0)
    const end = Math.min(held.file.size, range?.to ?? held.file.size) - 1
    if (end >= from) {
      for await (const bytes of createReadStream(held.path, { start: from, end })) {
        copy?.append(bytes as Buffer, held.file.storedAt)
        tail.push(bytes as Buffer)
      }
    }
    await copy?.seal()
    return tail.end()
  } finally {
    held.release()
  }
}

/** Keeps the last lines of a stream, ANSI removed, and counts all of them. */
export function createTail(keep: number): {
  push(bytes: Uint8Array): void
  end(): { tail: readonly string[]; tailTotal: number }
} {
  const splitter = createLineSplitter({ maxLine: LONGEST_LINE })
  const kept: string[] = []
  let total = 0
  let offset = 0
  const take = (text: string): void => {
    total++
    kept.push(text)
    if (kept.length > keep * 2) kept.splice(0, kept.length - keep)
  }
  return {
    push(bytes) {
      for (const line of splitter.push(bytes, offset)) take(line.text)
      offset += bytes.length
    },
    end() {
      for (const line of splitter.flush()) take(line.text)
      return { tail: kept.slice(-keep).map(text => stripAnsi(text).trimEnd()), tailTotal: total }
    },
  }
}
