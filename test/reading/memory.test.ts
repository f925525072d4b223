import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemory } from '../../src/reading/memory.ts'

test('the last so many are known, nothing that was never said is, and no more than twice as many', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat({ max: 30 })), (most, said) => {
      const memory = createMemory(most)
      said.forEach((each, index) => {
        const before = said.slice(0, index)
        const isKnown = memory.has(String(each))
        if (new Set(before.slice(-most)).has(each)) expect(isKnown).toBe(true)
        if (!before.includes(each)) expect(isKnown).toBe(false)
      })
      memory.forget()
      for (const each of new Set(said)) expect(memory.has(String(each))).toBe(false)
    }),
  )
  const memory = createMemory(10)
  for (let each = 0; each <= 20; each++) memory.has(String(each))
  expect(memory.has('0')).toBe(false)
})
