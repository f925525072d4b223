import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCarrier } from '../../../../src/bot/slack/inbound/carry-out.ts'
import { createReception, SOURCE, STALE_MS } from '../../../../src/bot/slack/inbound/reception.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { createJournalled } from '../../../mail/journalled.ts'
import * as payloads from './payloads.ts'
import { wordsOf } from './world.ts'

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const), which: fc.nat(5) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('sync' as const), count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('end' as const), how: fc.constantFrom('well', 'badly') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 2_000, STALE_MS) }),
  },
)

test('P27 whatever comes twice, is killed or finds a slow disk: who was acknowledged is served once, or told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 50 }), async steps => {
      const clock = createFakeClock()
      const journal = createJournalled(clock)
      journal.hold()
      const bodies = Array.from({ length: 6 }, (_, n) => payloads.direct(`line ${n}`, clock.now() + n))
      const acknowledged = new Set<string>()
      const served: string[] = []
      const told = new Set<string>()
      const lost = new Map<string, number>()
      let ends: ((how: 'well' | 'badly') => void)[] = []
      let life = 0
      let delivered = 0

      const begin = (inbox = journal.open()) => {
        const mine = ++life
        ends = []
        const carrier = createCarrier({
          inbox,
          async handle(heard) {
            if (mine !== life) return
            served.push(wordsOf(heard))
            const { promise, resolve, reject } = Promise.withResolvers<void>()
            ends.push(how => (how === 'well' ? resolve() : reject(new Error('broken'))))
            await promise
          },
          interrupted: heard => {
            if (mine === life) told.add(wordsOf(heard))
          },
          lost: heard => {
            if (mine === life) lost.set(wordsOf(heard), life)
          },
          clock,
          log: silentLog,
        })
        const unexpected = (): never => {
          throw new Error('nobody expected this')
        }
        const deps = { inbox, carrier, submitted: unexpected, options: unexpected, changed: unexpected }
        const reception = createReception({ ...deps, clock, log: silentLog })
        return { reception, carrier, mine }
      }
      const deliver = async (which: number): Promise<void> => {
        const { reception, mine } = now
        delivered++
        const delivery = reception.open(bodies[which], async () => {
          if (mine === life) acknowledged.add(`line ${which}`)
        })
        await delivery.acknowledge()
        if (mine === life) delivery.carryOut()
      }
      const restart = (): void => {
        now = begin(journal.restart())
        now.carrier.resume(SOURCE, STALE_MS)
      }
      const isRight = (): void => {
        expect(new Set(served).size).toBe(served.length)
        // Told as lost, it is not done by the process that said so.
        for (const [line, by] of lost) if (served.includes(line)) expect(by).toBeLessThan(life)
      }

      let now = begin()
      for (const one of steps) {
        if (one.do === 'deliver') void deliver(one.which)
        else if (one.do === 'sync') journal.sync(one.count)
        else if (one.do === 'pass') await clock.pass(one.ms)
        else if (one.do === 'end') ends.shift()?.(one.how)
        else restart()
        await clock.pass(0)
        isRight()
      }
      restart()
      for (let n = 0; n < 60; n++) {
        journal.sync(10)
        await clock.pass(0)
        for (const end of ends.splice(0)) end('well')
      }
      isRight()
      for (const line of acknowledged)
        expect(served.includes(line) || told.has(line) || lost.has(line)).toBe(true)
      expect(acknowledged.size).toBeLessThanOrEqual(delivered)
      expect(journal.entries().filter(entry => entry.stage !== 'done')).toEqual([])
    }),
    { numRuns: 150 },
  )
})
