import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAILURES } from '../reading/corpus/failures.ts'
import { LOOK_ALIKES } from '../reading/corpus/look-alikes.ts'
import { readText } from '../reading/read-text.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const WITHIN_MS = 15_000
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Outcome = { status: number; out: string; err: string }

function verdict(args: readonly string[], input = ''): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const child = execFile(
    process.execPath,
    [MAIN, 'verdict', ...args],
    { timeout: WITHIN_MS },
    (error, out, err) => resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err }),
  )
  child.stdin?.end(input)
  return promise
}

function sampleOf(wanted: string): string {
  return FAILURES.find(({ kind }) => kind === wanted)?.text ?? ''
}

test('M6.7 boardroom verdict FILE prints what the live reading says, of a file and of the standard input alike', async () => {
  const log = sampleOf('panic')
  const file = join(folder, 'console.log')
  await writeFile(file, log)
  const [named, piped] = await Promise.all([verdict([file]), verdict(['-'], log)])
  expect(named).toMatchObject({ status: 0, err: '' })
  expect(piped).toEqual(named)
  const said = JSON.parse(named.out)
  const read = readText(log)
  expect(said.verdict).toEqual(JSON.parse(JSON.stringify(read.verdict)))
  expect(said.verdict).toMatchObject({
    class: 'test',
    cause: 'panic',
    blame: 'none',
    title: 'kernel panic: Fatal exception, demo_write+0x1c',
    lines: [1, log.split('\n').length - 1],
  })
  expect(said.events).toMatchObject([
    { kind: 'oops', severity: 'ends', place: 'demo_write+0x1c', lines: [1, expect.any(Number)] },
    { kind: 'panic', severity: 'ends', place: 'demo_write+0x1c' },
  ])
})

test('a log without a failure gives no verdict and no events', async () => {
  const { status, out } = await verdict(['-', '--exit-code'], LOOK_ALIKES[0]?.text ?? '')
  expect({ status, said: JSON.parse(out) }).toEqual({ status: 0, said: { verdict: null, events: [] } })
})

test('with --exit-code the status tells whose it is', async () => {
  const statuses = await Promise.all([
    verdict(['-', '--exit-code'], sampleOf('oops')),
    verdict(['--stage', 'boot', '--exit-code', '-'], sampleOf('oops')),
    verdict(['-', '--exit-code'], sampleOf('boot loader')),
  ])
  expect(statuses.map(({ status }) => status)).toEqual([1, 2, 2])
})

test('what cannot be read is an input error: what it is, what to do, exit status 3', async () => {
  const missing = join(folder, 'none.log')
  const answers = await Promise.all([
    verdict([missing]),
    verdict([folder]),
    verdict([]),
    verdict(['-', 'more']),
    verdict(['-', '--stage', 'never']),
  ])
  expect(answers.map(({ status }) => status)).toEqual([3, 3, 3, 3, 3])
  expect(answers[0]?.err).toContain(`${missing} cannot be read`)
  expect(answers[4]?.err).toContain(
    'no stage "never"\nboardroom verdict FILE [--stage boot|transfer|run|idle]',
  )
})
