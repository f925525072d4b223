import { expect, test } from 'vitest'
import { RefusedError } from '../../../src/errors.ts'
import { aLog, createLabPort, makeLease, makeRun, NOON } from '../../commands/lab-port.ts'
import { MEI, startApi } from './rig.ts'

const SHELL = { family: 'socA', shell: 'uname -a' }

test('I3 a test is submitted as JSON: 201, its address, the run, and its card is posted where people are', async () => {
  const { ask, lab, posted } = await startApi()
  const answer = await ask('POST', '/tests', { json: { ...SHELL, timeout: 90, env: { A: '1' }, args: [] } })
  expect(answer.status).toBe(201)
  expect(answer.headers.get('location')).toBe('tests/T1/status')
  expect(answer.json.run).toMatchObject({ id: 'T1', family: 'socA' })
  expect(lab.submitted[0]).toMatchObject({ timeoutMs: 90_000, env: { A: '1' } })
  expect(posted.map(run => run.id)).toEqual(['T1'])
  expect(lab.entries).toMatchObject([{ who: MEI.person, where: MEI.where, decision: 'allowed' }])
})

test('M6.1 a file comes as a part of a form, or as the whole body with the rest in the query, and nothing of it stays', async () => {
  const { ask, lab, held } = await startApi()
  const form = new FormData()
  form.append('family', 'socA')
  form.append('env', 'A=1')
  form.append('env', 'B=x=y')
  form.append('args', '-v')
  form.append('args', '2')
  form.append('binary', new Blob(['#!/bin/sh']), 'hello')
  expect((await ask('POST', '/tests', { form })).status).toBe(201)
  const raw = await ask(
    'POST',
    '/tests?family=socA&name=hello&env.A=1&env[B]=x=y&args=-v&args=2&timeout=30m',
    {
      raw: '#!/bin/sh',
    },
  )
  expect(raw.status).toBe(201)
  for (const request of lab.submitted)
    expect(request).toMatchObject({
      program: { kind: 'file', file: { name: 'hello' } },
      env: { A: '1', B: 'x=y' },
      args: ['-v', '2'],
    })
  expect(lab.submitted[1]?.timeoutMs).toBe(1_800_000)
  expect(held()).toBe(0)
})

test('a word opens no file of this machine: only what was sent along is a program', async () => {
  const { ask } = await startApi()
  const answer = await ask('POST', '/tests', { json: { family: 'socA', binary: '/etc/passwd' } })
  expect(answer.status).toBe(422)
  expect(answer.json.fields).toMatchObject([{ field: 'binary' }])
})

test('everything wrong is told at once, by the names that programs use', async () => {
  const { ask, lab } = await startApi()
  const answer = await ask('POST', '/tests?famly=socA', {
    json: { family: 'scoA', timeout: 'soon', args: 'all', shell: 'true' },
  })
  expect(answer.status).toBe(422)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(answer.json.fields.map((each: { field: string }) => each.field).sort()).toEqual([
    'args',
    'family',
    'famly',
    'timeout',
  ])
  expect(answer.json.detail).toContain('"famly" is no argument of run-test. Did you mean family?')
  expect(answer.json.detail).toContain('timeout "soon" is no duration')
  expect(answer.json.detail).toContain('args has to be a list of texts, and is a text')
  expect(answer.json.detail).not.toContain('--')
  expect(lab.entries).toMatchObject([{ decision: 'invalid' }])
})

test('a name of another family of words is called as the program called it', async () => {
  const { ask } = await startApi()
  const answer = await ask('POST', '/lease', { json: { board_family: 'socX', timeout: 'x' } })
  expect(answer.json.fields.map((each: { field: string }) => each.field).sort()).toEqual([
    'board_family',
    'timeout',
  ])
  expect(answer.json.detail).toMatch(/^timeout "x" is no duration/)
  const twice = await ask('POST', '/lease', { json: { board_family: 'socA', target: 'socB' } })
  expect(twice.json.detail).toMatch(/is given twice, with different values/)
})

test('I3 a lease takes board_family, seconds, preferred_location and worker_id, and answers 503 to who will not wait', async () => {
  const asked: unknown[] = []
  const lab = createLabPort({
    lend: async request => {
      asked.push(request)
      if (request.now !== true) return makeLease({ id: 'L1' })
      throw new RefusedError('no-board-free', 'No board of socA is free now.', {
        hint: 'Later.',
        retryMs: 90_500,
      })
    },
  })
  const { ask } = await startApi({ lab })
  const body = { board_family: 'socA', timeout: 1800, preferred_location: 'Lab Site A', worker_id: 'ci-7' }
  const lent = await ask('POST', '/lease', { json: body })
  expect([lent.status, lent.headers.get('location')]).toEqual([201, 'lease/L1'])
  const refused = await ask('POST', '/lease', { json: { ...body, no_wait: true } })
  expect([refused.status, refused.json.code, refused.headers.get('retry-after')]).toEqual([
    503,
    'no-board-free',
    '91',
  ])
  const request = { target: 'socA', termMs: 1_800_000, near: 'Lab Site A' }
  expect(asked).toEqual([request, { ...request, now: true }])
  expect(lab.entries[0]?.args).toMatchObject({ worker: 'ci-7' })
})

