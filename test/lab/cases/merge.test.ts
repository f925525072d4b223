import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeReports } from '../../../src/lab/runs/cases/merge.ts'
import { withCases } from '../../../src/lab/runs/cases/outcome.ts'
import { MOST_FAILED, summaryOf } from '../../../src/lab/runs/cases/summary.ts'
import { CASE_RESULTS } from '../../../src/reading/cases/types.ts'
import { makeResult } from '../../commands/lab-port.ts'
import { aCase, aReport, someCases, someResult } from './samples.ts'

const RUNS = { numRuns: 200 }

describe('what was printed and what files tell', () => {
  test('M6.6 the totals are those of the cases, whatever was told twice', () => {
    fc.assert(
      fc.property(someCases, fc.array(someCases, { maxLength: 3 }), (printed, files) => {
        const merged = mergeReports(
          aReport(printed),
          files.map((cases, index) => ({ name: `f${index}.xml`, report: aReport(cases) })),
        )
        expect(merged.totals).toEqual(aReport(merged.cases).totals)
        expect(merged.totals.total).toBeGreaterThanOrEqual(
          Math.max(printed.length, ...files.map(each => each.length)),
        )
        expect(merged.totals.total).toBeLessThanOrEqual(printed.length + files.flat().length)
      }),
      RUNS,
    )
  })

  test('a file of what was printed adds nothing, one of other cases adds all of them', () => {
    fc.assert(
      fc.property(someCases, cases => {
        const report = aReport(cases)
        const same = mergeReports(report, [{ name: 'r.xml', report }])
        expect([same.cases, same.totals, same.problems]).toEqual([cases, report.totals, []])
        const others = cases.map(each => ({ ...each, name: `other ${each.name}` }))
        const more = mergeReports(report, [{ name: 'r.xml', report: aReport(others) }])
        expect(more.totals.total).toBe(2 * cases.length)
        expect(more.cases.filter(each => each.file === 'r.xml')).toHaveLength(cases.length)
      }),
      RUNS,
    )
  })

  test('where the two do not agree the worse counts, and it is said', () => {
    const merged = mergeReports(aReport([aCase('a', 'pass')]), [
      { name: 'r.xml', report: aReport([aCase('a', 'fail', { reason: 'no' })]) },
    ])
    expect(merged.cases).toMatchObject([{ name: 'a', result: 'fail', reason: 'no' }])
    expect(merged.totals).toMatchObject({ pass: 0, fail: 1, total: 1 })
    expect(merged.problems).toEqual(['a: pass as printed, fail in r.xml: counted as fail'])
  })

  test('a file has the cases that were lost on the line: they are announced once', () => {
    const printed = {
      ...aReport([aCase('a'), aCase('c')]),
      totals: { ...aReport([aCase('a'), aCase('c')]).totals, announced: 3 },
    }
    const { totals } = mergeReports(printed, [
      { name: 'r.xml', report: aReport([aCase('a'), aCase('b'), aCase('c')]) },
    ])
    expect([totals.total, totals.announced]).toEqual([3, 3])
  })
})

describe('the record', () => {
  test('is bounded, however many failed and however much they printed', () => {
    const text = 'é'.repeat(5_000)
    const cases = Array.from({ length: 3_000 }, (_, index) =>
      aCase(`${index} ${text}`, 'fail', { reason: text, output: Array.from({ length: 100 }, () => text) }),
    )
    const problems = Array.from({ length: 200 }, () => text)
    const summary = summaryOf(aReport(cases, { problems, notes: problems }))
    expect(summary.failed).toHaveLength(MOST_FAILED)
    expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThan(400_000)
    expect(summary.problems.at(-1)).toBe('… and 190 more')
  })

  test.each([
    [['# expected 4, got 5'], 'expected 4, got 5'],
    [['  ---', '  message: no', '  ...'], 'message: no'],
    [['not ok 2 atomic_swap', '', '# at line 3'], 'at line 3'],
    [['[ RUN      ] A.b', 'a.cc:12: Failure', '[  FAILED  ] A.b (0 ms)'], 'a.cc:12: Failure'],
    [[], null],
  ])('of %j the reason is %j', (output, reason) => {
    expect(summaryOf(aReport([aCase('a', 'fail', { output })])).failed[0]?.reason).toBe(reason)
  })
})

describe('the outcome', () => {
  const exit = { class: 'test', cause: 'exit status', blame: 'none' } as const
  const panic = { class: 'test', cause: 'panic', blame: 'none' } as const

  test('M6.6 a run fails by its cases exactly when one of them failed and nothing else ended it', () => {
    fc.assert(
      fc.property(fc.array(someResult, { maxLength: 8 }), fc.constantFrom(0, 1, 3), (results, exitStatus) => {
        const report = aReport(results.map((result, index) => aCase(`c${index}`, result)))
        const failure = exitStatus === 0 ? null : exit
        const result = makeResult({ exitStatus, failure, title: failure && `exit status ${exitStatus}` })
        const after = withCases(result, report)
        const failed = results.filter(each => each === 'fail' || each === 'error').length
        expect(after.failure?.cause ?? null).toBe(failed > 0 ? 'test cases' : (failure?.cause ?? null))
        expect(after.exitStatus).toBe(exitStatus)
        expect(after.title).toBe(failed > 0 ? `${failed} of ${results.length} cases failed` : result.title)
      }),
      RUNS,
    )
  })

  test('a panic, a signal and a time limit stay what they are, and the cases seen so far are kept', () => {
    const report = aReport([aCase('a'), aCase('b', 'fail')])
    for (const failure of [
      panic,
      { ...exit, cause: 'signal' } as const,
      { ...exit, class: 'timeout', cause: 'time limit' } as const,
    ]) {
      const after = withCases(makeResult({ exitStatus: 139, failure, title: 'it' }), report)
      expect([after.failure, after.title]).toEqual([failure, 'it'])
      expect(after.cases?.totals).toMatchObject({ pass: 1, fail: 1 })
    }
  })

  test('cases that are missing do not fail a program that exits 0; they are kept as what is wrong', () => {
    const report = aReport([aCase('a')], { problems: ['3 announced, 1 seen'] })
    const after = withCases(makeResult(), { ...report, totals: { ...report.totals, announced: 3 } })
    expect([after.failure, after.cases?.problems]).toEqual([null, ['3 announced, 1 seen']])
  })

  test('a program that told of none has none', () => {
    expect(withCases(makeResult(), aReport([])).cases).toBeUndefined()
    expect(withCases(makeResult(), null).cases).toBeUndefined()
    expect(CASE_RESULTS).toHaveLength(6)
  })
})
