import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWrongKeys } from '../../../src/http/callers/wrong-keys.ts'

describe('wrong keys', () => {
  it('are judged at most so often in any minute of one address, and again as soon as it was told', () => {
    const calls = fc.array(
      fc.record({
        pass: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90_000 })),
        lane: fc.constantFrom('a', 'b'),
      }),
      { minLength: 1, maxLength: 100 },
    )
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 6 }), (all, most) => {
        let now = 0
        const wrong = createWrongKeys({ mono: () => now }, most)
        const judged: { at: number; lane: string }[] = []
        for (const { pass, lane } of all) {
          now += pass
          const wait = wrong.barredFor(lane)
          if (wait > 0) {
            now += wait
            expect(wrong.barredFor(lane)).toBe(0)
          }
          wrong.wrong(lane)
          judged.push({ at: now, lane })
        }
        for (const first of judged) {
          const within = judged.filter(
            ({ at, lane }) => lane === first.lane && at >= first.at && at < first.at + 60_000,
          )
          expect(within.length).toBeLessThanOrEqual(most)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('remembers who was right from where, and bounds what it remembers', () => {
    const wrong = createWrongKeys({ mono: () => 0 }, 1)
    wrong.right('10.0.0.1', 'ci')
    expect(wrong.isKnown('10.0.0.1', 'ci')).toBe(true)
    expect(wrong.isKnown('10.0.0.1', 'ops')).toBe(false)
    expect(wrong.isKnown('10.0.0.2', 'ci')).toBe(false)
    wrong.wrong('10.0.0.1')
    for (let i = 0; i < 10_000; i++) {
      wrong.right(`flood ${i}`, 'ci')
      wrong.wrong(`flood ${i}`)
    }
    expect(wrong.isKnown('10.0.0.1', 'ci')).toBe(false)
    expect(wrong.barredFor('10.0.0.1')).toBe(0)
    expect(wrong.barredFor('flood 9999')).toBe(60_000)
  })
})
