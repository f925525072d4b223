import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createView, type Wire } from '../../src/gateway/view.ts'

/** A reader that takes what it likes, when it likes. */
function reader() {
  const waiting: { bytes: Uint8Array; done: () => void }[] = []
  const read: Uint8Array[] = []
  const wire: Wire = {
    write: (bytes, done) => void waiting.push({ bytes, done }),
    pending: () => waiting.reduce((sum, each) => sum + each.bytes.length, 0),
  }
  const take = (): void => {
    const next = waiting.shift()
    if (next === undefined) return
    read.push(next.bytes)
    next.done()
  }
  return { wire, take, pending: wire.pending, text: () => Buffer.concat(read).toString('latin1') }
}

const LIMIT = 64
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 1, maxLength: 40 }),
  },
  { weight: 3, arbitrary: fc.constant('take' as const).map(() => null) },
)

test('M3.8 of what the board prints each byte is shown in order or counted as left out; what waits is bounded', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
      const { wire, take, pending, text } = reader()
      const view = createView(wire, bytes => bytes, LIMIT)
      let printed = 0
      for (const each of steps) {
        if (each === null) take()
        else {
          printed += each.length
          view.board(Buffer.from(each))
        }
        // The limit, and a mark.
        expect(pending()).toBeLessThanOrEqual(LIMIT + 120)
      }
      while (pending() > 0) take()
      const left = [...text().matchAll(/-- (\d+) B of the view left out: [^\n]*\n/g)]
      const shown = text().replace(/(\r\n)?-- \d+ B of the view left out: [^\n]*\n/g, '')
      const sum = left.reduce((total, match) => total + Number(match[1]), 0)
      expect(shown.length + sum).toBe(printed)
    }),
    { numRuns: 300 },
  )
})

test('whoever keeps up sees every byte as it is, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), chunks => {
      const { wire, take, pending, text } = reader()
      const view = createView(wire, bytes => bytes, LIMIT)
      for (const chunk of chunks) {
        view.board(chunk)
        while (pending() > 0) take()
      }
      expect(text()).toBe(Buffer.concat(chunks).toString('latin1'))
    }),
    { numRuns: 200 },
  )
})

test('what is held comes behind, bounded as well, and the unfinished line is drawn again', () => {
  const { wire, take, pending, text } = reader()
  const view = createView(wire, bytes => bytes, LIMIT)
  view.board(Buffer.from('x\n# ls'))
  view.hold()
  view.say('held')
  view.board(Buffer.from(' -l\n'))
  view.board(Buffer.alloc(LIMIT, 'y'))
  while (pending() > 0) take()
  expect(text()).toBe('x\n# ls\r\n-- held\r\n')
  view.release()
  while (pending() > 0) take()
  expect(text().slice('x\n# ls\r\n-- held\r\n'.length)).toBe(
    '# ls -l\n-- 64 B of the view left out: the board prints faster than you read. The log has all of it.\r\n',
  )
})

test('words of ours are not lost on somebody slow: the last of them come when all was read', () => {
  const { wire, take, pending, text } = reader()
  const view = createView(wire, bytes => bytes, LIMIT)
  view.board(Buffer.alloc(LIMIT, 'x'))
  view.board(Buffer.alloc(LIMIT * 2, 'y'))
  view.say('a'.repeat(LIMIT))
  for (let n = 1; n <= 20; n++) view.say(`word ${n}`)
  view.say('L1 has ended.')
  expect(pending()).toBeLessThanOrEqual(2 * LIMIT + 120)
  while (pending() > 0) take()
  expect(text()).toMatch(
    /-- 128 B of the view left out: [^\n]*\n(-- word \d+\r\n){1,15}-- L1 has ended\.\r\n$/,
  )
})
