import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRecorderLog, type RecorderLog } from '../../../../src/hardware/console/recorder/log.ts'
import type { RecorderLimits } from '../../../../src/hardware/console/recorder/writer.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock } from '../../../fake-clock.ts'

const DAY = 86_400_000
const LIMITS: RecorderLimits = {
  segmentBytes: 1_000,
  segmentMs: DAY,
  keepBytes: 1e9,
  keepMs: 7 * DAY,
  bufferBytes: 1e6,
}

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function opened(clock = createFakeClock(), limits: Partial<RecorderLimits> = {}) {
  const place = { dir, clock, log: silentLog, about: {}, limits: { ...LIMITS, ...limits } }
  return { clock, log: await openRecorderLog(place) }
}

async function text(log: RecorderLog): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const { bytes } of log.read(0, Infinity)) parts.push(bytes)
  return Buffer.concat(parts).toString()
}

test('a console that says nothing for weeks keeps its log whole: what it says at last is there after retention too', async () => {
  const { clock, log } = await opened()
  log.mark('connected', clock.now())
  await log.marks(0, 0)
  clock.stall(3 * DAY)
  log.mark('lost', clock.now())
  expect((await log.marks(0, 0)).map(mark => mark.kind)).toEqual(['connected', 'lost'])
  clock.stall(5 * DAY)
  log.mark('connected', clock.now())
  log.append(Buffer.from('at last'), clock.now())
  expect(await text(log)).toBe('at last')
  clock.stall(2 * DAY)
  log.append(Buffer.from(' and on'), clock.now())
  expect(await text(log)).toBe('at last and on')
  expect(await readdir(dir)).toHaveLength(4)
  await log.close()
})

test('the marks of a console that comes and goes without a word are bounded, newest kept', async () => {
  const { clock, log } = await opened()
  for (let n = 0; n < 500; n++) {
    log.mark(n % 2 === 0 ? 'connected' : 'lost', clock.now())
    await log.marks(0, 0)
    clock.stall(60_000)
  }
  const marks = await log.marks(0, 0)
  expect(marks.length).toBeLessThanOrEqual(Math.ceil(LIMITS.segmentBytes / 24))
  expect(marks.at(-1)?.kind).toBe('lost')
  log.append(Buffer.from('x'), clock.now())
  expect(await text(log)).toBe('x')
  await log.close()
})

test('marks that are read while retention takes the oldest: none of those that stay is missed', async () => {
  const { clock, log } = await opened(createFakeClock(), { segmentBytes: 10, keepBytes: 30 * 68 })
  const grow = (): void => {
    log.mark('connected', clock.now())
    log.append(Buffer.alloc(20, 'x'), clock.now())
  }
  for (let n = 0; n < 60; n++) {
    grow()
    await log.seek(Infinity)
  }
  for (let round = 0; round < 20; round++) {
    const reading = log.marks(0, Infinity)
    grow()
    const read = (await reading).map(mark => mark.offset)
    const kept = (await log.marks(0, Infinity)).map(mark => mark.offset)
    expect(kept.slice(0, -1).filter(offset => !read.includes(offset))).toEqual([])
  }
  await log.close()
})
