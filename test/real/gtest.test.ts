import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCases } from '../../src/reading/cases/read-cases.ts'
import type { CaseReport } from '../../src/reading/cases/types.ts'
import { once } from '../reading/cases/reading.ts'
import { realSuite } from './fixtures/available.ts'
import { cleanEnv } from './fixtures/daemon.ts'

const SOURCE = join(import.meta.dirname, 'programs/gtest-sample.cc')
const COMPILE_MS = 170_000
const RUN_MS = 30_000

const PASSED = [
  'Maths.Adds',
  'Maths.NoNewline',
  'Few/Sizes.IsEven/0',
  'Few/Sizes.IsEven/2',
  'Typed/0.IsOne',
  'FateDeathTest.Dies',
  'Crash.InTheMiddle',
  'Crash.After',
]
const FAILED = ['Maths.Fails', 'Few/Sizes.IsEven/1', 'Typed/1.IsOne', 'FateDeathTest.Lives']
const SKIPPED = ['Maths.Skips', 'Maths.DISABLED_Later']

realSuite('output of a real GoogleTest program', ['gtest'], () => {
  let folder = ''
  let program = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardroom-'))
    program = join(folder, 'sample')
    const args = ['-O0', '-Wall', '-o', program, SOURCE, '-lgtest', '-lgtest_main', '-pthread']
    await promisify(execFile)('g++', args, { env: { ...cleanEnv(), TMPDIR: folder }, timeout: COMPILE_MS })
  }, COMPILE_MS)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Its exit status says that tests failed; what it printed is the matter here. */
  const print = (args: readonly string[], env: Record<string, string> = {}): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const options = { env: { ...cleanEnv(), ...env }, cwd: folder, timeout: RUN_MS }
    execFile(program, [...args], options, (_, stdout) => resolve(stdout))
    return promise
  }

  const reportOf = (text: string): Promise<CaseReport> => readCases(once(Buffer.from(text)), 'output')
  const named = (report: CaseReport, result: string): string[] =>
    report.cases.filter(found => found.result === result).map(({ name }) => name)

  const expectAll = (report: CaseReport): void => {
    expect(named(report, 'pass').sort()).toEqual([...PASSED].sort())
    expect(named(report, 'fail').sort()).toEqual([...FAILED].sort())
    expect(named(report, 'skip').sort()).toEqual([...SKIPPED].sort())
    expect(report.totals).toMatchObject({ total: 14, announced: 14, error: 0 })
    expect(report.problems).toEqual([])
  }

  test.each([
    ['as it is', []],
    ['in colours', ['--gtest_color=yes']],
    ['without times', ['--gtest_print_time=0']],
    ['death tests that run the program anew', ['--gtest_death_test_style=threadsafe']],
  ])('M6.6 every case is there: %s', async (_, args) => {
    expectAll(await reportOf(await print(args)))
  })

  test('M6.6 a failed case has its output, its parameter and its lines', async () => {
    const text = await print([])
    const report = await reportOf(text)
    const fails = report.cases.find(({ name }) => name === 'Maths.Fails')
    expect(fails?.output[0]).toBe('computing')
    expect(fails?.output.join('\n')).toContain('sums are hard')
    const [from = 0, to = 0] = fails?.lines ?? []
    expect(text.split('\n')[from - 1]).toBe('[ RUN      ] Maths.Fails')
    expect(text.split('\n')[to - 1]).toMatch(/^\[ {2}FAILED {2}\] Maths\.Fails/)
    expect(report.cases.find(({ name }) => name === 'Few/Sizes.IsEven/1')?.reason).toBe('GetParam() = 3')
  })

  test('M6.6 a crash in the middle: the case that it was in is an error, and what is missing is said', async () => {
    const report = await reportOf(await print([], { CRASH: '1' }))
    expect(named(report, 'error')).toEqual(['Crash.InTheMiddle'])
    expect(report.cases.at(-1)?.output).toEqual(['about to crash'])
    const said = report.problems.join('\n')
    expect(said).toMatch(/Crash\.InTheMiddle began and did not end/)
    expect(said).toMatch(/suite Crash: 2 announced, 1 seen/)
    expect(said).toMatch(/13 announced, 9 seen/)
    expect(said).toMatch(/its end was not seen/)
  })

  test('a brief run prints what did not pass; that the rest is not listed is said', async () => {
    const report = await reportOf(await print(['--gtest_brief=1']))
    expect(named(report, 'fail').sort()).toEqual([...FAILED].sort())
    expect(report.problems).toEqual([])
    expect(report.notes.join()).toContain('13 ran, and only those that did not pass were printed')
  })

  test('twice is twice', async () => {
    const report = await reportOf(await print(['--gtest_repeat=2']))
    expect(report.totals).toMatchObject({ total: 28, announced: 28 })
    expect(report.problems).toEqual([])
  })

  test('M6.6 its XML file names the same cases with the same results', async () => {
    await print(['--gtest_output=xml:results.xml'])
    expectAll(await reportOf(await readFile(join(folder, 'results.xml'), 'utf8')))
  })
})
