import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDamage } from '../../src/simulator/damage.ts'
import { createNoise, type NoiseMaker, type Piece } from '../../src/simulator/noise.ts'
import { createRandom } from '../../src/simulator/random.ts'
import { NO_NOISE, type Noise } from '../../src/simulator/types.ts'
import { createFakeClock } from '../fake-clock.ts'

/** Bytes below 128 are the board's, above it the noise's, so that each can be told from the other. */
const LINE = Uint8Array.of(200, 201, 202)

function noise(
  settings: Partial<Noise>,
  seed: number,
  shows = true,
): { maker: NoiseMaker; emitted: Uint8Array[] } {
  const emitted: Uint8Array[] = []
  const maker = createNoise({
    settings: () => ({ ...NO_NOISE, ...settings }),
    seed,
    time: createFakeClock(),
    line: () => LINE,
    shows: () => shows,
    emit: line => void emitted.push(line),
  })
  maker.start()
  return { maker, emitted }
}

const bytesOf = (pieces: readonly Piece[]): Buffer => Buffer.concat(pieces.map(({ bytes }) => bytes))

const chunks = fc.array(fc.uint8Array({ max: 127, maxLength: 300 }), { maxLength: 10 })

test('kernel lines are spliced in whole, and every other byte stays as it was, in order', () => {
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 500 }), fc.nat(), (parts, everyBytes, seed) => {
      const { maker } = noise({ everyBytes }, seed)
      const pieces = parts.flatMap(part => maker.splice(part))
      expect(pieces.every(({ bytes, isLine }) => isLine === (bytes === LINE))).toBe(true)
      expect(bytesOf(pieces.filter(({ isLine }) => !isLine))).toEqual(Buffer.concat(parts))
    }),
    { numRuns: 100 },
  )
})

test('the same seed makes the same noise, wherever the output is cut into chunks', () => {
  fc.assert(
    fc.property(chunks, fc.nat(), (parts, seed) => {
      const whole = noise({ everyBytes: 50 }, seed).maker.splice(Uint8Array.from(Buffer.concat(parts)))
      const { maker } = noise({ everyBytes: 50 }, seed)
      expect(bytesOf(parts.flatMap(part => maker.splice(part)))).toEqual(bytesOf(whole))
    }),
    { numRuns: 100 },
  )
})

test('a line comes every so many bytes on average, for output and for what passes the other way', () => {
  const { maker, emitted } = noise({ everyBytes: 2000 }, 7)
  const pieces = maker.splice(new Uint8Array(2_000_000))
  expect(pieces.filter(({ isLine }) => isLine).length).toBeGreaterThan(900)
  expect(pieces.filter(({ isLine }) => isLine).length).toBeLessThan(1100)
  for (let at = 0; at < 2000; at++) maker.passBy(1000)
  expect(emitted.length).toBeGreaterThan(900)
  expect(emitted.length).toBeLessThan(1100)
})

test('noise by the second is as much as was asked for, and none once it is stopped', async () => {
  const clock = createFakeClock()
  let count = 0
  const maker = createNoise({
    settings: () => ({ ...NO_NOISE, linesPerSecond: 20 }),
    seed: 3,
    time: clock,
    line: () => LINE,
    shows: () => true,
    emit: () => void count++,
  })
  maker.start()
  await clock.pass(50_000)
  expect(count).toBeGreaterThan(900)
  expect(count).toBeLessThan(1100)
  maker.stop()
  expect(clock.timers).toBe(0)
})

test('lines above the console level are not shown', () => {
  const { maker, emitted } = noise({ everyBytes: 10 }, 1, false)
  expect(maker.splice(new Uint8Array(1000))).toEqual([{ bytes: new Uint8Array(1000), isLine: false }])
  maker.passBy(1000)
  expect(emitted).toEqual([])
})

test('lost bytes are missing and nothing else is; garbled ones are changed and none is missing', () => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), chance, fc.nat(), (bytes, p, seed) => {
      const lost = createDamage(() => p, createRandom(seed)).lose(bytes)
      let at = 0
      for (const byte of lost) {
        at = bytes.indexOf(byte, at) + 1
        expect(at).toBeGreaterThan(0)
      }
      const garbled = createDamage(() => p, createRandom(seed)).garble(bytes)
      expect(garbled.length).toBe(bytes.length)
      const changed = garbled.filter((byte, index) => byte !== bytes[index]).length
      expect(changed).toBe(bytes.length - lost.length)
    }),
    { numRuns: 200 },
  )
})

test('the chance of damage is what was set, also when it is changed', () => {
  let chance = 0
  const line = createDamage(() => chance, createRandom(5))
  const left = (): number => line.lose(new Uint8Array(100_000)).length
  expect(left()).toBe(100_000)
  chance = 0.01
  expect(100_000 - left()).toBeGreaterThan(850)
  expect(100_000 - left()).toBeLessThan(1150)
  chance = 1
  expect(left()).toBe(0)
  chance = 0
  expect(left()).toBe(100_000)
})
