import { expect, test } from 'vitest'
import { didYouMean, nearest } from '../../src/commands/nearest.ts'

test('the nearest come first, none is named that is far, and case does not matter', () => {
  expect(nearest('scoA', ['socB', 'socA', 'riscv'], 3)).toEqual(['socA'])
  expect(nearest('socC', ['socB', 'socA', 'riscv'], 3)).toEqual(['socA', 'socB'])
  expect(nearest('SOCA', ['socA'], 1)).toEqual(['socA'])
  expect(nearest('wholly-else', ['socA', 'socB'], 3)).toEqual([])
  expect(didYouMean('qeue', ['queue', 'tests'])).toBe(' Did you mean queue?')
  expect(didYouMean('x'.repeat(1e6), ['queue'])).toBe('')
})