test('what asks a person first is answered 409, and done when the caller confirms', async () => {
  const released: string[] = []
  const lab = createLabPort({
    lease: id => makeLease({ id }),
    release: async id => {
      released.push(id)
      return makeLease({ id, state: 'released' })
    },
  })
  const { ask } = await startApi({ lab })
  const first = await ask('DELETE', '/lease/L7')
  expect([first.status, first.json.code]).toEqual([409, 'needs-confirmation'])
  expect(first.json.hint).toContain('confirm=true')
  expect(released).toEqual([])
  expect((await ask('DELETE', '/lease/L7?confirm=true')).status).toBe(200)
  expect((await ask('DELETE', '/lease/L7', { json: { confirm: true } })).status).toBe(200)
  expect(released).toEqual(['L7', 'L7'])
})

test('a role that does not allow it is 403, with who may', async () => {
  const { ask } = await startApi({ lab: createLabPort({ roles: { ops: 'admin' } }) })
  const answer = await ask('GET', '/audit')
  expect([answer.status, answer.json.code]).toEqual([403, 'not-allowed'])
  expect(answer.json.hint).toContain('ops')
})

test('M7.4 a test that retention took is 404 with when and why, apart from one that never was', async () => {
  const gone = (id: string) => (id === 'T3' ? { at: NOON, reason: 'older than 7 days' } : null)
  const { ask } = await startApi({ lab: createLabPort({ gone }) })
  const answer = await ask('GET', '/tests/T3/status')
  expect([answer.status, answer.json.code]).toEqual([404, 'removed'])
  expect(answer.json.detail).toBe("T3's files were removed on 2026-11-20: older than 7 days.")
  expect((await ask('GET', '/tests/T4/status')).json.code).toBe('not-found')
})

test('M7.5 a hundred tests a page, and the address of the next one', async () => {
  const hundred = Array.from({ length: 100 }, (_, n) => makeRun({ id: `T${200 - n}` }))
  const { ask } = await startApi({ lab: createLabPort({ runs: async () => hundred }) })
  const answer = await ask('GET', '/tests?family=socA&by=mei%20x')
  expect(answer.headers.get('link')).toBe('<?family=socA&by=mei+x&before=T101>; rel="next"')
  const short = await startApi({ lab: createLabPort({ runs: async () => hundred.slice(1) }) })
  expect((await short.ask('GET', '/tests')).headers.get('link')).toBeNull()
})

test('?wait answers with how it is after the end; over the limit it is refused', async () => {
  const lab = createLabPort()
  const ended = (id: string): void => {
    lab.state().runs[id] = makeRun({ id, state: 'passed' })
  }
  const waited: string[] = []
  const waiting = {
    until: async (topic: string, ms: number) => {
      waited.push(`${topic} ${ms}`)
      ended(topic.slice(4))
    },
  }
  const { ask } = await startApi({ lab, waiting })
  const posted = await ask('POST', '/tests?wait=60', { json: SHELL })
  expect([posted.status, posted.json.run.state]).toEqual([201, 'passed'])
  lab.state().runs['T9'] = makeRun({ id: 'T9' })
  expect((await ask('GET', '/tests/t9/status?wait=5')).json.run.state).toBe('passed')
  expect(waited).toEqual(['run/T1 60000', 'run/T9 5000'])
  expect((await ask('GET', '/tests/T9/status?wait=61')).json.fields).toMatchObject([{ field: 'wait' }])
  expect((await ask('GET', '/queue?wait=1')).status).toBe(422)
})

test('a followed log is text whether the test still runs or not', async () => {
  const lab = createLabPort({ log: async () => aLog(['one', 'two']) })
  lab.state().runs['T1'] = makeRun({ id: 'T1', state: 'running' })
  lab.state().runs['T2'] = makeRun({ id: 'T2', state: 'passed' })
  const { ask, followed } = await startApi({ lab })
  expect((await ask('GET', '/tests/T1/log?follow=1')).text).toBe('one\ntwo')
  expect(followed).toMatchObject([{ kind: 'run', id: 'T1' }])
  const over = await ask('GET', '/tests/T2/log?follow=1')
  expect([over.headers.get('content-type'), over.text]).toEqual(['text/plain; charset=utf-8', 'one\ntwo\n'])
  expect((await ask('GET', '/tests/T2/log?lines=2')).json.lines).toHaveLength(2)
  expect((await ask('HEAD', '/tests/T1/log?follow=1')).status).toBe(200)
})
