import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineNumbers } from '../../src/lab/logs/line-numbers.ts'
import { createLogSearch } from '../../src/lab/logs/search.ts'
import { createConsoleEvents } from '../../src/lab/runs/console-events.ts'
import { createLogReader, type Reading } from '../../src/reading/log-reader.ts'
import { FAILURES } from '../reading/corpus/failures.ts'
import { findingOf } from '../reading/finding.ts'

const noise = fc.array(fc.constantFrom('a', '\n', '\r\n', '\r', '\0', '\x1b[1m', 'é', '\n\n'), {
  maxLength: 60,
})
const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 })

/** Pieces of `bytes`, as long as `lengths` says, again and again. */
function* pieces(bytes: Buffer, lengths: readonly number[]): Generator<{ at: number; piece: Buffer }> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const piece = bytes.subarray(at, at + (lengths[turn % lengths.length] ?? 1))
    yield { at, piece }
    at += piece.length
  }
}

function read(bytes: Buffer): Reading {
  const reader = createLogReader({ stage: 'run' })
  reader.push(bytes)
  return reader.end()
}

test('a byte’s line is one more than the ends of line before it, however the log came', () => {
  fc.assert(
    fc.property(noise, cuts, fc.nat(1e9), fc.nat(), (words, lengths, base, where) => {
      const bytes = Buffer.from(words.join('') || 'x')
      const numbers = createLineNumbers()
      for (const { at, piece } of pieces(bytes, lengths)) numbers.push(base + at, piece)
      const at = where % bytes.length
      const ends = bytes.subarray(0, at).filter(byte => byte === 0x0a).length
      expect(numbers.lineAt(base + at)).toBe(ends + 1)
    }),
    { numRuns: 200 },
  )
})

test('of a long log the last lines are known, and all since what is waited for', () => {
  const numbers = createLineNumbers()
  const line = Buffer.from('0123456\n')
  const many = Buffer.concat(Array.from({ length: 1_000 }, () => line))
  for (let k = 0; k < 100; k++) numbers.push(k * many.length, many)
  numbers.keepFrom(99_500 * 8)
  for (let k = 100; k < 500; k++) numbers.push(k * many.length, many)
  expect(numbers.lineAt(499_999 * 8)).toBe(500_000)
  expect(numbers.lineAt(99_500 * 8 + 3)).toBe(99_501)
})

test('M6.7 live: a finding has the lines that boardroom verdict gives it, wherever the board’s log stood and however late its end is told', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FAILURES),
      fc.array(fc.string({ maxLength: 30 }), { maxLength: 20 }),
      cuts,
      fc.nat(1e9),
      (sample, before, lengths, base) => {
        const bytes = Buffer.from(`${before.join('\r\n')}\r\n${sample.text}`)
        const { events } = read(bytes)
        const console = createConsoleEvents()
        const told = new Set<number>()
        for (const { at, piece } of pieces(bytes, lengths)) {
          console.log(base + at, piece)
          for (const [key, event] of events.entries()) {
            const { lines: _, ...finding } = event
            const moved = { ...finding, from: base + event.from, to: base + event.to }
            if (told.has(key) || at + piece.length < event.from + event.line.length) continue
            told.add(key)
            console.heard({ ...moved, whole: false, to: moved.from + 1 }, 0)
          }
        }
        for (const event of events) {
          const { lines: _, ...finding } = event
          console.heard({ ...finding, whole: true, from: base + event.from, to: base + event.to }, 1)
        }
        expect(console.findings().map(({ lines }) => lines)).toEqual(events.map(({ lines }) => lines))
        expect(console.events().map(({ title }) => title)).toEqual(events.map(({ title }) => title))
      },
    ),
    { numRuns: 150 },
  )
})

test('tests log --line: the first line shown is the line of that number, whatever stands before it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FAILURES), noise, cuts, (sample, before, lengths) => {
      const bytes = Buffer.from(`${before.join('')}\r\n${sample.text}`)
      const event = read(bytes).events.find(({ seconds, line }) => seconds !== null && line.length > 0)
      if (event?.lines === undefined) return
      const search = createLogSearch({ limit: 1, line: event.lines[0] }, { isOver: true })
      for (const { at, piece } of pieces(bytes, lengths)) search.push({ offset: at, t: 0, bytes: piece })
      const shown = search.end()
      expect(shown.lines).toHaveLength(1)
      expect(shown.matched).toBeGreaterThanOrEqual(1)
      expect(shown.lines[0]?.text).toContain(event.line.trimEnd())
    }),
    { numRuns: 150 },
  )
})

test('what ends a run is kept, however much is only told; what is not kept is counted', () => {
  fc.assert(
    fc.property(fc.nat(80), fc.nat(30), (warnings, panics) => {
      const console = createConsoleEvents()
      const all = [
        ...Array.from({ length: warnings }, (_, at) => findingOf({ cause: 'warning', title: 'w', from: at })),
        ...Array.from({ length: panics }, (_, at) =>
          findingOf({ cause: 'panic', title: 'p', from: 1000 + at }),
        ),
      ]
      for (const finding of all) console.heard(finding, 0)
      for (const finding of all) console.heard({ ...finding, whole: true }, 0)
      const kept = console.events()
      expect(kept.filter(({ kind }) => kind === 'panic')).toHaveLength(Math.min(panics, 20))
      expect(kept.length + console.omitted).toBe(all.length)
    }),
  )
})
