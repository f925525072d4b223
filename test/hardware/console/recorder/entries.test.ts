import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeIndex, ENTRY_BYTES, encodeIndex } from '../../../../src/hardware/console/recorder/entries.ts'

const entry = fc.record({
  offset: fc.maxSafeNat(),
  t: fc.double({ noNaN: true, noDefaultInfinity: true }),
  kind: fc.constantFrom('bytes' as const, 'connected' as const, 'lost' as const, 'dropped' as const),
  count: fc.nat({ max: 2 ** 32 - 1 }),
})

test('decode(encode(x)) is x for the index, and a torn last entry costs only itself', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), fc.nat({ max: ENTRY_BYTES - 1 }), (entries, torn) => {
      const bytes = encodeIndex(entries)
      expect(bytes.length).toBe(entries.length * ENTRY_BYTES)
      expect(decodeIndex(bytes)).toEqual(entries)
      if (torn > 0)
        expect(decodeIndex(bytes.subarray(0, Math.max(0, bytes.length - torn)))).toEqual(entries.slice(0, -1))
    }),
    { numRuns: 200 },
  )
})

test('an entry of an unknown kind is left out', () => {
  const bytes = encodeIndex([
    { offset: 1, t: 2, kind: 'bytes', count: 0 },
    { offset: 3, t: 4, kind: 'lost', count: 0 },
  ])
  bytes.writeUInt32LE(99, 16)
  expect(decodeIndex(bytes)).toEqual([{ offset: 3, t: 4, kind: 'lost', count: 0 }])
})
