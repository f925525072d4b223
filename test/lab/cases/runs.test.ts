import { afterEach, expect, test } from 'vitest'
import type { SubmitRequest } from '../../../src/lab/lab.ts'
import type { Run } from '../../../src/lab/types.ts'
import type { RunTestResult } from '../../../src/work/types.ts'
import { until } from '../../until.ts'
import { ended, HERE, type LabUnderTest, MEI, openLab } from '../harness.ts'
import { aBoard, aRequest } from '../samples.ts'

const REQUEST = aRequest({ program: { kind: 'shell', command: 'suite' } })
const BASE = 5_000
const HOUR = 3_600_000

const open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

async function lab(): Promise<LabUnderTest> {
  const under = await openLab({ boards: [aBoard('a1')] })
  open.push(under)
  return under
}

async function begun(under: LabUnderTest, text: string, request = REQUEST): Promise<string> {
  const { id } = await under.lab.submit(request, MEI, HERE)
  await until(() => under.site.tests.has(id), `${id} has begun`)
  const going = under.site.tests.get(id)
  for (const stage of ['attaching', 'running'] as const) going?.tell({ kind: 'stage', stage, t: 0 })
  going?.tell({ kind: 'output', ranges: [{ from: BASE, to: null }] })
  going?.tell({ kind: 'log', offset: BASE, t: 5, bytes: Buffer.from(text) })
  return id
}

/** One run of the test whose cases do as they are told, an hour after the one before. */
async function ran(
  under: LabUnderTest,
  results: Readonly<Record<string, 'ok' | 'not ok'>>,
  part: { result?: Partial<RunTestResult>; request?: SubmitRequest } = {},
): Promise<Run> {
  const lines = Object.entries(results).map(([name, word], index) => `${word} ${index + 1} ${name}\r\n`)
  const text = `1..${lines.length}\r\n${lines.join('')}`
  const id = await begun(under, text, part.request ?? REQUEST)
  const output = [{ from: BASE, to: BASE + text.length }]
  under.site.tests.get(id)?.finish({ output, ...part.result })
  const run = await ended(under, id)
  await under.deliver()
  await under.clock.pass(HOUR)
  return (await under.lab.run(id)) ?? run
}

const passedIn = (run: Run): unknown =>
  run.result?.cases?.failed.map(({ name, passed, isNew }) => [name, passed?.run ?? null, isNew ?? false])

test('M6.6 a case that failed is said to have passed last in the last run where it did, however long it fails', async () => {
  const under = await lab()
  await ran(under, { a: 'ok', b: 'ok' })
  const second = await ran(under, { a: 'ok', b: 'not ok' })
  const third = await ran(under, { a: 'not ok', b: 'not ok' })
  expect([passedIn(second), second.result?.cases?.compared]).toMatchObject([
    [['b', 'T1', true]],
    { with: { run: 'T1' }, newlyFailing: 1 },
  ])
  expect([passedIn(third), third.result?.cases?.compared]).toMatchObject([
    [
      ['a', 'T2', true],
      ['b', 'T1', false],
    ],
    { with: { run: 'T2' }, newlyFailing: 1, stillFailing: 1 },
  ])
  // A run that was cut short does not hide the runs before it.
  const cut = await ran(under, { a: 'ok' })
  expect(cut.state).toBe('passed')
  const last = await ran(under, { a: 'not ok', b: 'not ok', c: 'not ok' })
  expect(passedIn(last)).toEqual([
    ['a', 'T4', true],
    ['b', 'T1', false],
    ['c', null, false],
  ])
})

test('a run that did not come to a case does not hide when it passed: it is new all the same', async () => {
  const under = await lab()
  await ran(under, { a: 'ok', b: 'ok' })
  await ran(under, { a: 'ok' })
  const third = await ran(under, { a: 'ok', b: 'not ok' })
  expect([passedIn(third), third.result?.cases?.compared?.with.run]).toEqual([[['b', 'T1', true]], 'T2'])
})

