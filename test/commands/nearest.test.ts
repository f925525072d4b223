import fc from 'fast-check'
import { expect, test } from 'vitest'
import { didYouMean, distance, nearest } from '../../src/commands/nearest.ts'

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

test('the nearest come first, none is named that is far, and case does not matter', () => {
  expect(nearest('scoA', ['socB', 'socA', 'riscv'], 3)).toEqual(['socA'])
  expect(nearest('socC', ['socB', 'socA', 'riscv'], 3)).toEqual(['socA', 'socB'])
  expect(nearest('SOCA', ['socA'], 1)).toEqual(['socA'])
  expect(nearest('wholly-else', ['socA', 'socB'], 3)).toEqual([])
  expect(didYouMean('qeue', ['queue', 'tests'])).toBe(' Did you mean queue?')
  expect(didYouMean('x'.repeat(1e6), ['queue'])).toBe('')
})
