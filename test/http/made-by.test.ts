import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startedBy } from '../../src/http/api/started-by.ts'
import { madeBy } from '../../src/http/made-by.ts'
import type { RunFilter } from '../../src/lab/lab.ts'
import type { Run } from '../../src/lab/types.ts'
import { createLabPort, makeRun } from '../commands/lab-port.ts'

const PAGE = 100
const MINUTE_MS = 60_000

/** A history of tests that came a minute apart, read in pages of 100 as the lab's is. */
function labWith(runs: readonly Run[]) {
  let pages = 0
  const port = createLabPort({
    async runs({ before, submitter }: RunFilter) {
      pages++
      const below = before === undefined ? Number.POSITIVE_INFINITY : Number(before.slice(1))
      return runs
        .filter(run => Number(run.id.slice(1)) < below && run.submitter.id === submitter)
        .toSorted((a, b) => Number(b.id.slice(1)) - Number(a.id.slice(1)))
        .slice(0, PAGE)
    },
  })
  return { lab: port, pages: () => pages }
}

function past(count: number, requestAt: number | null): Run[] {
  return Array.from({ length: count }, (_, at) => {
    const request = at === requestAt ? 'api:mei:k' : `other:${at}`
    return makeRun({
      id: `T${at + 1}`,
      arrivedAt: at * MINUTE_MS,
      submitter: { id: 'mei', name: 'mei', platform: 'http' },
      origin: { channel: 'slack', place: 'C1', request },
    })
  })
}

test('M8.5 P27 the test that a request made is found however many its caller has submitted since', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 700 }), fc.nat(), async (count, seed) => {
      const at = seed % count
      const { lab } = labWith(past(count, at))
      expect((await madeBy(lab, 'api:mei:k', at * MINUTE_MS, 'mei'))?.id).toBe(`T${at + 1}`)
      expect(await startedBy('api:mei:k', at * MINUTE_MS, 'mei', lab)).toEqual({
        topic: `run/T${at + 1}`,
        refs: { run: `T${at + 1}` },
      })
    }),
    { numRuns: 100 },
  )
})

test('one that made nothing is looked for no further back than it came', async () => {
  const { lab, pages } = labWith(past(1_000, null))
  expect(await madeBy(lab, 'api:mei:k', 950 * MINUTE_MS, 'mei')).toBe(null)
  expect(pages()).toBeLessThanOrEqual(2)
})