test('runs of another program, with other arguments, or on another family are not compared with', async () => {
  const under = await openLab({ boards: [aBoard('a1'), aBoard('b1', { family: 'socB' })] })
  open.push(under)
  const other = { kind: 'shell', command: 'other' } as const
  await ran(under, { a: 'ok' }, { request: { ...REQUEST, program: other } })
  await ran(under, { a: 'ok' }, { request: { ...REQUEST, args: ['-v'] } })
  await ran(under, { a: 'ok' }, { request: { ...REQUEST, family: 'socB' } })
  const run = await ran(under, { a: 'not ok' })
  expect([run.result?.cases?.compared, passedIn(run)]).toEqual([undefined, [['a', null, false]]])
})

test('M6.6 a case that fails now and then is flaky: in how many of the last runs is said', async () => {
  const under = await lab()
  const words = ['ok', 'not ok', 'ok', 'ok', 'not ok'] as const
  const runs: Run[] = []
  for (const word of words) runs.push(await ran(under, { a: word, b: 'ok' }))
  expect(runs[1]?.result?.cases?.failed[0]?.flaky).toBeUndefined()
  expect(runs[4]?.result?.cases?.failed).toMatchObject([{ name: 'a', flaky: { failed: 2, of: 5 } }])
  const { comparison } = await under.lab.compare('T5', 'T4')
  expect(comparison.listed.newlyFailing).toMatchObject([{ name: 'a', flaky: { failed: 2, of: 5 } }])
})

test('M6.7 a panic keeps its name, and the cases that were seen before it are kept', async () => {
  const under = await lab()
  const failure = {
    failure: { class: 'test', cause: 'panic', blame: 'none' },
    title: 'kernel panic: Fatal exception',
    message: 'The kernel died.',
    hint: 'Read it.',
  } as const
  const run = await ran(under, { a: 'ok', b: 'not ok' }, { result: { status: null, failure } })
  expect(run).toMatchObject({
    state: 'failed',
    result: { title: 'kernel panic: Fatal exception', cases: { totals: { total: 2, fail: 1 } } },
  })
  expect(run.result?.files.map(file => file.name)).toContain('results.xml')
})

test('P27 a kill while a run is collected: its cases are read again, and its files are made', async () => {
  const under = await lab()
  const text = '1..2\r\nok 1 a\r\nnot ok 2 b\r\n'
  const id = await begun(under, text)
  const { artifacts } = under.storage
  // The disk takes none of the files until the kill.
  const { stage } = artifacts
  const killed = Promise.withResolvers<void>()
  artifacts.stage = async (...file) => await killed.promise.then(() => stage(...file))
  under.site.tests.get(id)?.finish({ output: [{ from: BASE, to: BASE + text.length }] })
  await until(() => under.lab.state().runs[id]?.state === 'collecting', 'its outcome is stored')
  await until(
    async () => (await artifacts.list(id)).some(file => file.name === 'output.log' && file.sha256),
    'its log is',
  )
  const again = await under.restart()
  // What was killed ends on a disk of its own.
  killed.resolve()
  open.splice(0, 1, again)
  const run = await ended(again, id)
  expect(run).toMatchObject({
    state: 'failed',
    result: {
      title: '1 of 2 cases failed',
      cases: { totals: { total: 2 }, failed: [{ name: 'b', line: 3, passed: null }] },
    },
  })
  expect(run.result?.files.map(file => file.name).sort()).toEqual([
    'cases.json',
    'console.log',
    'output.log',
    'results.xml',
  ])
})

test('what the lab’s shell says behind the program is none of its cases', async () => {
  const under = await lab()
  const text = '1..2\r\nok 1 a\r\nok 2 b'
  const id = await begun(under, `${text}\r\n@0fJ4kj12 13 0 4038471504\r\nnot ok 3 c\r\n`)
  expect(under.lab.progress(id)?.cases?.totals.total).toBe(2)
  under.site.tests.get(id)?.finish({ output: [{ from: BASE, to: BASE + text.length }] })
  expect(await ended(under, id)).toMatchObject({
    state: 'passed',
    result: { cases: { totals: { pass: 2, total: 2 } } },
  })
})
