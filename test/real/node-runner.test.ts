import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCases } from '../../src/reading/cases/read-cases.ts'
import type { CaseReport } from '../../src/reading/cases/types.ts'
import { once } from '../reading/cases/reading.ts'

const PROGRAM = join(import.meta.dirname, 'programs/node-sample.mjs')
const RUN_MS = 60_000

/** It refuses to run inside of another test runner's process. */
function print(reporter: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const args = ['--test', `--test-reporter=${reporter}`, PROGRAM]
  const { PATH = '' } = process.env
  execFile(process.execPath, args, { timeout: RUN_MS, env: { PATH } }, (_, stdout) => resolve(stdout))
  return promise
}

function results({ cases }: CaseReport): string[] {
  return cases.map(({ name, result }) => `${result} ${name}`)
}

test("M6.6 TAP of Node's own runner: nested, with YAML, directives and durations", async () => {
  const report = await readCases(once(Buffer.from(await print('tap'))), 'output')
  expect(results(report)).toEqual([
    'pass adds',
    'fail fails # here',
    'skip skipped',
    'xfail later',
    'pass suite/a',
    'fail suite/deep/b',
  ])
  expect(report.cases[1]?.output.join('\n')).toContain("error: '3 == 2'")
  expect(report.cases[1]?.durationMs).toBeGreaterThan(0)
  expect(report.totals).toMatchObject({ total: 6, announced: 6 })
  expect(report.problems).toEqual([])
})

test('M6.6 JUnit XML of it, which has no word for what is expected to fail', async () => {
  const report = await readCases(once(Buffer.from(await print('junit'))), 'results.xml')
  expect(results(report)).toEqual([
    'pass test/adds',
    'fail test/fails # here',
    'skip test/skipped',
    'fail test/later',
    'pass suite/a',
    'fail suite/deep/b',
  ])
  expect(report.cases[1]?.output.join('\n')).toContain('3 == 2')
  expect(report.problems).toEqual([])
})
