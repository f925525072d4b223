import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addCases,
  type CaseTally,
  flakinessOf,
  LAST_RUNS,
  lastRuns,
  variantOf,
} from '../../../src/lab/runs/cases/flaky.ts'
import { summaryOf } from '../../../src/lab/runs/cases/summary.ts'
import { addToTally, type Tally } from '../../../src/lab/runs/tally.ts'
import { makeResult } from '../../commands/lab-port.ts'
import { aRun } from '../samples.ts'
import { aCase, aReport } from './samples.ts'

const RUNS = { numRuns: 150 }
const NAMES = ['a', 'b', '__proto__'] as const
type Day = readonly (readonly boolean[])[]

/** Runs a day; of each run, which of the cases failed. */
const days: fc.Arbitrary<Day[]> = fc.array(
  fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), { maxLength: 30 }),
  { maxLength: 6 },
)

function told(failed: readonly boolean[]) {
  return summaryOf(aReport(NAMES.map((name, index) => aCase(name, failed[index] ? 'fail' : 'pass'))))
}

function sumOf(day: Day): CaseTally {
  const sums: Record<string, CaseTally> = {}
  for (const run of day) addCases(sums, 'v', told(run))
  return sums['v'] ?? { runs: 0, failed: [] }
}

describe('what cases did in the last runs', () => {
  test('of the daily sums is what it is of all runs in a row', () => {
    fc.assert(
      fc.property(days, all => {
        const sums = all.map(sumOf)
        for (const [index, name] of NAMES.entries()) {
          const row = all.flat().map(run => run[index] ?? false)
          expect(lastRuns(sums, name)).toEqual(row.slice(-LAST_RUNS))
        }
      }),
      RUNS,
    )
  })

  test('is flaky exactly where a case failed, then did not, then failed again', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 25 }), runs => {
        const text = runs.map(failed => (failed ? 'F' : '.')).join('')
        const flaky = flakinessOf(runs)
        expect(flaky !== null).toBe(/F\.+F/.test(text))
        if (flaky !== null) expect(flaky).toEqual({ failed: runs.filter(Boolean).length, of: runs.length })
      }),
      RUNS,
    )
  })

  test('however many runs and cases a day has, its sum is bounded', () => {
    const sums: Record<string, CaseTally> = {}
    const cases = summaryOf(aReport(Array.from({ length: 300 }, (_, index) => aCase(`c${index}`, 'fail'))))
    for (let run = 0; run < 200; run++) addCases(sums, `v${run % 20}`, cases)
    expect(Object.keys(sums)).toHaveLength(8)
    for (const { failed } of Object.values(sums)) {
      expect(failed).toHaveLength(100)
      for (const [, runs] of failed) expect(runs.length).toBeLessThanOrEqual(LAST_RUNS)
    }
  })

  test('a run that lost cases, or ended by something else, says nothing of them', () => {
    const cases = told([true, false, false])
    const lost = { ...cases, totals: { ...cases.totals, announced: 9 } }
    expect(addCases({}, 'v', lost)).toEqual({})
    const timeout = aRun({ state: 'timeout', result: makeResult({ cases }) })
    expect(addToTally({}, timeout)['socA/true']?.cases).toBeUndefined()
  })

  test('a sum of version 1, which had no cases, goes on as it is', () => {
    const old: Tally = {
      'socA/true': {
        count: 3,
        results: { passed: 3 },
        attempts: 3,
        infrastructure: 0,
        occupiedMs: [1],
        waitedMs: 0,
      },
    }
    const run = aRun({ state: 'failed', result: makeResult({ cases: told([true, false, false]) }) })
    const sum = addToTally(old, run)['socA/true']
    expect(sum).toMatchObject({ count: 4, cases: { [variantOf(run)]: { runs: 1, failed: [['a', [0]]] } } })
  })

  test('one test is one program with the same arguments; its build does not matter', () => {
    const binary = { kind: 'binary', name: 'hello', size: 1, sha256: 'a' } as const
    const of = (part: Parameters<typeof aRun>[0]): string => variantOf(aRun(part))
    expect(of({ program: binary })).toBe(of({ program: { ...binary, sha256: 'b', size: 9 } }))
    const all = [
      of({ program: binary }),
      of({ program: binary, args: ['-v'] }),
      of({ program: { ...binary, entry: 'run.sh' } }),
      of({ program: { kind: 'shell', command: 'hello' } }),
    ]
    expect(new Set(all).size).toBe(4)
  })
})
