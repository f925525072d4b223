import { mkdtemp, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRecorderLog, type RecorderLog } from '../../../../src/hardware/console/recorder/log.ts'
import type { RecorderLimits } from '../../../../src/hardware/console/recorder/writer.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock } from '../../../fake-clock.ts'

const WIDE: RecorderLimits = {
  segmentBytes: 1e6,
  segmentMs: 1e12,
  keepBytes: 1e9,
  keepMs: 1e12,
  bufferBytes: 1e6,
}

let folder = ''
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function newDir(): string {
  return join(folder, String(count++))
}

function place(dir: string, limits: Partial<RecorderLimits> = {}, clock = createFakeClock()) {
  return { dir, clock, log: silentLog, about: { board: 'a1' }, limits: { ...WIDE, ...limits } }
}

/** The byte at an offset is its own number, so that what is read can be told from anything else. */
function bytesAt(offset: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (offset + index) % 251)
}

async function readAll(log: RecorderLog, from = 0, to = Infinity) {
  const chunks = []
  for await (const chunk of log.read(from, to)) chunks.push(chunk)
  return chunks
}

async function contents(log: RecorderLog, from = 0, to = Infinity): Promise<Map<number, number>> {
  const bytes = new Map<number, number>()
  for (const chunk of await readAll(log, from, to)) {
    for (const [index, value] of chunk.bytes.entries()) bytes.set(chunk.offset + index, value)
  }
  return bytes
}

async function sizeOf(dir: string): Promise<number> {
  let size = 0
  for (const name of await readdir(dir)) size += (await stat(join(dir, name))).size
  return size
}

type Step =
  | { kind: 'append'; size: number }
  | { kind: 'mark' }
  | { kind: 'reopen' }
  | { kind: 'pass'; ms: number }

const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('append' as const), size: fc.integer({ min: 1, max: 60 }) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'mark' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 50 }) }),
    },
  ),
  { maxLength: 25 },
)

async function play(list: readonly Step[], limits: Partial<RecorderLimits>) {
  const clock = createFakeClock()
  const at = place(newDir(), limits, clock)
  let log = await openRecorderLog(at)
  const times: number[] = []
  for (const step of list) {
    if (step.kind === 'append') {
      expect(log.append(bytesAt(log.head(), step.size), clock.now())).toBe(times.length)
      for (let byte = 0; byte < step.size; byte++) times.push(clock.now())
    }
    if (step.kind === 'mark') log.mark('connected', clock.now())
    if (step.kind === 'pass') await clock.pass(step.ms)
    if (step.kind === 'reopen') {
      await log.close()
      log = await openRecorderLog(at)
    }
    expect(log.head()).toBe(times.length)
  }
  return { log, times, dir: at.dir }
}

test('M2.3 what was recorded is read back exactly, any range of it, with its time, after any restarts', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat({ max: 800 }), fc.nat({ max: 800 }), async (list, from, to) => {
      const { log, times } = await play(list, { segmentBytes: 150 })
      const bytes = await contents(log, from, to)
      expect([...bytes.keys()]).toEqual(
        times.map((_, offset) => offset).filter(offset => offset >= from && offset < to),
      )
      for (const [offset, value] of bytes) expect(value).toBe(offset % 251)
      for (const chunk of await readAll(log))
        expect(Math.abs(chunk.t - (times[chunk.offset] ?? 0))).toBeLessThan(10)
      await log.close()
    }),
    { numRuns: 100 },
  )
})

test('the log of a board is bounded: the newest bytes are there without a gap, the oldest went', async () => {
  const limits = { segmentBytes: 120, keepBytes: 600 }
  await fc.assert(
    fc.asyncProperty(steps, async list => {
      const { log, times, dir } = await play(list, limits)
      const bytes = [...(await contents(log)).keys()]
      const first = bytes[0] ?? times.length
      expect(bytes).toEqual(times.map((_, offset) => offset).slice(first))
      await log.close()
      // The segment that is written to may be one batch over its size.
      expect(await sizeOf(dir)).toBeLessThanOrEqual(limits.keepBytes + 2 * limits.segmentBytes + 100)
      if (first > 0) expect(times.length - first).toBeGreaterThan(0)
    }),
    { numRuns: 100 },
  )
})

test('what is still on its way to the disk is read too', async () => {
  const log = await openRecorderLog(place(newDir()))
  log.append(bytesAt(0, 100), 1)
  expect((await contents(log)).size).toBe(100)
  log.append(bytesAt(100, 100), 2)
  expect((await contents(log, 50, 150)).size).toBe(100)
  await log.close()
})

test('a lost and regained connection is a mark that no byte stands for', async () => {
  const at = place(newDir())
  const log = await openRecorderLog(at)
  log.append(bytesAt(0, 10), 1)
  log.mark('lost', 2)
  log.mark('connected', 3)
  log.append(bytesAt(10, 10), 4)
  const marks = [
    { offset: 10, t: 2, kind: 'lost', count: 0 },
    { offset: 10, t: 3, kind: 'connected', count: 0 },
  ]
  expect(await log.marks(0, 20)).toEqual(marks)
  expect(await log.marks(11, 20)).toEqual([])
  expect((await contents(log)).size).toBe(20)
  await log.close()
  const again = await openRecorderLog(at)
  expect(await again.marks(0, 20)).toEqual(marks)
  await again.close()
})

