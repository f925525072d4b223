import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { reportOf, storedReport, writeReport } from '../../../src/lab/runs/cases/files.ts'
import { silentLog } from '../../../src/log.ts'
import { readCases } from '../../../src/reading/cases/read-cases.ts'
import { openArtifacts } from '../../../src/storage/index.ts'
import type { Artifacts } from '../../../src/storage/types.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { aReport, someCases } from './samples.ts'

const exit = (error: Error): void => {
  throw error
}

let dir = ''
let artifacts: Artifacts
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  artifacts = await openArtifacts({ dir, clock: createFakeClock(), log: silentLog, exit })
})
afterEach(async () => {
  await artifacts.close()
  await rm(dir, { recursive: true, force: true })
})

async function store(run: string, name: string, text: string): Promise<void> {
  const staged = await artifacts.stage(name, Readable.from([Buffer.from(text)]), 1e6)
  await artifacts.add(run, staged, 'application/octet-stream')
}

async function* bytesOf(run: string, name: string): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of artifacts.read(run, name)) yield bytes
}

test('M6.6 what is stored of a run’s cases is read as it was, as JSON and as JUnit XML', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(someCases, fc.array(fc.string(), { maxLength: 3 }), async (cases, notes) => {
      const run = `T${++runs}`
      const report = aReport(cases, { notes, problems: notes })
      await writeReport(artifacts, run, report)
      expect(await storedReport(artifacts, run)).toEqual(report)
      const xml = await readCases(bytesOf(run, 'results.xml'), 'results.xml')
      const brief = (all: readonly { name: string; result: string }[]): string[] =>
        all.map(({ name, result }) => `${name} ${result}`).sort()
      expect(brief(xml.cases)).toEqual(brief(cases))
    }),
    { numRuns: 100 },
  )
}, 60_000)

test('a console and the files beside it are read as often as one likes: it is the same each time', async () => {
  const log = await artifacts.open('T1', 'console.log', 'text/plain')
  log.append(Buffer.from('# ours\r\n1..2\r\nok 1 a\r\nnot ok 2 b\r\n# ours\r\n'), 5)
  await log.seal()
  await store(
    'T1',
    'net.xml',
    '<?xml version="1.0"?><!-- by hand --><testsuite><testcase name="b"/><testcase name="c"/></testsuite>',
  )
  await store('T1', 'cov.xml', '<?xml version="1.0"?><coverage/>')
  await store('T1', 'notes.txt', '1..1\nok 1 not counted\n')
  const files = ['net.xml', 'cov.xml', 'notes.txt', 'gone.xml'].map(name => ({ name, path: name }))
  const collected = { files, none: [], left: [], problem: null }
  const source = { run: 'T1', attempt: 1, printed: [{ from: 8, to: 36 }], collected }
  const report = await reportOf(artifacts, source, null)
  expect(report.cases.map(({ name, result, file }) => [name, result, file])).toEqual([
    ['a', 'pass', undefined],
    ['b', 'fail', undefined],
    ['c', 'pass', 'net.xml'],
  ])
  expect(report.problems).toEqual([])
  await writeReport(artifacts, 'T1', report)
  const sums = (await artifacts.list('T1')).map(file => file.sha256)
  const again = await reportOf(artifacts, source, null)
  await writeReport(artifacts, 'T1', again)
  expect(again).toEqual(report)
  expect((await artifacts.list('T1')).map(file => file.sha256)).toEqual(sums)
})

test('a file of that name from before the lab made one is nobody’s list of cases', async () => {
  await store('T1', 'cases.json', '{"mine":true}')
  expect(await storedReport(artifacts, 'T1')).toBeNull()
  expect(await storedReport(artifacts, 'T2')).toBeNull()
})
