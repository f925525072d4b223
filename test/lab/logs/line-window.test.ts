import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineIndex, type LineIndex } from '../../../src/lab/logs/line-index.ts'
import { readWindow } from '../../../src/lab/logs/line-window.ts'
import { createLogSearch } from '../../../src/lab/logs/search.ts'
import { stripAnsi } from '../../../src/reading/ansi.ts'
import { consoleBytes, cutsOf, naiveLines, reader } from './naive.ts'

const SMALL = { pointBytes: 32, longBytes: 48 }

function indexed(bytes: Uint8Array, cuts: readonly number[], options = SMALL): LineIndex {
  const index = createLineIndex(options)
  let at = 0
  for (const cut of cuts.map(each => each % (bytes.length + 1)).toSorted((a, b) => a - b)) {
    index.push(bytes.subarray(at, cut))
    at = cut
  }
  index.push(bytes.subarray(at))
  return index
}

test('any window of any bytes in any pieces is the same lines that whoever reads all of it sees', async () => {
  await fc.assert(
    fc.asyncProperty(
      consoleBytes,
      cutsOf,
      cutsOf,
      fc.integer({ min: 1, max: 70 }),
      fc.nat(40),
      async (bytes, grown, cuts, from, count) => {
        const view = indexed(bytes, grown).view()
        const all = naiveLines(bytes)
        expect(view.lines).toBe(all.length)
        const shown = await readWindow(view, reader(bytes, cuts), from, count, SMALL)
        expect(shown.map(line => line.text)).toEqual(all.slice(from - 1, from - 1 + count))
      },
    ),
    { numRuns: 1_000 },
  )
})

test('an index that was looked at while the file grew stays true, and goes on to be that of the longer file', async () => {
  await fc.assert(
    fc.asyncProperty(consoleBytes, consoleBytes, cutsOf, async (first, more, cuts) => {
      const index = indexed(first, cuts)
      const before = index.view()
      index.push(more)
      const bytes = Buffer.concat([first, more])
      const seen = await readWindow(before, reader(bytes, cuts), 1, 1_000, SMALL)
      expect(seen.map(line => line.text)).toEqual(naiveLines(first))
      const now = await readWindow(index.view(), reader(bytes, cuts), 1, 1_000, SMALL)
      expect(now.map(line => line.text)).toEqual(naiveLines(bytes))
    }),
    { numRuns: 300 },
  )
})

test('numbers and times of lines are those that tests log counts by', async () => {
  await fc.assert(
    fc.asyncProperty(consoleBytes, cutsOf, fc.integer({ min: 1, max: 40 }), async (bytes, cuts, line) => {
      const read = reader(bytes, cuts)
      const search = createLogSearch({ limit: 5, line }, { isOver: true })
      for await (const piece of read(0, bytes.length)) search.push(piece)
      const view = indexed(bytes, cuts).view()
      const shown = await readWindow(view, read, line, 5, SMALL)
      const expected = search.end().lines.slice(0, shown.length)
      expect(shown.map(({ text, t }) => ({ text: stripAnsi(text).trimEnd(), t }))).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

test('a line of ten megabytes is told by its beginning and how much is left out, and its neighbours are there', async () => {
  const bytes = Buffer.from(`first\n${'€'.repeat(3_333_333)}\nlast\n`)
  let read = 0
  const source = reader(bytes, [])
  const counted: typeof source = async function* (from, to) {
    for await (const piece of source(from, to)) {
      read += piece.bytes.length
      yield piece
    }
  }
  const shown = await readWindow(indexed(bytes, [], {} as typeof SMALL).view(), counted, 1, 10)
  expect(shown.map(line => line.text.length)).toEqual([5, 2_730, 4])
  expect(shown[1]?.text).toMatch(/^€+$/)
  expect(shown[1]?.more).toBe(9_999_999 - 8_192)
  expect(read).toBeLessThan(10_000)
})

test('a bar that was drawn over itself for a megabyte shows how it ended', async () => {
  const bytes = Buffer.from(
    `${Array.from({ length: 100_000 }, (_, n) => `copying ${n}`).join('\r')}\r\ndone\n`,
  )
  const shown = await readWindow(
    indexed(bytes, [1, 70_000], {} as typeof SMALL).view(),
    reader(bytes, []),
    1,
    10,
  )
  expect(shown.map(line => line.text)).toEqual(['copying 99999', 'done'])
})

test('one answer is bounded: by lines, by characters and by what is read for it, and never empty where there is a line', async () => {
  const bytes = Buffer.from('0123456789\n'.repeat(100))
  const view = indexed(bytes, []).view()
  const ask = (limits: object) =>
    readWindow(view, reader(bytes, [64, 128, 256, 512]), 3, 50, { ...SMALL, ...limits })
  expect((await ask({ most: 35 })).length).toBe(4)
  expect((await ask({ most: 0 })).length).toBe(1)
  const few = await ask({ bytes: 1 })
  expect(few.length).toBeGreaterThan(0)
  expect(few.length).toBeLessThan(50)
})
