import { Validator } from '@seriousme/openapi-schema-validator'
import type { AxiosRequestConfig, AxiosResponse } from 'axios'
import { type OpenAPIClient, OpenAPIClientAxios } from 'openapi-client-axios'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from '../world.ts'
import { type Answered, type Checker, callsOf, createChecker, type Document } from './openapi-document.ts'

const KEY = 'a-key-of-mei-for-this-test'
const OPS = 'a-key-of-ops-for-this-test'
const ADA = 'a-key-of-ada-for-this-test'
const HELLO = '#!/bin/sh\necho "hello, $1"\nexit "${2:-0}"\n'
const TAP = '#!/bin/sh\necho TAP version 13\necho "ok 1 - one"\necho "not ok 2 - two"\necho 1..2\n'

let world: World
let document: Document
let checker: Checker
const faults: string[] = []
const asked = new Set<string>()

beforeAll(async () => {
  const keys = `mei:user:${KEY},ops:operator:${OPS},ada:admin:${ADA}`
  world = await startWorld({ env: { CHAT: 'terminal', API_KEYS: keys } })
  const answer = await fetch(`${world.app.address}/api/v1/openapi.json`)
  document = (await answer.json()) as Document
  checker = createChecker(document)
})
afterAll(() => world?.close())

type Call = (
  operation: string,
  parameters?: Record<string, unknown>,
  data?: unknown,
  config?: AxiosRequestConfig,
) => Promise<AxiosResponse>

/** A program that knows nothing of this lab but where its document is. Answers are held against the document. */
async function clientOf(key: string): Promise<Call> {
  const address = `${world.app.address}/api/v1/openapi.json`
  const api = new OpenAPIClientAxios({
    definition: address,
    withServer: { url: new URL(document.servers[0].url, address).href },
    axiosConfigDefaults: {
      headers: { Authorization: `Bearer ${key}` },
      validateStatus: () => true,
      // The client leaves lists to axios, which would call them `topic[]`.
      paramsSerializer: { indexes: null },
    },
  })
  const client = await api.init<OpenAPIClient>()
  return async (operation, parameters = {}, data, config) => {
    const call = callsOf(document).find(each => each.operation.operationId === operation)
    const method = client[operation]
    if (call === undefined || method === undefined) throw new Error(`the document has no ${operation}`)
    // As it came: what is no JSON must not look like it.
    const asText = { ...config, transformResponse: (text: string) => text }
    const answer = await method(parameters as Record<string, string>, data, asText)
    asked.add(operation)
    const fault = checker.fault(call, answeredOf(answer))
    if (fault !== null) faults.push(`${operation}: ${fault}`)
    const isJson = /json/.test(answeredOf(answer).type)
    return { ...answer, data: isJson ? JSON.parse(answer.data) : answer.data }
  }
}

function answeredOf({ status, headers, data }: AxiosResponse): Answered {
  return { status, type: String(headers['content-type'] ?? ''), body: data }
}

function formOf(fields: Record<string, string>, args: readonly string[]): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const arg of args) form.append('args', arg)
  form.append('binary', new Blob([HELLO]), 'hello')
  return form
}

