import fc from 'fast-check'
import type { ReadBytes } from '../../../src/lab/logs/line-window.ts'
import { stripAnsi } from '../../../src/reading/ansi.ts'
import { createLineSplitter } from '../../../src/reading/lines.ts'

/** Lines as they are read by whoever reads the whole log at once, in a window that no line fills. */
export function naiveLines(bytes: Uint8Array): string[] {
  const splitter = createLineSplitter({ maxLine: bytes.length + 64 })
  const lines = splitter.push(bytes, 0).filter(line => line.complete && !line.overwritten)
  const rest = splitter.pending()
  return [...lines, ...(rest === null ? [] : [rest])].map(line => line.text)
}

export function naiveHits(bytes: Uint8Array, words: string): number[] {
  return naiveLines(bytes).flatMap((text, at) =>
    stripAnsi(text).toLowerCase().includes(words.toLowerCase()) ? [at + 1] : [],
  )
}

/** What consoles send: text, ends of lines of all kinds, colours, damage. */
export const consoleBytes = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('\n', '\r\n', '\r', '\0', '\r\0', '\r\r\n') },
      { weight: 4, arbitrary: fc.constantFrom('a', 'panic', 'Panic ', 'Wörter ', '€', '😀', '\t') },
      fc.constantFrom('\x1b[31m', '\x1b[0m', '\x1b]0;title\x07', '\x1b[', '\x1b'),
      fc.string({ maxLength: 12 }),
      fc.uint8Array({ maxLength: 6 }).map(bytes => Buffer.from(bytes).toString('latin1')),
      fc.nat(90).map(length => 'x'.repeat(length)),
    ),
    { maxLength: 60 },
  )
  .map(parts => Buffer.from(parts.join(''), 'utf8'))

/** Piece n begins at cut n and came at second n. */
export function reader(bytes: Uint8Array, cuts: readonly number[]): ReadBytes {
  const places = [...new Set([0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  )
  return async function* (from, to) {
    for (const [n, start] of places.entries()) {
      const [a, b] = [Math.max(from, start), Math.min(to, places[n + 1] ?? bytes.length)]
      if (b > a) yield { offset: a, t: n * 1_000, bytes: bytes.subarray(a, b) }
    }
  }
}

export const cutsOf = fc.array(fc.nat(4_000), { maxLength: 12 })
