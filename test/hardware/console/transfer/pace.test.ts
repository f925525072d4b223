import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UNIT } from '../../../../src/hardware/console/transfer/limits.ts'
import {
  createPace,
  type Pace,
  SAFE,
  type TransferMode,
} from '../../../../src/hardware/console/transfer/pace.ts'
import { createWindow } from '../../../../src/hardware/console/transfer/window.ts'

/** Answers to so many frames, on a board that takes `perFrame` ms for each and a line of `perByte` ms a byte. */
function run(pace: Pace, frames: number, cost: { perFrame: number; perByte: number }, from = 0): number {
  let now = from
  for (let frame = 0; frame < frames; frame++) {
    const wire = pace.units() * UNIT + 15
    now += cost.perFrame + wire * cost.perByte
    pace.heard(wire, now)
  }
  return now
}

describe('how much is under way', () => {
  it('fits a terminal of 4,096 on a line that is full: more would only wait in front of it', () => {
    const pace = createPace('raw', 0.1)
    run(pace, 100, { perFrame: 0, perByte: 10 / 115.2 })
    expect(pace.window()).toBeLessThanOrEqual(4096)
    expect(2 * (pace.units() * UNIT + 15)).toBeLessThanOrEqual(pace.window())
  })

  it('grows while that pays, as where each frame costs the board its time', () => {
    const pace = createPace('raw', 0.1)
    run(pace, 60, { perFrame: 60, perByte: 0 })
    expect(pace.units()).toBe(256)
  })

  it('is small again once something was damaged', () => {
    const pace = createPace('raw', 0.1)
    const now = run(pace, 60, { perFrame: 60, perByte: 0 })
    pace.damaged()
    expect(pace.window()).toBe(SAFE)
    run(pace, 40, { perFrame: 60, perByte: 0 }, now)
    expect(pace.window()).toBe(SAFE)
  })

  it('is never more than a second of the line, and always a frame', () => {
    const modes = fc.constantFrom<TransferMode>('raw', 'base64')
    fc.assert(
      fc.property(modes, fc.integer({ min: 1, max: 5000 }), fc.array(fc.boolean()), (mode, us, events) => {
        const perByte = us / 1000
        const pace = createPace(mode, perByte)
        let now = 0
        for (const isDamaged of events) {
          if (isDamaged) pace.damaged()
          else now = run(pace, 4, { perFrame: 0, perByte }, now)
          expect(pace.units()).toBeGreaterThanOrEqual(1)
          expect(pace.window() * perByte).toBeLessThanOrEqual(Math.max(1001, (SAFE / 8) * perByte))
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('the window', () => {
  it('has each part under way, waiting, or answered for, and never loses one', () => {
    const event = fc.record({
      kind: fc.constantFrom('send', 'good', 'bad', 'odd', 'lost'),
      at: fc.nat(20),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), events => {
        const window = createWindow(() => {})
        const done = new Set<number>()
        let next = 0
        for (const { kind, at } of events) {
          if (kind === 'send') {
            const part = window.take() ?? { unit: next, bytes: Buffer.alloc(1), sum: `${next}`, read: next++ }
            window.send(part, 1)
          } else if (kind === 'odd') window.odd()
          else if (kind === 'lost') window.allLost()
          else if (window.hear(at, kind === 'good' ? `${at}` : 'other') !== null) done.add(at)
          expect(window.count() + window.waiting() + done.size).toBe(next)
          const missing = Array.from({ length: next }, (_, unit) => unit).filter(unit => !done.has(unit))
          expect(window.firstMissing()).toBe(missing[0] ?? null)
        }
      }),
      { numRuns: 200 },
    )
  })
})
