import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { createRunLogs } from '../../../src/lab/logs/run-logs.ts'
import type { Artifacts, StoredFile } from '../../../src/storage/types.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { consoleBytes, cutsOf, naiveHits, naiveLines, reader } from './naive.ts'

/** One file of T12 that is as long as its test says, and how many of its bytes were read. */
function shelf(name = 'console.log') {
  const here = { bytes: Buffer.alloc(0), sha256: '', isThere: true, read: 0, size: null as number | null }
  const artifacts: Pick<Artifacts, 'list' | 'read'> = {
    list: async () => {
      const { sha256 } = here
      const file: StoredFile = {
        name,
        size: here.size ?? here.bytes.length,
        sha256,
        type: 'text/plain',
        storedAt: 0,
      }
      return here.isThere ? [file] : []
    },
    async *read(_owner, _name, from = 0, to = Number.POSITIVE_INFINITY) {
      for await (const piece of reader(here.bytes, [50, 70_000, 200_000])(
        from,
        Math.min(to, here.bytes.length),
      )) {
        here.read += piece.bytes.length
        yield piece
      }
    },
  }
  return { here, artifacts, logs: createRunLogs({ artifacts, clock: systemClock }) }
}

test('a log that grows is read on from where it was, and every answer is of all that is there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(consoleBytes, { maxLength: 6 }), async parts => {
      const { here, logs } = shelf()
      for (const part of parts) {
        here.bytes = Buffer.concat([here.bytes, part])
        const all = naiveLines(here.bytes)
        const window = await logs.lines('T12', 'console.log', 1, 2_000)
        expect(window).toMatchObject({ lines: all.length, bytes: here.bytes.length, grows: true })
        expect(window?.shown.map(line => line.text)).toEqual(all)
      }
    }),
    { numRuns: 150 },
  )
})

test('what is found is what holds the words in any line, colours left out, however far one starts', async () => {
  const words = fc.constantFrom('panic', 'PANIC', 'ö', '€', 'a', 'panicpanic', 'title', 'xx')
  await fc.assert(
    fc.asyncProperty(
      consoleBytes,
      words,
      fc.integer({ min: 1, max: 20 }),
      fc.nat(5),
      async (bytes, sought, from, limit) => {
        const { here, logs } = shelf()
        here.bytes = bytes
        const hits = naiveHits(bytes, sought).filter(line => line >= from)
        const found = await logs.find('T12', 'console.log', sought, { from, limit })
        expect(found).toEqual({ hits: hits.slice(0, limit), total: hits.length, next: null })
      },
    ),
    { numRuns: 500 },
  )
})

test('searches of a long log find the same in all its blocks', async () => {
  await fc.assert(
    fc.asyncProperty(cutsOf, async places => {
      const { here, logs } = shelf()
      const lines = Array.from({ length: 8_000 }, (_, n) => `line ${n} ${'.'.repeat(30)}`)
      for (const place of places) lines[place * 2] = 'some \x1b[1mnee\x1b[0mdle'
      here.bytes = Buffer.from(`${lines.join('\n')}\n`)
      const found = await logs.find('T12', 'console.log', 'Needle', { limit: 100 })
      expect(found?.hits).toEqual([...new Set(places.map(place => place * 2 + 1))].toSorted((a, b) => a - b))
    }),
    { numRuns: 100 },
  )
})

test('a search that takes long says where to go on, and going on finds the rest', async () => {
  const { here, artifacts } = shelf()
  here.bytes = Buffer.from(`${'panic and much else\n'.repeat(50_000)}`)
  const clock = createFakeClock()
  const mono = (): number => {
    clock.stall(400)
    return clock.mono()
  }
  const slow = createRunLogs({ artifacts, clock: { ...clock, mono } })
  const hits: number[] = []
  let answers = 0
  for (let from: number | null = 1; from !== null; answers++) {
    const found = await slow.find('T12', 'console.log', 'panic', { from, limit: 100_000 })
    hits.push(...(found?.hits ?? []))
    from = found?.next ?? null
  }
  expect(answers).toBeGreaterThan(2)
  expect(hits).toEqual(Array.from({ length: 50_000 }, (_, n) => n + 1))
})

test('whoever leaves ends the search', async () => {
  const { here, logs } = shelf()
  here.bytes = Buffer.from('panic\n'.repeat(1_000))
  const signal = AbortSignal.abort(new Error('left'))
  await expect(logs.find('T12', 'console.log', 'panic', { limit: 5, signal })).rejects.toThrow('left')
})

test('a page in the middle of a long log costs a block, not the log, once it was looked at', async () => {
  const { here, logs } = shelf()
  here.bytes = Buffer.from(Array.from({ length: 200_000 }, (_, n) => `line ${n + 1}\n`).join(''))
  here.sha256 = 'a'
  await logs.size('T12', 'console.log')
  expect(here.read).toBe(here.bytes.length)
  here.read = 0
  const window = await logs.lines('T12', 'console.log', 150_000, 100)
  expect(window?.shown[0]?.text).toBe('line 150000')
  expect(window?.shown).toHaveLength(100)
  // The rest of the piece that the line stands in comes with it.
  expect(here.read).toBeLessThan(here.bytes.length)
  await Promise.all([logs.size('T12', 'console.log'), logs.size('T12', 'console.log')])
  expect(here.read).toBeLessThan(here.bytes.length)
})

test('another file under the same name is read anew, and one that went is none', async () => {
  const { here, logs } = shelf()
  here.bytes = Buffer.from('one\ntwo\n')
  here.sha256 = 'a'
  expect((await logs.size('T12', 'console.log'))?.lines).toBe(2)
  Object.assign(here, { bytes: Buffer.from('1\n2\n3\n4\n5\n'), sha256: 'b' })
  expect((await logs.size('T12', 'console.log'))?.lines).toBe(5)
  Object.assign(here, { bytes: Buffer.alloc(0), size: 99, sha256: 'c' })
  expect(await logs.size('T12', 'console.log')).toBeNull()
  here.isThere = false
  expect(await logs.lines('T12', 'console.log', 1, 5)).toBeNull()
})

test.for(['results.xml', 'console-0.log', 'console.log.gz', '../console.log'])('%s is no log', async name => {
  const { logs } = shelf(name)
  expect(await logs.size('T12', name)).toBeNull()
})