test('segments too old go, whether or not there is anything new', async () => {
  const clock = createFakeClock()
  const limits = { segmentMs: 1_000, keepMs: 10_000 }
  const at = place(newDir(), limits, clock)
  const log = await openRecorderLog(at)
  log.append(bytesAt(0, 10), clock.now())
  await contents(log)
  await clock.pass(2_000)
  log.append(bytesAt(10, 10), clock.now())
  expect((await contents(log)).size).toBe(20)
  await log.close()
  await clock.pass(9_000)
  const later = await openRecorderLog(at)
  expect([...(await contents(later)).keys()][0]).toBe(10)
  expect(later.head()).toBe(20)
  await later.close()
})

test('a crash in the middle of a write costs nothing that was on disk', async () => {
  const at = place(newDir())
  const log = await openRecorderLog(at)
  log.append(bytesAt(0, 100), at.clock.now())
  await log.close()
  const name = '0'.repeat(16)
  await truncate(join(at.dir, `${name}.log`), 60)
  await truncate(join(at.dir, `${name}.idx`), 24 + 7)
  await writeFile(join(at.dir, `${'9'.repeat(16)}.idx`), 'left over')
  const again = await openRecorderLog(at)
  expect(again.head()).toBe(60)
  again.append(bytesAt(60, 20), at.clock.now())
  const bytes = await contents(again)
  expect([...bytes]).toEqual(Array.from({ length: 80 }, (_, offset) => [offset, offset % 251]))
  await again.close()
  expect(await readdir(at.dir)).toHaveLength(2)
})

test('no room on the device: dropped from the log, counted, marked, and it goes on where there is room', async () => {
  const clock = createFakeClock()
  const at = place(newDir(), {}, clock)
  await (await openRecorderLog(at)).close()
  // Every write to it fails with ENOSPC, as on a full disk.
  await symlink('/dev/full', join(at.dir, `${'0'.repeat(16)}.log`))
  const log = await openRecorderLog(at)
  log.append(bytesAt(0, 50), clock.now())
  expect(await readAll(log)).toEqual([])
  expect(log.dropped()).toBe(50)
  await clock.pass(1_000)
  expect(log.append(bytesAt(50, 50), clock.now())).toBe(50)
  expect([...(await contents(log)).keys()]).toEqual(Array.from({ length: 50 }, (_, index) => 50 + index))
  expect(await log.marks(0, 100)).toEqual([{ offset: 50, t: clock.now(), kind: 'dropped', count: 50 }])
  await log.close()
  expect((await openRecorderLog(at)).head()).toBe(100)
})

test('a folder that vanishes costs what comes while it is gone, and no more', async () => {
  const clock = createFakeClock()
  const at = place(newDir(), { segmentBytes: 10 }, clock)
  const log = await openRecorderLog(at)
  log.append(bytesAt(0, 10), clock.now())
  await contents(log)
  await rm(at.dir, { recursive: true })
  log.append(bytesAt(10, 10), clock.now())
  expect([...(await contents(log)).keys()]).toEqual([])
  expect(log.dropped()).toBe(10)
  await (await openRecorderLog(at)).close()
  await clock.pass(1_000)
  log.append(bytesAt(20, 10), clock.now())
  expect([...(await contents(log)).keys()][0]).toBe(20)
  await log.close()
})

test('a slow reader survives retention taking what it reads', async () => {
  const at = place(newDir(), { segmentBytes: 100, keepBytes: 300 })
  const log = await openRecorderLog(at)
  const more = (): void => void log.append(bytesAt(log.head(), 100), at.clock.now())
  more()
  more()
  const read: number[] = []
  for await (const chunk of log.read(0, 200)) {
    read.push(chunk.offset)
    for (let time = 0; time < 10; time++) more()
    await log.marks(0, 0)
  }
  expect(read).toEqual([0])
  await log.close()
})

test('a folder that cannot be one is refused with what to do', async () => {
  const path = newDir()
  await writeFile(path, '')
  await expect(openRecorderLog(place(path))).rejects.toMatchObject({
    code: 'storage-recorder',
    message: expect.stringContaining('the console log of a1 cannot be opened'),
    hint: expect.stringContaining('DATA_DIR'),
  })
})

test('a moment is found again as the offset of the first byte that came then or later, to the step of the index', async () => {
  const spans = fc.array(
    fc.record({ size: fc.integer({ min: 1, max: 60 }), wait: fc.integer({ min: 10, max: 90 }) }),
    {
      maxLength: 20,
    },
  )
  await fc.assert(
    fc.asyncProperty(spans, fc.nat(2_000), async (all, ago) => {
      const clock = createFakeClock()
      const start = clock.now()
      const log = await openRecorderLog(place(newDir(), { segmentBytes: 200 }, clock))
      try {
        const came: { offset: number; t: number }[] = []
        for (const { size, wait } of all) {
          await clock.pass(wait)
          came.push({ offset: log.append(bytesAt(log.head(), size), clock.now()), t: clock.now() })
        }
        const asked = start + ago
        expect(await log.seek(asked)).toBe(came.find(({ t }) => t >= asked)?.offset ?? log.head())
      } finally {
        await log.close()
      }
    }),
    { numRuns: 100 },
  )
})
