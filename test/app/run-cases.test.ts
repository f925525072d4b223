import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const WITHIN_MS = 15_000
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Outcome = { status: number | null; out: string; err: string }

function boardroom(args: readonly string[], input: string): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const child = spawn(process.execPath, [MAIN, ...args], { timeout: WITHIN_MS })
  const outcome: Outcome = { status: null, out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (outcome.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (outcome.err += chunk.toString()))
  child.on('error', reject)
  child.on('close', status => resolve({ ...outcome, status }))
  child.stdin.end(input)
  return promise
}

test('M6.6 boardroom cases FILE prints JSON, of a file and of the standard input alike', async () => {
  const log = 'TAP version 13\n1..2\nok 1 - a\nnot ok 2 - b\n'
  const file = join(folder, 'console.log')
  await writeFile(file, log)
  const [named, piped] = await Promise.all([boardroom(['cases', file], ''), boardroom(['cases', '-'], log)])
  expect(named).toMatchObject({ status: 0, err: '' })
  expect(piped).toEqual(named)
  expect(JSON.parse(named.out)).toMatchObject({
    cases: [
      { name: 'a', result: 'pass', lines: [3, 3] },
      { name: 'b', result: 'fail', lines: [4, 4] },
    ],
    totals: { pass: 1, fail: 1, total: 2, announced: 2 },
    problems: [],
  })
})

test('a bad file is an input error: what it is, what to do, exit status 3', async () => {
  const file = join(folder, 'bad.xml')
  await writeFile(file, '<?xml version="1.0"?>\n<testsuite><testcase></testsuite>\n')
  const [missing, bad, none] = await Promise.all([
    boardroom(['cases', join(folder, 'no-such')], ''),
    boardroom(['cases', file], ''),
    boardroom(['cases'], ''),
  ])
  expect(missing).toMatchObject({ status: 3, out: '' })
  expect(missing.err).toMatch(/no-such cannot be read: ENOENT.*\nGive a file/)
  expect(bad).toMatchObject({ status: 3, out: '' })
  expect(bad.err).toContain('bad.xml is not JUnit XML: line 2: </testsuite> closes what is not open')
  expect(none).toMatchObject({ status: 3, out: '' })
})
