import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createDecoder,
  createNegotiator,
  escapeBytes,
  IAC,
  type TelnetItem,
} from '../../src/simulator/telnet.ts'

const RUNS = { numRuns: 200 }
const data = fc.array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constant(IAC)), { maxLength: 60 })
const option = fc.integer({ min: 0, max: 255 })

/** Cuts bytes at the given places (any numbers, taken modulo the length). */
function cut(bytes: readonly number[], places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map(place => place % (bytes.length + 1)))].sort((a, b) => a - b)
  const edges = [0, ...at, bytes.length]
  return edges.slice(1).map((to, index) => Uint8Array.from(bytes.slice(edges[index], to)))
}

/** Items with neighbouring data put together, however it was cut. */
function joined(items: readonly TelnetItem[]): unknown[] {
  const out: { kind: string; bytes?: number[] }[] = []
  for (const item of items) {
    const last = out.at(-1)
    if (item.kind === 'bytes' && last?.kind === 'bytes') last.bytes?.push(...item.bytes)
    else if ('bytes' in item) out.push({ ...item, bytes: [...item.bytes] })
    else out.push({ ...item })
  }
  return out
}

test('data comes out as it went in, each FF doubled on the wire, however the stream is cut', () => {
  fc.assert(
    fc.property(data, fc.array(fc.nat()), (bytes, places) => {
      const wire = escapeBytes(Uint8Array.from(bytes))
      expect(wire.length).toBe(bytes.length + bytes.filter(byte => byte === IAC).length)
      const decode = createDecoder()
      const items = cut([...wire], places).flatMap(chunk => decode(chunk))
      expect(joined(items)).toEqual(bytes.length === 0 ? [] : [{ kind: 'bytes', bytes }])
    }),
    RUNS,
  )
})

const item = fc.oneof(
  data.filter(bytes => bytes.length > 0).map(bytes => ({ kind: 'bytes' as const, bytes })),
  fc.record({
    kind: fc.constant('option' as const),
    verb: fc.integer({ min: 251, max: 254 }),
    option,
  }),
  fc.record({ kind: fc.constant('command' as const), code: fc.integer({ min: 241, max: 249 }) }),
  fc.record({ kind: fc.constant('subnegotiation' as const), option, bytes: data }),
)

function onTheWire(one: typeof item extends fc.Arbitrary<infer T> ? T : never): number[] {
  switch (one.kind) {
    case 'bytes':
      return [...escapeBytes(Uint8Array.from(one.bytes))]
    case 'option':
      return [IAC, one.verb, one.option]
    case 'command':
      return [IAC, one.code]
    case 'subnegotiation':
      return [IAC, 250, one.option, ...escapeBytes(Uint8Array.from(one.bytes)), IAC, 240]
  }
}

test('commands, options and subnegotiations between data are told apart, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 12 }), fc.array(fc.nat()), (items, places) => {
      const decode = createDecoder()
      const found = cut(items.flatMap(onTheWire), places).flatMap(chunk => decode(chunk))
      const expected = items.map(one =>
        'bytes' in one ? { ...one, bytes: Uint8Array.from(one.bytes) } : one,
      )
      expect(joined(found)).toEqual(joined(expected))
    }),
    RUNS,
  )
})

test('any bytes at all are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      const decode = createDecoder()
      const count = decode(bytes).reduce((sum, one) => sum + ('bytes' in one ? one.bytes.length : 0), 0)
      expect(count).toBeLessThanOrEqual(bytes.length)
    }),
    RUNS,
  )
})

test('two that negotiate with each other come to an end, whatever was asked first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 251, max: 254 }), option, (verb, number) => {
      const sides = [createNegotiator(), createNegotiator()]
      let asked: Uint8Array | null = Uint8Array.of(IAC, verb, number)
      let said = 0
      for (; asked !== null && said < 10; said++)
        asked = sides[said % 2]?.(asked[1] ?? 0, asked[2] ?? 0) ?? null
      expect(said).toBeLessThan(4)
    }),
    RUNS,
  )
})

test('what the greeting offers is agreed to in silence, all else is refused', () => {
  const answer = createNegotiator()
  expect([0, 1, 3].map(number => answer(253, number))).toEqual([null, null, null])
  expect(answer(253, 24)).toEqual(Uint8Array.of(IAC, 252, 24))
  expect(answer(251, 31)).toEqual(Uint8Array.of(IAC, 254, 31))
  expect(answer(251, 3)).toEqual(Uint8Array.of(IAC, 253, 3))
  expect(answer(251, 3)).toBeNull()
})
