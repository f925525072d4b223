import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSize, parseSize } from '../../src/config/size.ts'

describe('sizes', () => {
  it.each([
    ['100GB', 100e9],
    ['1GiB', 2 ** 30],
    ['1 kB', 1000],
    ['1.5MB', 1_500_000],
    ['12b', 12],
  ])('reads %s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  it.each(['', '100', 'GB', '1 XB', '-1GB', '1e3GB', '999999999999TiB'])('finds none in "%s"', text => {
    expect(parseSize(text)).toBeNull()
  })

  it('writes what it reads: any number of bytes that its grammar can say comes back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), bytes => {
        expect(parseSize(formatSize(bytes))).toBe(bytes)
      }),
      { numRuns: 500 },
    )
  })
})
