import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isNestedTooDeep } from '../../src/http/nesting.ts'

/** Lists in lists, so many around the innermost. */
function nested(depth: number): unknown {
  let value: unknown = 'x'
  for (let n = 0; n < depth; n++) value = n % 2 === 0 ? [value] : { a: value }
  return value
}

test('what is nested up to 32 times is taken, and nothing deeper, wherever it stands', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 80 }), fc.array(fc.jsonValue({ maxDepth: 3 })), (depth, others) => {
      expect(isNestedTooDeep({ others, here: nested(depth) })).toBe(depth > 31)
    }),
    { numRuns: 200 },
  )
  expect(isNestedTooDeep(nested(1_000_000))).toBe(true)
})
