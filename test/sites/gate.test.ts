import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LeaseLostError } from '../../src/errors.ts'
import { createGate } from '../../src/sites/gate.ts'

type Step = { act: 'admit' | 'check'; token: number }
const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    act: fc.constantFrom('admit' as const, 'check' as const),
    token: fc.integer({ min: 1, max: 6 }),
  }),
  { maxLength: 30 },
)

test('P25 a board is touched only under the highest token that was ever let in', () => {
  fc.assert(
    fc.property(anySteps, steps => {
      const gate = createGate('soc-a-001')
      let highest = 0
      for (const { act, token } of steps) {
        const passes = act === 'admit' ? token >= highest : token === highest
        if (passes) gate[act](token)
        else expect(() => gate[act](token)).toThrow(LeaseLostError)
        if (act === 'admit' && passes) highest = token
        expect(gate.highest).toBe(highest)
      }
    }),
    { numRuns: 300 },
  )
})

test('a late holder is told the board, its token and the one that was seen', () => {
  const gate = createGate('soc-a-001')
  gate.admit(7)
  expect(() => gate.check(6)).toThrow('the lease on soc-a-001 was lost: token 6, the board has seen 7')
})
