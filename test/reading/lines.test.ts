import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter, type Line } from '../../src/reading/lines.ts'
import { chunksOf, consoleBytes, cuts, utf8 } from './chunks.ts'

function split(bytes: Uint8Array, places: readonly number[], maxLine: number, flush = true): Line[] {
  const splitter = createLineSplitter({ maxLine })
  const lines = chunksOf(bytes, places).flatMap(chunk => splitter.push(chunk.bytes, chunk.offset))
  return flush ? [...lines, ...splitter.flush()] : lines
}

function texts(text: string): string[] {
  return split(utf8(text), [], 4096).map(line => line.text)
}

test.each([
  ['a line feed', 'one\ntwo\n', ['one', 'two']],
  ['a carriage return and a line feed', 'one\r\ntwo\r\n', ['one', 'two']],
  ['two carriage returns and a line feed, as a tty behind a tty makes', 'one\r\r\ntwo\r\r\n', ['one', 'two']],
  ['the two in the wrong order', 'one\n\rtwo\n\r', ['one', 'two', '']],
  ['empty lines', '\r\n\n\r\n', ['', '', '']],
  [
    'a bare carriage return: each text that was there for a while',
    '10%\r20%\rdone\n',
    ['10%', '20%', 'done'],
  ],
  ['carriage returns at the beginning', '\r\rone\n', ['one']],
  ['NULs anywhere', 'o\0ne\r\0\ntwo\0\n', ['one', 'two']],
  ['no end at all', 'login: ', ['login: ']],
  ['text beyond ASCII', 'Grüße 世界 🙂\n', ['Grüße 世界 🙂']],
])('lines are cut at %s', (_, text, expected) => {
  expect(texts(text)).toEqual(expected)
})

test('overwritten text is marked as such, and only it', () => {
  const lines = split(utf8('10%\r100%\r\n'), [], 100)
  expect(lines.map(line => [line.text, line.overwritten])).toEqual([
    ['10%', true],
    ['100%', false],
  ])
})

test('any chunking gives the same lines', () => {
  fc.assert(
    fc.property(consoleBytes(), cuts, fc.integer({ min: 4, max: 40 }), (bytes, places, maxLine) => {
      expect(split(bytes, places, maxLine)).toEqual(split(bytes, [], maxLine))
    }),
    { numRuns: 300 },
  )
})

test('lines tile the log: each begins where the one before ended, the last ends where the bytes do', () => {
  fc.assert(
    fc.property(consoleBytes(), cuts, fc.integer({ min: 4, max: 40 }), (bytes, places, maxLine) => {
      const lines = split(bytes, places, maxLine)
      let at = 0
      for (const line of lines) {
        expect(line.from).toBe(at)
        expect(line.to).toBeGreaterThan(line.from)
        at = line.to
      }
      expect(at).toBe(bytes.length)
    }),
    { numRuns: 300 },
  )
})

test('no line is longer than the window, and all text is there: cut anywhere, never inside a character', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ü', '世', '🙂', ' '), maxLength: 80 })
  fc.assert(
    fc.property(text, cuts, fc.integer({ min: 4, max: 20 }), (line, places, maxLine) => {
      const lines = split(utf8(line + '\n'), places, maxLine)
      expect(lines.map(part => part.text).join('')).toBe(line)
      for (const part of lines) expect(utf8(part.text).length).toBeLessThanOrEqual(maxLine)
      expect(lines.map(part => part.complete)).toEqual(lines.map((_, index) => index === lines.length - 1))
    }),
    { numRuns: 200 },
  )
})

test('a line that just fills the window is one line, whatever ends it', () => {
  for (const end of ['\n', '\r\n', '\r\r\n']) {
    expect(split(utf8('12345678' + end), [], 8)).toMatchObject([{ text: '12345678', complete: true }])
  }
})

test('every offset counts from where the first byte was, and a jump ends the unfinished line', () => {
  const splitter = createLineSplitter({ maxLine: 100 })
  expect(splitter.push(utf8('half a li'), 5_000_000_000)).toEqual([])
  expect(splitter.push(utf8('new\n'), 5_000_001_000)).toMatchObject([
    { from: 5_000_000_000, to: 5_000_000_009, text: 'half a li', complete: false },
    { from: 5_000_001_000, to: 5_000_001_004, text: 'new', complete: true },
  ])
})

test('the unfinished line can be looked at and goes on', () => {
  const splitter = createLineSplitter({ maxLine: 100 })
  expect(splitter.pending()).toBeNull()
  splitter.push(utf8('one\nlogi'), 0)
  expect(splitter.pending()).toMatchObject({ from: 4, to: 8, text: 'logi', complete: false })
  splitter.push(utf8('n: '), 8)
  expect(splitter.pending()).toMatchObject({ text: 'login: ' })
  expect(splitter.flush()).toMatchObject([{ text: 'login: ', complete: false }])
  expect(splitter.pending()).toBeNull()
})
