import { createHash, timingSafeEqual } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ApiKey } from '../../../src/config/types.ts'
import { createKeyRing } from '../../../src/http/callers/keys.ts'

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const value = fc.string({ minLength: 1, maxLength: 80 })
const keys = fc
  .uniqueArray(fc.record({ value, isSum: fc.boolean() }), { selector: one => one.value, maxLength: 6 })
  .map(all =>
    all.map(({ value: text, isSum }, i) => {
      const key: ApiKey['key'] = isSum
        ? { kind: 'sha256', hex: sha256(text) }
        : { kind: 'plain', value: text }
      return { text, key: { name: `k${i}`, role: 'user' as const, key } }
    }),
  )

describe('keys', () => {
  it('finds each key by its text, plain or by its sum, and nothing by any other', () => {
    fc.assert(
      fc.property(keys, value, (all, other) => {
        const ring = createKeyRing(all.map(({ key }) => key))
        for (const { text, key } of all) expect(ring.find(text)).toEqual(key)
        if (all.every(({ text }) => text !== other)) expect(ring.find(other)).toBeNull()
      }),
      { numRuns: 200 },
    )
  })

  it('does not take the sum of a key for the key', () => {
    const ring = createKeyRing([{ name: 'ci', role: 'admin', key: { kind: 'sha256', hex: sha256('open') } }])
    expect(ring.find(sha256('open'))).toBeNull()
    expect(ring.find(`sha256:${sha256('open')}`)).toBeNull()
  })

  it('compares every key, found or not, whatever was sent, and always two sums of one length', () => {
    const sizes: number[] = []
    const compare = (a: Buffer, b: Buffer): boolean => {
      sizes.push(a.length, b.length)
      return timingSafeEqual(a, b)
    }
    fc.assert(
      fc.property(keys, fc.oneof(value, fc.constant('')), fc.nat(), (all, other, pick) => {
        const ring = createKeyRing(
          all.map(({ key }) => key),
          compare,
        )
        const sent = pick % 2 === 0 ? other : (all[pick % Math.max(1, all.length)]?.text ?? other)
        sizes.length = 0
        ring.find(sent)
        expect(sizes).toEqual(Array.from({ length: all.length * 2 }, () => 32))
      }),
      { numRuns: 200 },
    )
  })
})
