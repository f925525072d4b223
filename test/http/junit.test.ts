import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'

import { junitReport } from '../../src/cards/junit.ts'
import { systemClock } from '../../src/clock.ts'
import { junitRoute } from '../../src/http/junit.ts'
import type { Run, RunCase, RunResult } from '../../src/lab/types.ts'
import { writeJunit } from '../../src/reading/cases/junit-write.ts'
import { readCases } from '../../src/reading/cases/read-cases.ts'
import { CASE_RESULTS, type CaseResult } from '../../src/reading/cases/types.ts'
import { createLabPort } from '../commands/lab-port.ts'
import { aRun, get } from './rig.ts'

const PANIC: RunResult = {
  exitStatus: null,
  endedBy: 'reset',
  failure: { class: 'test', cause: 'panic', blame: 'none' },
  title: 'kernel panic: Fatal exception',
  message: 'The kernel panicked: Fatal exception <in> interrupt & more.',
  hint: 'Look at the trace.',
  proof: ['[   12.3] Kernel panic - not syncing: Fatal exception\u0007'],
  durationMs: 4_500,
  copied: null,
  tail: [],
  tailTotal: 0,
  files: [],
}

function aCase(name: string, result: CaseResult, part: Partial<RunCase> = {}): RunCase {
  return {
    ...{ name, suite: '', format: 'tap', result, durationMs: null, reason: null, measurement: null },
    ...{ output: [], lines: [1, 1] },
    ...part,
  }
}

async function textOf(run: Run, cases: readonly RunCase[]): Promise<string> {
  let text = ''
  for await (const piece of writeJunit(junitReport(run, cases), run.id)) text += piece
  return text
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

test('a test without cases of its own is a case: passed, or with why it did not', async () => {
  expect(await textOf(aRun(), [])).toContain(
    '<testcase classname="boardroom.socA" name="hello" status="pass"/>',
  )
  const failed = await textOf(aRun({ state: 'failed', result: PANIC }), [])
  expect(failed).toContain('tests="1" failures="1" errors="0"')
  expect(failed).toContain('message="The kernel panicked: Fatal exception &lt;in&gt; interrupt &amp; more."')
  expect(failed).toContain('time="4.5"')
  expect(failed).not.toContain('\u0007')
})

test.for([
  ['passed', 'pass'],
  ['failed', 'fail'],
  ['timeout', 'fail'],
  ['cancelled', 'error'],
  ['error', 'error'],
] as const)('M6.4 a test that is %s is a case that is %s', ([state, result]) => {
  expect(junitReport(aRun({ state }), []).cases.map(each => each.result)).toEqual([result])
})

test('a panic after cases that passed is no green list', async () => {
  const run = aRun({ state: 'failed', result: PANIC })
  const read = await readCases(bytesOf(await textOf(run, [aCase('one', 'pass'), aCase('two', 'pass')])), 'x')
  expect(read.cases.map(each => each.result)).toEqual(['fail', 'pass', 'pass'])
})

test('cases whose list retention took are told of', async () => {
  const totals = { pass: 7, fail: 0, skip: 0, xfail: 0, xpass: 0, error: 0, total: 7, announced: 7 }
  const cases = { totals, problems: [], notes: [], failed: [] }
  const text = await textOf(aRun({ result: { ...PANIC, cases } }), [])
  expect(text).toContain('value="the list of its 7 cases is no longer kept"')
})

test('whatever boards and people call things, the file reads back to the same results', async () => {
  const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })
  const found = fc.record({
    name: word,
    suite: word,
    result: fc.constantFrom(...CASE_RESULTS),
    reason: fc.option(word),
    output: fc.array(word, { maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(found, { maxLength: 8 }), word, word, async (all, command, message) => {
      const run = aRun({
        state: 'failed',
        family: message,
        program: { kind: 'shell', command },
        result: { ...PANIC, message },
      })
      const cases = all.map(({ name, result, ...part }) => aCase(name, result, part))
      const text = await textOf(run, cases)
      // XML 1.0, 2.2: nothing else may be in a document.
      expect(text).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
      const read = await readCases(bytesOf(text), 'results.xml')
      expect(read.cases.map(each => each.result).sort()).toEqual(
        ['fail', ...cases.map(each => each.result)].sort(),
      )
      expect(read.problems).toEqual([])
    }),
    { numRuns: 200 },
  )
})

type Gone = { at: number; reason: string }

async function serve(
  run: Run | null,
  cases: readonly RunCase[] = [],
  gone: Record<string, Gone> = {},
): Promise<number> {
  const port = createLabPort()
  const lab = {
    run: async (id: string) => (run?.id === id ? run : null),
    cases: async () => cases,
    gone: (id: string) => gone[id] ?? null,
    inventory: port.inventory,
  }
  const route = junitRoute({ lab, clock: systemClock })
  const app = new Koa()
  const caller = {
    person: { id: 'ci', name: 'ci', platform: 'http' },
    role: 'user',
    where: 'http ::1',
  } as const
  app.use(ctx => route.handle(ctx, { id: ctx.path.split('/')[4] ?? '' }, caller))
  const answer = app.callback()
  const server = createServer((request, response) => void answer(request, response))
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('the route answers XML for a test that has ended', async () => {
  const port = await serve(aRun(), [aCase('one', 'pass')])
  const { status, headers, text } = await get(port, '/api/v1/tests/T12/junit')
  expect([status, headers['content-type']]).toEqual([200, 'application/xml'])
  expect(text).toContain('<testsuites name="T12" tests="2"')
  expect(text.endsWith('</testsuites>\n')).toBe(true)
})

test('it answers 409 while the test goes on, and 404 for one that never was', async () => {
  const port = await serve(aRun({ state: 'running' }))
  const going = await get(port, '/api/v1/tests/T12/junit')
  expect([going.status, JSON.parse(going.text)]).toMatchObject([409, { code: 'not-ended' }])
  for (const id of ['T13', 'nonsense'])
    expect((await get(port, `/api/v1/tests/${id}/junit`)).status).toBe(404)
})

test('M7.4 of a test that was removed it says when and why, also while its record is still there', async () => {
  const gone = { at: Date.UTC(2026, 2, 7, 12), reason: 'older than 7 days' }
  const port = await serve(aRun(), [], { T12: gone, T11: gone })
  for (const [path, id] of [
    ['T12', 'T12'],
    ['t11', 'T11'],
  ]) {
    const { status, text } = await get(port, `/api/v1/tests/${path}/junit`)
    expect([status, JSON.parse(text)]).toMatchObject([
      404,
      { code: 'removed', detail: `${id}'s files were removed on 2026-03-07: older than 7 days.` },
    ])
  }
})
