import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogMark } from '../../src/hardware/types.ts'
import type { LogQuestion } from '../../src/lab/lab.ts'
import { linesOfBoard } from '../../src/lab/logs/board-log.ts'
import { createLogSearch } from '../../src/lab/logs/search.ts'
import type { Recorded } from '../../src/sites/types.ts'

type Piece = { offset: number; t: number; bytes: Buffer }

/** Text cut anywhere; piece n came at second n. */
function pieces(text: string, cuts: readonly number[]): Piece[] {
  const bytes = Buffer.from(text)
  const places = [...new Set([0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  )
  return places
    .slice(1)
    .map((to, n) => ({ offset: places[n] ?? 0, t: n * 1_000, bytes: bytes.subarray(places[n], to) }))
}

const words = fc.array(fc.constantFrom('panic', 'Panic: x', 'ok', 'Wörter', '', '  '), { maxLength: 30 })
const cuts = fc.array(fc.nat(400), { maxLength: 12 })

function search(question: LogQuestion, all: readonly Piece[]) {
  const found = createLogSearch(question)
  for (const piece of all) found.push(piece)
  return found.end()
}

test('however a log comes in pieces, the newest lines that are meant are found, each with the time its first byte came', () => {
  fc.assert(
    fc.property(
      words,
      cuts,
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      fc.option(fc.nat(8_000)),
      (lines, at, limit, isGrep, since) => {
        const text = lines.map(line => `${line}\r\n`).join('')
        const all = pieces(text, at)
        let offset = 0
        const expected = lines.map(line => {
          const here = offset
          offset += Buffer.byteLength(line) + 2
          const t = all.findLast(piece => piece.offset <= here && piece.bytes.length > 0)?.t ?? 0
          return { t, text: line.trimEnd() }
        })
        const meant = expected.filter(
          line =>
            (since === null || line.t >= since) && (!isGrep || line.text.toLowerCase().includes('panic')),
        )
        const found = search({ limit, since, grep: isGrep ? 'PANIC' : null }, all)
        expect(found).toEqual({
          lines: meant.slice(-limit),
          total: lines.length,
          matched: meant.length,
          next: Buffer.byteLength(text),
        })
      },
    ),
    { numRuns: 300 },
  )
})

test('a log that is followed from where the last answer ended gives every line once, whatever it is cut into', () => {
  fc.assert(
    fc.property(words, cuts, (lines, at) => {
      const text = lines.map(line => `${line}\n`).join('')
      const all = pieces(text, at)
      const seen: string[] = []
      let after = 0
      for (const end of [...all.map(piece => piece.offset), Buffer.byteLength(text)]) {
        const there = Buffer.from(text).subarray(after, end)
        const answer = search({ limit: 1_000, after }, [{ offset: after, t: 0, bytes: there }])
        seen.push(...answer.lines.map(line => line.text))
        after = answer.next
      }
      expect(seen).toEqual(lines.map(line => line.trimEnd()))
    }),
    { numRuns: 200 },
  )
})

test('what the cursor went back over is no line, escapes are gone, and a line without an end is shown unless it is followed', () => {
  const log = [{ offset: 0, t: 7, bytes: Buffer.from('10%\r\x1b[31m100%\x1b[0m\nlogin: ') }]
  expect(search({ limit: 9 }, log).lines).toEqual([
    { t: 7, text: '100%' },
    { t: 7, text: 'login:' },
  ])
  expect(search({ limit: 9, after: 0 }, log)).toMatchObject({ lines: [{ t: 7, text: '100%' }], total: 1 })
})

/** One board's log, as the recorder keeps it. */
function recorded(all: readonly Piece[], marks: readonly LogMark[]): Recorded {
  const head = all.reduce((sum, piece) => sum + piece.bytes.length, 0)
  return {
    state: () => ({ connected: true, since: 0, lastByteAt: null, problem: null, head }),
    seek: async t => all.find(piece => piece.t >= t)?.offset ?? head,
    marks: async (from, to) => marks.filter(mark => mark.offset >= from && mark.offset <= to),
    read: async function* (from, to) {
      for (const { offset, t, bytes } of all) {
        const [start, end] = [Math.max(from, offset), Math.min(to, offset + bytes.length)]
        if (end > start) yield { offset: start, t, bytes: bytes.subarray(start - offset, end - offset) }
      }
    },
  }
}

test('console.md 1: a lost connection is a line of its own in what people see, where it happened', async () => {
  const all = [
    { offset: 0, t: 1_000, bytes: Buffer.from('before\nhalf a li') },
    { offset: 16, t: 9_000, bytes: Buffer.from('after\n') },
  ]
  const marks: LogMark[] = [
    { offset: 16, t: 5_000, kind: 'lost', count: 0 },
    { offset: 16, t: 8_000, kind: 'connected', count: 0 },
  ]
  const log = recorded(all, marks)
  expect((await linesOfBoard(log, { limit: 10 })).lines).toEqual([
    { t: 1_000, text: 'before' },
    { t: 1_000, text: 'half a li' },
    { t: 5_000, text: '', mark: 'lost' },
    { t: 8_000, text: '', mark: 'connected' },
    { t: 9_000, text: 'after' },
  ])
  expect((await linesOfBoard(log, { limit: 10, since: 8_500 })).lines).toEqual([{ t: 9_000, text: 'after' }])
  const followed = await linesOfBoard(log, { limit: 10, after: 16 })
  expect(followed.next).toBe(22)
})
