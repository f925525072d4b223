import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../fake-clock.ts'
import { Refused } from './refused.ts'
import { USUAL_RIGHTS } from './rights.ts'
import { createTriggers } from './triggers.ts'
import { createWorkspace } from './workspace.ts'

const acts = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('mint' as const) }),
    fc.record({ do: fc.constant('use' as const), which: fc.nat({ max: 9 }) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 500, 1_000, 2_999, 3_001) }),
  ),
  { maxLength: 60 },
)

test('however they are used, a trigger opens one modal at most, and none when it is older than 3 s', () => {
  fc.assert(
    fc.property(acts, done => {
      const clock = createFakeClock()
      const triggers = createTriggers(createWorkspace(clock, 'boardroom', USUAL_RIGHTS))
      const made: { trigger: string; at: number; uses: number }[] = []
      for (const act of done) {
        if (act.do === 'mint') made.push({ trigger: triggers.mint('U1', null), at: clock.mono(), uses: 0 })
        else if (act.do === 'wait') clock.stall(act.ms)
        else {
          const found = made[act.which % Math.max(1, made.length)]
          if (!found) continue
          const isGood = found.uses === 0 && clock.mono() - found.at <= 3_000
          if (isGood) expect(triggers.use(found.trigger)).toMatchObject({ user: 'U1' })
          else expect(() => triggers.use(found.trigger)).toThrow(Refused)
          if (isGood) found.uses += 1
        }
      }
      expect(new Set(made.map(({ trigger }) => trigger)).size).toBe(made.length)
    }),
    { numRuns: 200 },
  )
})
