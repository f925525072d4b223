import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../until.ts'
import { type GatewayWorld, openWorld } from './world.ts'

let world: GatewayWorld
beforeAll(async () => {
  world = await openWorld({ wrongWords: 1_000 })
})
afterAll(() => world.close())

const [IAC, SB, SE, CR, LF, NUL, OPENS] = [255, 250, 240, 13, 10, 0, 0x1d] as const

/** A piece of what a telnet client sends: the wire, and the keys that it stands for. */
type Piece = { wire: readonly number[]; keys: readonly number[] }

const plain = fc
  .oneof(fc.constantFrom(IAC, LF, NUL, 3, 4, 27, 127, 65), fc.integer({ min: 0, max: 255 }))
  .filter(byte => byte !== CR && byte !== OPENS)
  .map((byte): Piece => ({ wire: byte === IAC ? [IAC, IAC] : [byte], keys: [byte] }))
const enter = fc.constantFrom(NUL, LF).map((second): Piece => ({ wire: [CR, second], keys: [CR] }))
const literal = fc.constant<Piece>({ wire: [OPENS, OPENS], keys: [OPENS] })
// All but BINARY, which changes what CR NUL means and has a test of its own.
const option = fc.integer({ min: 1, max: 255 })
const noise = fc
  .oneof(
    fc.integer({ min: 241, max: 249 }).map(code => [IAC, code]),
    fc.tuple(fc.integer({ min: 251, max: 254 }), option).map(([verb, which]) => [IAC, verb, which]),
    fc
      .tuple(fc.integer({ min: 1, max: 254 }), fc.array(fc.integer({ min: 0, max: 254 }), { maxLength: 8 }))
      .map(([which, content]) => [IAC, SB, which, ...content, IAC, SE]),
  )
  .map((wire): Piece => ({ wire, keys: [] }))
const pieces = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: plain },
    { weight: 2, arbitrary: enter },
    { weight: 2, arbitrary: noise },
    literal,
  ),
  { maxLength: 40, size: 'max' },
)
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })

function chunksOf(wire: readonly number[], at: readonly number[]): Uint8Array[] {
  const ends = [...at.map(place => Math.floor(place * wire.length)), wire.length].sort((a, b) => a - b)
  return ends
    .map((end, n) => Uint8Array.from(wire.slice(ends[n - 1] ?? 0, end)))
    .filter(chunk => chunk.length > 0)
}

test('M3.8 whatever bytes come in whatever chunks, exactly the keys that were pressed reach the board', async () => {
  const lease = await world.lend('kai')
  await fc.assert(
    fc.asyncProperty(pieces, cuts, async (sent, at) => {
      const before = world.typed().length
      const kai = await world.typist(lease, 'kai')
      for (const chunk of chunksOf(
        sent.flatMap(each => [...each.wire]),
        at,
      ))
        kai.send(chunk)
      kai.type('.')
      const expected = Buffer.from([...sent.flatMap(each => [...each.keys]), 46])
      await until(() => world.typed().length >= before + expected.length, 'all of it arrives')
      expect([...world.typed().subarray(before)]).toEqual([...expected])
      kai.close()
    }),
    { numRuns: 120 },
  )
  await world.lab.release(lease, world.person('kai'))
}, 60_000)

test('M3.8 P25 whenever the lease ends, what reached the board is what was typed before, and not a byte after', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, pieces, cuts, async (early, late, at) => {
      const before = world.typed().length
      const lease = await world.lend('kai')
      const kai = await world.typist(lease, 'kai')
      const released = world.lab.release(lease, world.person('kai'))
      for (const chunk of chunksOf(
        early.flatMap(each => [...each.wire]),
        at,
      ))
        kai.send(chunk)
      await released
      await kai.saw('has ended')
      const reached = [...world.typed().subarray(before)]
      for (const chunk of chunksOf(
        late.flatMap(each => [...each.wire]),
        at,
      ))
        kai.send(chunk)
      // A paste may swallow what comes right behind it.
      const answers = (): boolean => {
        kai.type('\x03who\r')
        return kai.shown().includes('You are @kai.')
      }
      await until(answers, 'it is read to its end')
      expect(early.flatMap(each => [...each.keys]).slice(0, reached.length)).toEqual(reached)
      expect(world.typed().length).toBe(before + reached.length)
      kai.close()
      await until(() => world.lab.board('a1')?.lease === null, 'the board is free')
    }),
    { numRuns: 100 },
  )
}, 60_000)

test('a client that switches to BINARY types every byte as it is (RFC 856), one without telnet does always', async () => {
  const lease = await world.lend('kai')
  const all = Uint8Array.from({ length: 255 }, (_, value) => value).filter(value => value !== OPENS)
  const before = world.typed().length
  const kai = await world.typist(lease, 'kai')
  kai.send(Uint8Array.of(IAC, 251, 0))
  kai.send(Uint8Array.of(CR, NUL, CR, LF, ...all, IAC, IAC))
  await until(() => world.typed().length >= before + all.length + 5, 'all of it arrives')
  expect([...world.typed().subarray(before)]).toEqual([CR, NUL, CR, LF, ...all, IAC])

  const raw = await world.typist(lease, 'kai', { telnet: false })
  const then = world.typed().length
  // Enter first: the NUL of CR NUL would be telnet's.
  const keys = [65, ...all.filter(value => value !== CR), CR]
  raw.send(Uint8Array.from(keys))
  await until(() => world.typed().length >= then + keys.length, 'all of it arrives')
  expect([...world.typed().subarray(then)]).toEqual(keys)
  await world.lab.release(lease, world.person('kai'))
})
