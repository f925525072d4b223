import { expect, test } from 'vitest'
import { callbackMessage, resultOf } from '../../../src/http/jenkins/result.ts'
import type { Attempt, FailedCase, Run, RunResult } from '../../../src/lab/types.ts'
import { aRun } from '../rig.ts'

const lab = {
  link: (id: string, file?: string) =>
    `https://lab.test/lab/artifacts/${id}${file === undefined ? '' : `/${file}`}`,
  logLink: (run: Run) => `https://lab.test/lab/artifacts/${run.id}/output.log`,
}

const ATTEMPT: Attempt = {
  ...{ number: 1, board: 'soc-a-001', token: 4, startedAt: 3_000, endedAt: 9_000 },
  ...{ failure: null, message: null, uncounted: false },
}

const TOTALS = { pass: 4, fail: 2, skip: 1, xfail: 0, xpass: 0, error: 0, total: 7, announced: 8 }

const RESULT: RunResult = {
  ...{ exitStatus: 1, endedBy: 'itself', title: '2 cases failed', message: 'Two of 7 cases failed.' },
  ...{ hint: 'Look at them.', proof: [], durationMs: 4_500, copied: null, tail: [], tailTotal: 0 },
  failure: { class: 'test', cause: 'test cases', blame: 'none' },
  files: [{ name: 'results.xml', size: 12, sha256: 'ab', type: 'application/xml', storedAt: 0 }],
  cases: { totals: TOTALS, problems: [], notes: [], failed: [] },
}

const FAILED = aRun({
  ...{ state: 'failed', arrivedAt: 1_000, times: { queued: 1_000, failed: 9_500 }, attempts: [ATTEMPT] },
  result: RESULT,
  origin: { channel: 'home', place: 'home', request: 'jenkins:step/jenkins-k-7' },
  callback: { url: 'https://ci.test/cb?token=hush', build: 'https://ci.test/job/k/7/' },
})

test('M8.4 a result says how it ended, what failed, what it was asked by, and where everything is', () => {
  expect(resultOf(FAILED, ['a', 'b'], lab)).toEqual({
    event: 'test-ended',
    test: 'T12',
    state: 'failed',
    verdict: {
      class: 'test',
      cause: 'test cases',
      title: '2 cases failed',
      message: 'Two of 7 cases failed.',
      hint: 'Look at them.',
    },
    exit_status: 1,
    program: 'hello',
    family: 'socA',
    board: 'soc-a-001',
    attempts: 1,
    times: { waited_ms: 2_000, ran_ms: 4_500, total_ms: 8_500 },
    cases: {
      ...{ total: 7, announced: 8, passed: 4, failed: 2, errors: 0, skipped: 1, xfail: 0, xpass: 0 },
      failed_names: ['a', 'b'],
    },
    build: 'https://ci.test/job/k/7/',
    delivery: 'jenkins-k-7',
    links: {
      page: 'https://lab.test/lab/artifacts/T12',
      log: 'https://lab.test/lab/artifacts/T12/output.log',
      status: 'https://lab.test/lab/api/v1/tests/T12/status',
      junit: 'https://lab.test/lab/api/v1/tests/T12/junit',
      files: [
        {
          ...{ name: 'results.xml', size: 12, sha256: 'ab' },
          url: 'https://lab.test/lab/artifacts/T12/results.xml',
        },
      ],
    },
  })
})

test('one that was cancelled before it began has no board, ran no time and has no cases', () => {
  const failure = { class: 'cancelled', cause: 'cancelled', blame: 'none' } as const
  const { cases: _, ...rest } = RESULT
  const run = aRun({
    ...{ state: 'cancelled', arrivedAt: 1_000, times: { queued: 1_000, cancelled: 4_000 } },
    result: { ...rest, failure, exitStatus: null, durationMs: null },
  })
  expect(resultOf(run, [], lab)).toMatchObject({
    ...{
      state: 'cancelled',
      exit_status: null,
      board: null,
      attempts: 0,
      cases: null,
      build: null,
      delivery: null,
    },
    verdict: { class: 'cancelled' },
    times: { waited_ms: 3_000, ran_ms: null, total_ms: 3_000 },
  })
})

test('a passed one has no verdict', () => {
  expect(resultOf(aRun({ result: { ...RESULT, failure: null } }), [], lab)).toMatchObject({ verdict: null })
})

test('however much failed, the message stays small, and the secret of its address is not in it', async () => {
  const failed: FailedCase[] = Array.from({ length: 1_000 }, (_, at) => {
    return { name: `${at} ${'x'.repeat(5_000)}`, result: 'fail', reason: null, output: [], line: 1 }
  })
  const files = Array.from({ length: 500 }, (_, at) => ({ ...RESULT.files[0], name: `f${at}` }))
  const run = { ...FAILED, result: { ...RESULT, message: 'y'.repeat(90_000), files } } as Run
  const posting = { ...lab, run: async () => run, failedCases: async () => failed }
  const message = await callbackMessage(posting, 'callback/T12')
  const text = JSON.stringify(message?.body)
  expect(message?.url).toBe('https://ci.test/cb?token=hush')
  expect(text).not.toContain('hush')
  expect(text.length).toBeLessThan(200_000)
  expect(message?.body).toMatchObject({ cases: { failed: 2 } })
})

test('nothing is posted of a test that goes on, asked for none, or is not there', async () => {
  const of = async (run: Run | null) =>
    await callbackMessage({ ...lab, run: async () => run, failedCases: async () => [] }, 'callback/T12')
  expect(await of(null)).toBeNull()
  expect(await of(aRun())).toBeNull()
  expect(await of({ ...FAILED, state: 'running' })).toBeNull()
})
