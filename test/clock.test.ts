import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSteadyClock } from '../src/clock.ts'
import { createFakeClock } from './fake-clock.ts'

const move = fc.oneof(
  fc.record({ what: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 86_400_000 }) }),
  fc.record({ what: fc.constant('step' as const), ms: fc.integer({ min: -86_400_000, max: 86_400_000 }) }),
  fc.record({ what: fc.constant('drift' as const), ms: fc.integer({ min: -999, max: 999 }) }),
  fc.record({ what: fc.constant('follow' as const), ms: fc.constant(0) }),
)

test('a steady clock goes as monotonic time does until it is told to follow, and knows how far off it is', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 30 }), moves => {
      const machine = createFakeClock()
      const steady = createSteadyClock(machine)
      for (const { what, ms } of moves) {
        const [wall, mono] = [steady.now(), machine.mono()]
        if (what === 'pass') machine.stall(ms)
        else if (what === 'follow') steady.follow()
        else machine.step(ms)
        const stepped = steady.stepped()
        expect(steady.now() + stepped).toBe(machine.now())
        // Less than a second is no step: it is followed at once.
        if (stepped !== 0) expect(Math.abs(stepped)).toBeGreaterThanOrEqual(1_000)
        if (stepped !== 0) expect(steady.now() - wall).toBe(machine.mono() - mono)
        if (what === 'follow') expect(stepped).toBe(0)
      }
    }),
    { numRuns: 300 },
  )
})

test('corrections below a second are followed, however many', () => {
  const machine = createFakeClock()
  const steady = createSteadyClock(machine)
  for (let n = 0; n < 100; n++) {
    machine.step(900)
    expect(steady.now()).toBe(machine.now())
  }
})
