import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCases } from '../../src/reading/cases/read-cases.ts'
import type { CaseReport, TestCase } from '../../src/reading/cases/types.ts'
import { openConsole, run } from '../simulator/console-client.ts'
import { realSuite } from './fixtures/available.ts'
import { type KernelBoard, startKernelBoard } from './fixtures/kernel-board.ts'
import { BUILD_MS } from './fixtures/lab-kernel.ts'

const PATIENCE_MS = 120_000

realSuite('test cases of a real kernel', ['qemu', 'lab-kernel'], () => {
  let board: KernelBoard
  let boot: string
  let selftests: string

  beforeAll(async () => {
    board = await startKernelBoard({ line: 'kunit.enable=1' })
    const client = await openConsole(board.port)
    try {
      await client.see(/BOOT-DONE[\s\S]*# /, PATIENCE_MS)
      boot = client.text()
      selftests = await run(client, './run_kselftest.sh', PATIENCE_MS)
    } finally {
      client.close()
    }
  }, BUILD_MS + 300_000)

  afterAll(() => board?.close())

  const reportOf = async (log: string): Promise<CaseReport> =>
    await readCases(once(Buffer.from(log, 'latin1')), 'log')

  describe('KUnit as it runs at boot', () => {
    let report: CaseReport
    beforeAll(async () => {
      report = await reportOf(boot)
    })
    const named = (name: string): TestCase | undefined => report.cases.find(each => each.name === name)

    test('every case is counted, none is missing, and the log is not said to be damaged', () => {
      const { pass, fail, skip, total, announced, error } = report.totals
      expect({ fail, skip, error }).toEqual({ fail: 3, skip: 3, error: 0 })
      // Of kunit-log-test, a suite of one case, it prints no totals.
      expect(pass).toBe(sumOf(boot, 'pass') + 1)
      expect(total).toBe(announced)
      expect(report.problems).toEqual([])
    })

    test('a failed expectation has its lines, a skipped case its reason, a parameter its place', () => {
      expect(named('lab/lab_fails')).toMatchObject({ result: 'fail', format: 'ktap' })
      const output = named('lab/lab_fails')?.output.join('\n')
      expect(output).toMatch(/EXPECTATION FAILED at lib\/kunit\/lab-test\.c:\d+/)
      expect(output).toMatch(/Expected 2 \+ 2 == 5, but/)
      expect(output).toMatch(/the water is 3 m deep/)
      expect(named('lab/lab_asserts')).toMatchObject({ result: 'fail' })
      expect(named('lab/lab_skips')).toMatchObject({
        ...{ result: 'skip', reason: 'no such hardware: 2 ports wanted, 0 found' },
      })
      expect(named('lab/lab_sized/size 64')).toMatchObject({ result: 'pass' })
      expect(named('lab/lab_sized/size 4096')).toMatchObject({ result: 'fail' })
      expect(named('lab/lab_warns')).toMatchObject({ result: 'pass' })
      expect(named('example/example_skip_test')).toMatchObject({ result: 'skip' })
    })
  })

  describe("the kernel's selftests, run by their own runner", () => {
    let report: CaseReport
    beforeAll(async () => {
      report = await reportOf(selftests)
    })
    const of = (name: string): readonly TestCase[] =>
      report.cases.filter(each => each.name.startsWith(`selftests/${name}/`))

    test('cases are found in the output of each program, which the runner indents by a comment mark', () => {
      expect(of('size/get_size')).toMatchObject([{ result: 'pass' }])
      expect(of('sigaltstack/sas').map(({ result }) => result)).toEqual(['pass', 'pass', 'pass'])
      expect(of('core/close_range_test').length).toBeGreaterThanOrEqual(6)
      expect(of('core/close_range_test').every(({ result }) => result === 'pass')).toBe(true)
    })

    test('what this kernel cannot do failed, with what was expected; a program that gave up is said to have', () => {
      const failed = of('mincore/mincore_selftest').filter(({ result }) => result === 'fail')
      expect(failed.length).toBeGreaterThanOrEqual(1)
      for (const each of failed) expect(each.output.join('\n')).toMatch(/mincore_selftest\.c:\d+:/)
      expect(of('membarrier/membarrier_test_single_thread')).toMatchObject([
        { result: 'skip', reason: expect.stringMatching(/CONFIG_MEMBARRIER/) },
      ])
      const { problems } = report
      expect(problems).toContainEqual(
        expect.stringMatching(/membarrier_test_single_thread": 13 announced, 1 seen/),
      )
    })
  })
})

/** What KUnit itself counted of its suites (lib/kunit/test.c, kunit_print_test_stats). */
function sumOf(log: string, result: string): number {
  const innermost = log.matchAll(/^\S.*\] # Totals: .*$/gm)
  return [...innermost].reduce(
    (sum, [line]) => sum + Number(new RegExp(`${result}:(\\d+)`).exec(line)?.[1] ?? 0),
    0,
  )
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
