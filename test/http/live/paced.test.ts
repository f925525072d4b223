import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pause } from '../../../src/clock.ts'
import { paced } from '../../../src/http/live/paced.ts'
import { createFakeClock } from '../../fake-clock.ts'

const EVERY = 1_000

test('looks are apart, never two at a time, and what was asked for last is always seen', async () => {
  const step = fc.record({ stir: fc.boolean(), pass: fc.nat(1_500) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.nat(2_000), async (steps, lookMs) => {
      const clock = createFakeClock()
      const looks: { from: number; to: number; seen: number }[] = []
      let news = 0
      let looking = 0
      const pace = paced(clock, EVERY, async () => {
        looking++
        expect(looking).toBe(1)
        const look = { from: clock.mono(), to: Number.POSITIVE_INFINITY, seen: news }
        looks.push(look)
        if (lookMs > 0) await pause(clock, lookMs)
        look.to = clock.mono()
        looking--
      })
      for (const { stir, pass } of steps) {
        if (stir) {
          news++
          pace.stir()
        }
        await clock.pass(pass)
      }
      await clock.pass(2 * (EVERY + lookMs))
      expect(looks.at(-1)?.seen ?? 0).toBe(news)
      for (const [at, look] of looks.entries())
        expect(look.from - (looks[at - 1]?.to ?? -EVERY)).toBeGreaterThanOrEqual(EVERY)
      expect(looks.length).toBeLessThanOrEqual(news)
      pace.stop()
      pace.stir()
      await clock.pass(5 * EVERY)
      expect([clock.timers, looks.at(-1)?.seen ?? 0]).toEqual([0, news])
    }),
    { numRuns: 200 },
  )
})

test('the first look is made at once', () => {
  let looks = 0
  const pace = paced(createFakeClock(), EVERY, async () => void looks++)
  pace.stir()
  pace.stir()
  expect(looks).toBe(1)
})
