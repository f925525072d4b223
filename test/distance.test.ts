import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distance } from '../src/distance.ts'

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 8 })

test('the distance is 0 only for the same word, the same both ways, and at most the longer word', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(distance(a, b) === 0).toBe(a === b)
      expect(distance(a, b)).toBe(distance(b, a))
      expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
      expect(distance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
    }),
  )
})

test('one slip of the finger is one away: a letter changed, left out, added, or two swapped', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { minLength: 3 }),
      fc.nat(),
      (letters, seed) => {
        const at = seed % (letters.length - 1)
        const [a = '', b = ''] = [letters[at], letters[at + 1]]
        const typed = letters.join('')
        expect(distance(typed, letters.toSpliced(at, 1, 'z').join(''))).toBe(1)
        expect(distance(typed, letters.toSpliced(at, 1).join(''))).toBe(1)
        expect(distance(typed, letters.toSpliced(at, 0, 'z').join(''))).toBe(1)
        expect(distance(typed, letters.toSpliced(at, 2, b, a).join(''))).toBe(1)
      },
    ),
  )
})
