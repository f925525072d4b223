import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWire, type Wire } from '../../src/simulator/wire.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'

const FIFO = 16
const STEP_MS = 2

type Line = { wire: Wire; clock: FakeClock; got: number[]; arrivals: { t: number; total: number }[] }

function line(baud: number | null, delayMs = 0): Line {
  const clock = createFakeClock()
  const got: number[] = []
  const arrivals: { t: number; total: number }[] = []
  const wire = createWire({
    baud,
    delayMs: () => delayMs,
    time: clock,
    onRoom: () => {},
    deliver(bytes) {
      got.push(...bytes)
      arrivals.push({ t: clock.mono(), total: got.length })
    },
  })
  return { wire, clock, got, arrivals }
}

const step = fc.record({ wait: fc.integer({ min: 0, max: 40 }), count: fc.integer({ min: 0, max: 100 }) })

test('a paced line delivers every byte in order, never more than its baud rate and a FIFO over any span', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(9600, 115_200, 1_500_000),
      fc.array(step, { maxLength: 8 }),
      async (baud, steps) => {
        const { wire, clock, got, arrivals } = line(baud)
        let sent = 0
        for (const { wait, count } of steps) {
          await clock.pass(wait)
          wire.push(Uint8Array.from({ length: count }, (_, at) => (sent + at) % 256))
          sent += count
        }
        await clock.pass((sent * 10_000) / baud + 10)
        expect(got).toEqual(Array.from({ length: sent }, (_, at) => at % 256))
        expect(wire.waiting()).toBe(0)
        // Bytes over what the line had time for since the emptiest instant before.
        let [most, least, before] = [0, 0, 0]
        for (const { t, total } of arrivals) {
          least = Math.min(least, before - (t * baud) / 10_000)
          most = Math.max(most, total - (t * baud) / 10_000 - least)
          before = total
        }
        expect(most).toBeLessThanOrEqual(FIFO + (STEP_MS * baud) / 10_000 + 1)
      },
    ),
    { numRuns: 100 },
  )
})

test('a line that is never idle carries its whole rate, however late the timers are', async () => {
  const { wire, clock, got } = line(115_200)
  wire.push(new Uint8Array(20_000))
  for (let ms = 0; ms < 1000; ms += 50) await clock.pass(50)
  expect(got.length).toBeGreaterThanOrEqual(11_520)
  expect(got.length).toBeLessThanOrEqual(11_520 + FIFO)
})

test('a kernel line goes ahead of what waits, in one piece, and those after it in turn', async () => {
  const { wire, clock, got } = line(115_200)
  wire.push(Buffer.from('.'.repeat(300)))
  await clock.pass(5)
  wire.cut(Buffer.from('[kernel one]'))
  wire.cut(Buffer.from('[kernel two]'))
  await clock.pass(100)
  const text = Buffer.from(got).toString()
  expect(text).toMatch(/^\.{20,150}\[kernel one\]\[kernel two\]\.+$/)
  expect(text.replaceAll(/\[[^\]]*\]/g, '')).toBe('.'.repeat(300))
})

test('a kernel line is never cut by another one, wherever and whenever lines are spliced into the output or go ahead of it', async () => {
  const deed = fc.record({ what: fc.constantFrom('push', 'pushWhole', 'cut'), wait: fc.nat(6) })
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 20 }), async deeds => {
      const { wire, clock, got } = line(115_200)
      for (const [at, { what, wait }] of deeds.entries()) {
        const name = String.fromCharCode(0x61 + at)
        wire[what](Buffer.from(what === 'push' ? '.'.repeat(40) : `[${name.repeat(30)}]`))
        await clock.pass(wait)
      }
      await clock.pass(100)
      const text = Buffer.from(got).toString()
      const whole = text.match(/\[([a-z])\1{29}\]/g) ?? []
      expect(whole).toHaveLength(deeds.filter(({ what }) => what !== 'push').length)
      expect(text.replaceAll(/\[[^[\]]*\]|\./g, '')).toBe('')
    }),
    { numRuns: 200 },
  )
})

test('an unpaced line hands over at once; with a delay, that much later and in order', async () => {
  const now = line(null)
  now.wire.push(Buffer.from('abc'))
  expect(Buffer.from(now.got).toString()).toBe('abc')
  const late = line(null, 50)
  late.wire.push(Buffer.from('abc'))
  await late.clock.pass(49)
  expect(late.got).toEqual([])
  late.wire.push(Buffer.from('def'))
  await late.clock.pass(1)
  expect(Buffer.from(late.got).toString()).toBe('abc')
  await late.clock.pass(50)
  expect(Buffer.from(late.got).toString()).toBe('abcdef')
})

test('what is dropped never arrives, and no timer is left', async () => {
  const { wire, clock, got } = line(9600)
  wire.push(new Uint8Array(1000))
  wire.drop()
  await clock.pass(2000)
  expect(got.length).toBe(FIFO)
  expect(clock.timers).toBe(0)
})

test('a delayed line says that it has room while more is still on its way', async () => {
  const clock = createFakeClock()
  const waiting: number[] = []
  const wire = createWire({
    ...{ baud: 115_200, delayMs: () => 50, time: clock, deliver: () => {} },
    onRoom: () => waiting.push(wire.waiting()),
  })
  wire.push(new Uint8Array(4096))
  await clock.pass(200)
  expect(waiting.some(left => left > 0 && left < 3000)).toBe(true)
  await clock.pass(300)
  expect(waiting.at(-1)).toBe(0)
})
