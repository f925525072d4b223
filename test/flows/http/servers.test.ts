import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../../until.ts'
import { type Answer, type Office, openOffice, SECRET, signed, tests } from './office.ts'

/** A server inside the lab's own network that nobody from outside should reach. */
let inside: Server
let port = 0
/** What it was asked for. */
let asked: string[] = []
let office: Office

beforeAll(async () => {
  inside = createServer((request: IncomingMessage, response) => {
    asked.push(`${request.method} ${request.url}`)
    const to = new URL(request.url ?? '', 'http://x').searchParams.get('to')
    if (to !== null) response.writeHead(302, { location: to })
    response.end('#!/bin/sh\necho mark-of-what-is-inside\n')
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  inside.listen(0, '127.0.0.1', () => resolve())
  await promise
  port = (inside.address() as AddressInfo).port
  office = await openOffice({ env: { JENKINS_WEBHOOK_SECRET: SECRET } })
})
afterAll(async () => {
  await office.close()
  inside.closeAllConnections()
  inside.close()
})
beforeEach(() => {
  asked = []
})

async function configure(http: Record<string, unknown>): Promise<void> {
  await office.world.write({ settings: { ...office.world.plan.settings, http } })
  await office.world.app.reload()
}

async function fetched(binary: string): Promise<Answer> {
  return await office.ask('/api/v1/tests', { body: { family: 'socA', binary } })
}

async function calledBack(callback: string, delivery: string): Promise<Answer> {
  const body = JSON.stringify({ family: 'socA', shell: 'true', delivery, callback })
  return await office.ask('/webhooks/jenkins', { method: 'POST', body, headers: signed(body) })
}

/** This machine and what stands beside it, in the words that people hide them in. */
function hidden(): readonly string[] {
  return [
    `http://127.0.0.1:${port}/x`,
    `http://localhost:${port}/x`,
    `http://LOCALHOST:${port}/x`,
    `http://127.1:${port}/x`,
    `http://2130706433:${port}/x`,
    `http://0x7f000001:${port}/x`,
    `http://0177.0.0.1:${port}/x`,
    `http://127.0.0.1.:${port}/x`,
    `http://0.0.0.0:${port}/x`,
    `http://0:${port}/x`,
    `http://[::1]:${port}/x`,
    `http://[::]:${port}/x`,
    `http://[::ffff:127.0.0.1]:${port}/x`,
    `http://[::ffff:7f00:1]:${port}/x`,
    `http://[::127.0.0.1]:${port}/x`,
    `http://[64:ff9b::7f00:1]:${port}/x`,
    `http://[2002:7f00:1::]:${port}/x`,
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/x',
    'http://[fd00::1]/x',
    'http://10.0.0.5/x',
    'http://172.16.0.1/x',
    'http://192.168.0.1/x',
    'http://100.64.0.1/x',
    'http://198.18.0.1/x',
    'http://224.0.0.1/x',
    'http://255.255.255.255/x',
    'http://①②⑦.⓪.⓪.①/x',
  ]
}

/** What only looks as if it were on the list. */
function disguised(): readonly string[] {
  return [
    `http://ok.example@127.0.0.1:${port}/x`,
    `http://ok.example:pw@127.0.0.1:${port}/x`,
    `http://127.0.0.1:${port}\\@ok.example/x`,
    `http://ok.example.evil.example/x`,
    `http://ok.example:81/x`,
    'https://ok.example/x',
    'http://ok.example#@127.0.0.1/',
    'http://ok.example/ok/../../x',
    'http://ok.example/ok/%2e%2e/x',
    'http://ok.example/ok/%252e%252e/x',
    'http://ok.example/ok/..;/x',
    'http://ok.example/okay',
    'http://ok.example/ok\r\nX: y',
    'http://ok.example /ok/',
  ]
}

test('where nothing is configured no address is called, for a program or for a result, and the setting is named', async () => {
  for (const [at, url] of [...hidden(), ...disguised()].entries()) {
    const program = await fetched(url)
    expect([url, program.status]).toEqual([url, 422])
    expect(program.text).toContain('settings.http.binaries')
    const result = await calledBack(url, `none-${at}`)
    expect([url, result.status]).toEqual([url, 422])
  }
  expect([asked, tests(office)]).toEqual([[], 0])
  expect((await calledBack('http://10.0.0.5/x', 'named')).text).toContain('settings.http.callbacks')
})

test('an address that is on the list is not called while it is private, however it is spelled', async () => {
  const list = hidden().flatMap(url => (URL.canParse(url) ? [new URL(url).origin] : []))
  await configure({ binaries: [...list, 'http://ok.example/ok/'], callbacks: list })
  for (const url of hidden()) {
    const answer = await fetched(url)
    expect([url, answer.status]).toEqual([url, 422])
    expect(answer.text).toContain('settings.http.networks')
  }
  for (const url of disguised()) {
    const answer = await fetched(url)
    expect([url, answer.status, answer.text]).toEqual([
      url,
      422,
      expect.stringContaining('settings.http.binaries'),
    ])
  }
  // Not by the line of the command line from anywhere either, and not by a board's holder.
  const line = `run-test socA http://localhost:${port}/x`
  const { json } = await office.ask('/api/v1/line', { body: { line } })
  expect(json).toMatchObject({ kind: 'fault', fault: { code: 'address' } })
  expect([asked, tests(office)]).toEqual([[], 0])
})

test('a result is not posted to a private address either: it stays owed, and the log says why', async () => {
  expect((await calledBack(`http://127.0.0.1:${port}/hook?token=mark-token`, 'owed')).status).toBe(201)
  await office.world.finished('T1')
  await until(() => office.logged.some(line => line.includes('settings.http.networks')), 'it is said', 20_000)
  expect(asked).toEqual([])
  expect(office.logged.filter(line => line.includes('mark-token'))).toEqual([])
})

test('what is configured is called, and where it sends on to is judged like the first address', async () => {
  const base = `http://127.0.0.1:${port}/ok/`
  await configure({ binaries: [base, 'http://[::1]/', 'http://169.254.169.254/'], networks: ['127.0.0.0/8'] })
  for (const to of [
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/x',
    `http://127.0.0.1:${port}/secret`,
    `http://127.0.0.1:${port}/ok/../secret`,
    '/secret',
    '/ok/%2e%2e/secret',
    `//localhost:${port}/ok/x`,
    `http://localhost:${port}/ok/x`,
    'file:///etc/passwd',
    'gopher://127.0.0.1:1/x',
    'ftp://127.0.0.1/x',
    'data:text/plain,x',
    'http://',
    `/ok/again?to=${encodeURIComponent('/ok/again?to=%2Fsecret')}`,
  ]) {
    asked = []
    const answer = await fetched(`${base}x?to=${encodeURIComponent(to)}`)
    expect([to, answer.status]).toEqual([to, 422])
    expect([to, asked.filter(each => !each.startsWith('GET /ok/'))]).toEqual([to, []])
  }
  asked = []
  const round = await fetched(`${base}x?to=${encodeURIComponent('/ok/x?to=/ok/x')}`)
  expect(round.status).toBe(201)
  expect(asked).toEqual([
    `GET /ok/x?to=${encodeURIComponent('/ok/x?to=/ok/x')}`,
    'GET /ok/x?to=/ok/x',
    'GET /ok/x',
  ])
  // An answer says nothing of what lies elsewhere: whether there is a server, and what it said.
  const closed = await fetched('http://169.254.169.254/x')
  expect(closed.text).not.toContain('mark-of-what-is-inside')
})

test('no key or secret of the lab goes along, whoever is called', async () => {
  const heads: string[] = []
  inside.on('request', (request: IncomingMessage) => heads.push(JSON.stringify(request.headers)))
  await fetched(`http://127.0.0.1:${port}/ok/y`)
  expect(heads).toHaveLength(1)
  expect(heads[0]).not.toMatch(/authorization|cookie|mark-/i)
  expect(office.world.errors).toEqual([])
})
