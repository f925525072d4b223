import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRecent } from '../../src/storage/recent.ts'

const MOST = 10

const anyAct = fc.oneof(
  { weight: 1, arbitrary: fc.record({ act: fc.constant('clear' as const), id: fc.constant('') }) },
  {
    weight: 8,
    arbitrary: fc.record({ act: fc.constant('get' as const), id: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('put' as const),
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      bytes: fc.integer({ min: 0, max: MOST + 2 }),
    }),
  },
)

test('it gives back what was put last, never keeps more than its bytes, and lets go of what was unasked longest', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 60 }), acts => {
      const recent = createRecent<number>(MOST)
      let model: { id: string; value: number; bytes: number }[] = []
      for (const [value, { id, ...rest }] of acts.entries()) {
        const found = model.find(each => each.id === id)
        model = model.filter(each => each.id !== id)
        if (rest.act === 'clear') {
          recent.clear()
          model = []
        } else if (rest.act === 'get') {
          expect(recent.get(id)).toBe(found?.value ?? null)
          if (found !== undefined) model.push(found)
        } else {
          recent.put(id, value, rest.bytes)
          if (rest.bytes <= MOST) model.push({ id, value, bytes: rest.bytes })
          while (model.reduce((sum, { bytes }) => sum + bytes, 0) > MOST) model.shift()
        }
      }
      for (const { id, value } of [...model]) expect(recent.get(id)).toBe(value)
      for (const id of ['a', 'b', 'c', 'd', 'e'])
        if (!model.some(each => each.id === id)) expect(recent.get(id)).toBeNull()
    }),
    { numRuns: 300 },
  )
})
