import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRates } from '../../../src/http/callers/rates.ts'

type Steps = readonly { pass: number; lane: string }[]

const perMinute = fc.integer({ min: 1, max: 10_000 })
const burst = fc.integer({ min: 1, max: 50 })
const lane = fc.constantFrom('a', 'b', 'c')
const pass = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 2_000 }),
  fc.integer({ min: 0, max: 600_000 }),
)
const steps = fc.array(fc.record({ pass, lane }), { minLength: 1, maxLength: 120 })

/** When each call came, on which lane, and what it was told. */
function play(options: { perMinute: number; burst: number }, all: Steps) {
  let now = 0
  const rates = createRates({ ...options, clock: { mono: () => now } })
  return all.map(step => {
    now += step.pass
    return { at: now, lane: step.lane, wait: rates.take(step.lane) }
  })
}

describe('rates', () => {
  it('never lets more than burst + rate × t of one lane go in any t', () => {
    fc.assert(
      fc.property(perMinute, burst, steps, (rate, most, all) => {
        const gone = Map.groupBy(
          play({ perMinute: rate, burst: most }, all).filter(({ wait }) => wait === 0),
          call => call.lane,
        )
        for (const calls of gone.values())
          for (const [i, first] of calls.entries())
            for (const [j, last] of calls.entries())
              if (j >= i) expect(j - i + 1).toBeLessThanOrEqual(most + ((last.at - first.at) * rate) / 60_000)
      }),
      { numRuns: 300 },
    )
  })

  it('lets a lane go that waited as long as it was told, and not a millisecond before', () => {
    fc.assert(
      fc.property(
        perMinute,
        burst,
        steps,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (rate, most, all, part) => {
          let now = part
          const rates = createRates({ perMinute: rate, burst: most, clock: { mono: () => now } })
          for (const step of all) {
            now += step.pass
            const wait = rates.take(step.lane)
            if (wait === 0) continue
            expect(Number.isInteger(wait)).toBe(true)
            now += wait - 1
            expect(rates.take(step.lane)).toBe(1)
            now += 1
            expect(rates.take(step.lane)).toBe(0)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('puts nobody off by a rounding: a clock of fractions passes a power of two, beyond which they are coarser', () => {
    const wholeTurns = fc.constantFrom(60, 120, 600, 2_400, 7_500)
    const power = fc.integer({ min: 20, max: 40 })
    fc.assert(
      fc.property(wholeTurns, power, fc.integer({ min: 1, max: 999_999 }), (rate, exponent, millionths) => {
        const turn = 60_000 / rate
        let now = 2 ** exponent / rate - (millionths / 1_000_000) * turn
        const rates = createRates({ perMinute: rate, burst: 1, clock: { mono: () => now } })
        expect(rates.take('a')).toBe(0)
        expect(rates.take('a')).toBe(turn)
        now += turn
        expect(rates.take('a')).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps lanes apart: what one does changes nothing for another', () => {
    fc.assert(
      fc.property(perMinute, burst, steps, (rate, most, all) => {
        const options = { perMinute: rate, burst: most }
        const together = play(options, all).filter(call => call.lane === 'a')
        // The same calls at the same times, with the others' turned into time that passes.
        let skipped = 0
        const alone: { pass: number; lane: string }[] = []
        for (const step of all) {
          skipped += step.pass
          if (step.lane !== 'a') continue
          alone.push({ pass: skipped, lane: 'a' })
          skipped = 0
        }
        expect(together).toEqual(play(options, alone))
      }),
      { numRuns: 300 },
    )
  })

  it('lets a lane that was quiet have its whole burst again, and no more', () => {
    let now = 0
    const rates = createRates({ perMinute: 60, burst: 5, clock: { mono: () => now } })
    const goes = (): number =>
      Array.from({ length: 9 }, () => rates.take('a')).filter(wait => wait === 0).length
    expect(goes()).toBe(5)
    expect(rates.take('a')).toBe(1_000)
    now += 3_600_000
    expect(goes()).toBe(5)
  })

  it('forgets who is quiet, and keeps a bound even on those who are not', () => {
    let now = 0
    const rates = createRates({ perMinute: 60, burst: 2, clock: { mono: () => now } })
    for (let i = 0; i < 25_000; i++) rates.take(`flood ${i}`)
    expect(rates.lanes).toBeLessThanOrEqual(10_001)
    now += 5_000
    for (let i = 0; i < 11_000; i++) {
      rates.take('one')
      now += 1_000
    }
    expect(rates.lanes).toBe(1)
  })

  it('is not made to forget a lane in use by a flood of others', () => {
    const rates = createRates({ perMinute: 1, burst: 1, clock: { mono: () => 0 } })
    expect(rates.take('one')).toBe(0)
    for (let i = 0; i < 30_000; i++) {
      rates.take(`flood ${i}`)
      if (i % 1_000 === 0) expect(rates.take('one')).toBe(60_000)
    }
  })
})
