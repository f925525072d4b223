import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLogQueue, type LogQueue } from '../../../../src/hardware/console/recorder/queue.ts'
import type { Item, RecorderLimits } from '../../../../src/hardware/console/recorder/writer.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock, type FakeClock } from '../../../fake-clock.ts'

const LIMITS: RecorderLimits = {
  segmentBytes: 4096,
  segmentMs: 1e9,
  keepBytes: 1e9,
  keepMs: 1e9,
  bufferBytes: 2_000,
}

type Step =
  | { kind: 'bytes'; size: number }
  | { kind: 'mark' }
  | { kind: 'disk'; works: boolean }
  | { kind: 'second' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('bytes' as const), size: fc.integer({ min: 1, max: 300 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'mark' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('disk' as const), works: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'second' as const }) },
)

/** A disk that takes a batch only when it is told to, or refuses it. */
function createDisk(clock: FakeClock) {
  const stored: Item[] = []
  let answer: ((works: boolean) => void) | null = null
  let largestWaiting = 0
  const queue: LogQueue = createLogQueue(
    { clock, log: silentLog, about: {}, limits: LIMITS },
    1000,
    batch => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      answer = works => {
        answer = null
        if (works) stored.push(...batch)
        if (works) resolve()
        else reject(new Error('no space left on device'))
      }
      return promise
    },
  )
  return {
    queue,
    stored,
    async answer(works: boolean): Promise<boolean> {
      await clock.pass(0)
      const asked = answer !== null
      answer?.(works)
      await clock.pass(0)
      return asked
    },
    onDisk: () => stored.reduce((sum, item) => sum + item.bytes.length, 0),
    notice: (waiting: number) => {
      largestWaiting = Math.max(largestWaiting, waiting)
    },
    largestWaiting: () => largestWaiting,
  }
}

async function play(steps: readonly Step[]) {
  const clock = createFakeClock()
  const disk = createDisk(clock)
  let sent = 1000
  for (const next of steps) {
    if (next.kind === 'bytes') {
      expect(disk.queue.append(new Uint8Array(next.size), clock.now())).toBe(sent)
      sent += next.size
    }
    if (next.kind === 'mark') disk.queue.mark('connected', clock.now())
    if (next.kind === 'disk') await disk.answer(next.works)
    if (next.kind === 'second') await clock.pass(1_000)
    disk.notice(disk.queue.head() - 1000 - disk.queue.dropped() - disk.onDisk())
  }
  while (await disk.answer(true)) {}
  return { disk, clock, sent }
}

test('offsets count every byte of the line, stored or not, and each byte is stored or counted as dropped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const { disk, sent } = await play(steps)
      expect(disk.queue.head()).toBe(sent)
      expect(disk.onDisk() + disk.queue.dropped()).toBe(sent - 1000)
      await disk.queue.stored()
    }),
    { numRuns: 150 },
  )
})

test('what is stored is in order, and before each gap stands a mark with its size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const { disk } = await play(steps)
      let end = 1000
      let gap = 0
      for (const item of disk.stored) {
        if (item.kind === 'dropped') gap += item.count
        if (item.kind !== 'bytes') continue
        expect(item.offset).toBe(end + gap)
        end = item.offset + item.bytes.length
        gap = 0
      }
    }),
    { numRuns: 150 },
  )
})

test('what waits for a disk that does not answer stays within the buffer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const { disk } = await play(steps.filter(({ kind }) => kind !== 'disk'))
      expect(disk.largestWaiting()).toBeLessThanOrEqual(LIMITS.bufferBytes)
    }),
    { numRuns: 100 },
  )
})

test('a line that comes byte by byte fills no memory either', async () => {
  const disk = createDisk(createFakeClock())
  for (let count = 0; count < 10_000; count++) disk.queue.append(new Uint8Array(1), 0)
  expect(10_000 - disk.queue.dropped()).toBeLessThan(20)
})

test('a disk that refuses is not asked again for a second, and what was lost is one mark', async () => {
  const clock = createFakeClock()
  const { queue, stored, answer } = createDisk(clock)
  queue.append(new Uint8Array(10), 0)
  expect(await answer(false)).toBe(true)
  queue.append(new Uint8Array(20), 0)
  queue.mark('lost', 5)
  expect(await answer(true)).toBe(false)
  await clock.pass(1_000)
  queue.append(new Uint8Array(30), 0)
  expect(await answer(false)).toBe(true)
  await clock.pass(1_000)
  queue.append(new Uint8Array(40), 0)
  expect(await answer(true)).toBe(true)
  expect(queue.dropped()).toBe(60)
  expect(stored.map(({ kind, offset, count }) => ({ kind, offset, count }))).toEqual([
    { kind: 'lost', offset: 1030, count: 0 },
    { kind: 'dropped', offset: 1060, count: 60 },
    { kind: 'bytes', offset: 1060, count: 0 },
  ])
})

test('a console that comes and goes while the disk hangs fills no memory, and no byte is said to be missing', async () => {
  const clock = createFakeClock()
  const { queue, stored, answer } = createDisk(clock)
  for (let n = 0; n < 1_000; n++) queue.mark('connected', n)
  while (await answer(true)) {}
  await clock.pass(1_000)
  queue.append(new Uint8Array(5), 0)
  while (await answer(true)) {}
  expect(stored.length).toBeLessThan(200)
  expect(stored.filter(({ kind }) => kind === 'dropped')).toEqual([])
  expect(stored.at(-1)).toMatchObject({ kind: 'bytes', offset: 1000 })
})
