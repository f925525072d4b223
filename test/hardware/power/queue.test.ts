import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pause } from '../../../src/clock.ts'
import { busyLines, inTurn } from '../../../src/hardware/power/queue.ts'
import { createFakeClock } from '../../fake-clock.ts'

const jobs = fc.array(
  fc.record({
    line: fc.constantFrom('pdu-a', 'pdu-b'),
    arrivesMs: fc.nat(50),
    takesMs: fc.nat(30),
    fails: fc.boolean(),
    abortMs: fc.option(fc.nat(80)),
  }),
  { maxLength: 12 },
)

it('work on one PDU is serial and in order of arrival, whoever fails or leaves the line', async () => {
  await fc.assert(
    fc.asyncProperty(jobs, async plan => {
      const clock = createFakeClock()
      const others = busyLines()
      const started: { line: string; number: number }[] = []
      const working = new Map<string, number>()
      const ends = plan.map(async (job, number) => {
        const stop = new AbortController()
        if (job.abortMs !== null) clock.after(job.abortMs, () => stop.abort(new Error('left')))
        await pause(clock, job.arrivesMs)
        return inTurn(job.line, stop.signal, async () => {
          expect(working.get(job.line)).toBeUndefined()
          working.set(job.line, number)
          started.push({ line: job.line, number })
          await pause(clock, job.takesMs)
          working.delete(job.line)
          if (job.fails) throw new Error('failed')
          return number
        })
      })
      const settled = Promise.allSettled(ends)
      await clock.pass(1000)
      const results = await settled
      for (const line of ['pdu-a', 'pdu-b']) {
        const order = started
          .filter(entry => entry.line === line)
          .map(({ number }) => plan[number]?.arrivesMs)
        expect(order).toEqual(order.toSorted((a, b) => Number(a) - Number(b)))
      }
      for (const [number, result] of results.entries()) {
        const didStart = started.some(entry => entry.number === number)
        if (didStart) expect(result.status).toBe(plan[number]?.fails ? 'rejected' : 'fulfilled')
        else expect(result).toMatchObject({ status: 'rejected', reason: { message: 'left' } })
      }
      expect(busyLines()).toBe(others)
    }),
    { numRuns: 200 },
  )
})