test('I3 the document of the real lab is valid by an independent validator', async () => {
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('a client made from it runs a program that it sends as a form, waits, and reads its log (I3, M6.1)', async () => {
  const call = await clientOf(KEY)
  const sent = await call('runTest', {}, formOf({ family: 'socA' }, ['two words']))
  expect([sent.status, sent.data.run]).toMatchObject([201, { family: 'socA', args: ['two words'] }])
  const { id } = sent.data.run
  expect(new URL(sent.headers['location'], `${world.app.address}/api/v1/tests`).pathname).toBe(
    `/api/v1/tests/${id}/status`,
  )
  const ended = await call('testsShow', { id, wait: 60 })
  expect(ended.data.run).toMatchObject({ state: 'passed', result: { exitStatus: 0 } })
  const log = await call('testsLog', { id })
  expect(log.data.lines.map(({ text }: { text: string }) => text)).toContain('hello, two words')
  const followed = await call('testsLog', { id, follow: 'true' })
  expect([followed.headers['content-type'], followed.data]).toEqual([
    'text/plain; charset=utf-8',
    expect.stringContaining('hello, two words\n'),
  ])
})

test('the same program as a body of its own, an answer that waits for its end, and once more', async () => {
  const call = await clientOf(KEY)
  const raw = { headers: { 'Content-Type': 'application/octet-stream' } }
  const sent = await call('runTest', { family: 'socB', name: 'hello', args: 'you', wait: 60 }, TAP, raw)
  expect([sent.status, sent.data.run]).toMatchObject([
    201,
    { program: { kind: 'binary', name: 'hello', size: TAP.length }, state: 'failed' },
  ])
  const { id } = sent.data.run
  const other = await call('testsRerun', { id, wait: 60 }, {})
  expect([other.status, other.data.run.state]).toEqual([201, 'failed'])
  const shown = await call('testsShow', { id: other.data.run.id })
  expect(shown.data.failedCases).toMatchObject([{ name: 'two' }])
  const compared = await call('testsCompare', { id: other.data.run.id, other: id })
  expect([compared.status, compared.data.now?.id]).toEqual([200, other.data.run.id])
})

test('tests in line are moved and cancelled, and listed a page after the other', async () => {
  const call = await clientOf(KEY)
  const holding = await Promise.all([lend('soc-b-001'), lend('soc-b-002')])
  const submitted = new Set<string>()
  for (let n = 0; n < 110; n += 10) {
    const asleep = { family: 'socB', shell: 'true', priority: 'low' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('runTest', {}, asleep)))
    const ids = answers.map(({ data }) => String(data.run.id))
    const moved = await call('queueMove', { id: ids[0] }, { priority: 'high' })
    expect([moved.status, moved.data.run.priority]).toEqual([200, 1])
    expect((await call('queue')).data.waiting[0]).toMatchObject({ id: ids[0], position: 1 })
    const cancelled = await Promise.all(ids.map(id => call('queueCancel', { id })))
    for (const { status, data } of cancelled) expect([status, data.run.state]).toEqual([200, 'cancelled'])
    for (const id of ids) submitted.add(id)
  }
  for (const id of holding) await call('leaseRelease', { id })

  const seen: string[] = []
  let page = await call('tests', { family: 'socB', by: 'mei', state: 'cancelled' })
  for (;;) {
    seen.push(...page.data.tests.map((run: { id: string }) => run.id))
    const next = /^<\?(.*)>; rel="next"$/.exec(page.headers['link'] ?? '')?.[1]
    expect(next === undefined).toBe(page.data.older === null)
    if (next === undefined) break
    page = await call('tests', Object.fromEntries(new URLSearchParams(next)))
  }
  expect(seen.length).toBe(submitted.size)
  expect(new Set(seen)).toEqual(submitted)

  async function lend(target: string): Promise<string> {
    return (await call('lease', { wait: 30 }, { target })).data.lease.id
  }
})

test('a board is leased, looked at, switched, extended and given back (M2, M3)', async () => {
  const call = await clientOf(KEY)
  const wanted = { board_family: 'socA', timeout: 600, worker_id: 'ci-7' }
  const lent = await call('lease', { wait: 30 }, wanted)
  expect([lent.status, lent.data.lease.state]).toEqual([201, 'active'])
  const { id, board, until } = lent.data.lease
  const longer = await call('leaseExtend', { id }, { by: '10m' })
  expect(longer.data.lease.until).toBe(until + 600_000)
  const read = await call('powerStatus', { board, wait: 30 }, {})
  expect([read.status, read.data.event.after]).toEqual([200, 'on'])
  const cycled = await call('boardsPowerCycle', { board, wait: 60 }, { reason: 'to see it' })
  expect([cycled.status, cycled.data.event]).toMatchObject([202, { action: 'cycle', back: true }])
  const word = await call('leaseConsole', { id }, {})
  expect([word.status, word.data.lease]).toEqual([201, id])
  const file = new FormData()
  file.append('file', new Blob([HELLO]), 'hello')
  const sent = await call('leaseSend', { id, wait: 60 }, file)
  expect([sent.status, sent.data.transfer]).toMatchObject([202, { failure: null }])
  const fetched = await call('leaseFetch', { id, wait: 60 }, { file: 'hello' })
  expect([fetched.status, fetched.data.transfer]).toMatchObject([202, { failure: null }])
  expect((await call('leaseList')).data.leases).toMatchObject([{ id }])
  for (const [act, after] of [
    ['powerOff', 'off'],
    ['powerOn', 'on'],
    ['powerCycle', 'on'],
  ] as const) {
    const { status, data } = await call(act, { board, wait: 60 }, {})
    expect([act, status, data.event.after]).toEqual([act, 202, after])
  }
  const given = await call('leaseRelease', { id })
  expect([given.status, given.data.lease.state]).toEqual([200, 'released'])
})

test('events and logs as they come end with what they are about', async () => {
  const call = await clientOf(KEY)
  const asleep = { family: 'socA', shell: 'echo one; sleep 1; echo two' }
  const { id } = (await call('runTest', {}, asleep)).data.run
  const all = await Promise.all([
    call('testEvents', { id }),
    call('events', { topic: [`run/${id}`] }),
    call('logEvents', { kind: 'run', id }),
  ])
  for (const { status, data } of all)
    expect([status, data]).toEqual([200, expect.stringMatching(/^retry: 2000\n.*\nevent: ended\n/s)])
  expect(all[2].data).toContain('"two"')
  const { rev } = (await call('testsShow', { id })).data.run
  expect((await call('testEvents', { id, 'Last-Event-ID': rev })).status).toBe(204)
  const report = await call('testJunit', { id })
  expect([report.status, report.data]).toEqual([200, expect.stringContaining('<testsuite')])
})

test('what the lab is like is read by whoever may', async () => {
  const [mei, ops, ada] = [await clientOf(KEY), await clientOf(OPS), await clientOf(ADA)]
  expect((await mei('boards')).data.boards).toHaveLength(4)
  expect((await mei('boards', { family: 'socB' })).data.boards).toHaveLength(2)
  for (const read of ['queue', 'status', 'alerts', 'health']) expect((await mei(read)).status).toBe(200)
  for (const board of ['soc-a-001', 'soc-b-001']) {
    expect((await mei('boardsShow', { board })).data.board.config.id).toBe(board)
    expect((await mei('boardsLog', { board })).status).toBe(200)
    expect((await mei('boardsWatch', { board }, {})).status).toBe(201)
  }
  expect((await mei('find', { words: 'hello' })).status).toBe(200)
  expect((await mei('line', {}, { line: 'queue' })).data).toMatchObject({ kind: 'done', exit: 0 })
  const kept = { reason: 'new fan', until: '2h' }
  expect((await ops('boardsMaintain', { board: 'soc-b-002' }, kept)).status).toBe(200)
  expect((await ops('boardsMaintain', { board: 'soc-b-002' }, { off: true })).status).toBe(200)
  expect((await ops('boardsHealth', { board: 'soc-b-002' }, {})).status).toBe(200)
  expect((await ada('settingsReload', {}, {})).status).toBe(200)
  const { data } = await ada('audit', { words: 'lease extend' })
  expect(data.entries).toMatchObject([{ who: { id: 'mei', platform: 'http' }, where: 'http 127.0.0.1' }])
})

test('what it is refused has the shape of a problem, with what to do next', async () => {
  const [mei, nobody] = [await clientOf(KEY), await clientOf('a-wrong-key-of-nobody')]
  const refused = [
    [401, await nobody('queue')],
    [403, await mei('audit')],
    [404, await mei('testsShow', { id: 'T4000' })],
    [404, await mei('boardsShow', { board: 'soc-z-009' })],
    [403, await mei('alertsAck', { id: 'A99' }, {})],
    [404, await mei('leaseCancel', { id: 'L99' }, {})],
    [404, await mei('runTest', {}, { family: 'scoA', shell: 'true' })],
    [422, await mei('tests', { state: 'gone' })],
    [422, await mei('testsCompare', { id: 'T1', other: 'T1' })],
    [400, await mei('runTest', {}, '{"family"', { headers: { 'Content-Type': 'application/json' } })],
    [415, await mei('runTest', {}, 'x', { headers: { 'Content-Type': 'text/plain' } })],
  ] as const
  for (const [status, answer] of refused) {
    expect([answer.status, answer.data]).toMatchObject([
      status,
      { status, code: expect.stringMatching(/^[a-z-]+$/), hint: expect.stringMatching(/\S/) },
    ])
  }
})

test('every answer of all of this is what the document says of it', () => {
  expect(faults).toEqual([])
  expect(world.errors).toEqual([])
  const left = callsOf(document).map(({ operation }) => operation.operationId)
  expect(left.filter(id => !asked.has(id))).toEqual([])
})
