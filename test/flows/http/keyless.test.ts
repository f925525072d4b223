import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ask, type Office, openOffice, tests } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

const TESTS = '/api/v1/tests'
const BODY = { family: 'socB', shell: 'true' }

test('who calls from this machine, by its name, needs no key', async () => {
  const { port } = office
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'localhost', `[::1]:${port}`])
    expect([host, (await office.ask(TESTS, { headers: { host } })).status]).toEqual([host, 200])
})

test('whatever came through somebody in between came from nobody knows where, whatever its headers claim', async () => {
  const loopback = '127.0.0.1'
  const through: readonly NonNullable<Ask['headers']>[] = [
    { 'x-forwarded-for': loopback },
    { 'x-forwarded-for': '' },
    { 'X-Forwarded-For': [loopback, loopback] },
    { x_forwarded_for: loopback },
    { 'x-forwarded-host': 'localhost' },
    { 'x-forwarded-proto': 'http' },
    { forwarded: 'for=127.0.0.1;host=localhost' },
    { via: '1.1 proxy' },
    { 'x-real-ip': loopback },
    { 'x-client-ip': loopback },
    { 'client-ip': loopback },
    { 'true-client-ip': loopback },
    { 'cf-connecting-ip': loopback },
    { 'x-cluster-client-ip': loopback },
    { 'x-originating-ip': loopback },
    { 'x-remote-addr': loopback },
    { 'x-envoy-external-address': loopback },
  ]
  for (const headers of through) {
    const answer = await office.ask(TESTS, { headers, body: BODY })
    expect([headers, answer.status]).toEqual([headers, 401])
    expect((await office.ask('/metrics', { headers })).status).toBe(401)
  }
  expect(tests(office)).toBe(0)
})

test('a name that is not ours is no way in, however it is written (DNS rebinding)', async () => {
  const { port } = office
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `localhost.evil.example`,
    `evil.example@127.0.0.1:${port}`,
    `127.0.0.1:${port}@evil.example`,
    `127.0.0.1:${port}/evil`,
    `127.0.0.1 evil.example`,
    '169.254.169.254',
    '[::ffff:10.0.0.1]',
    'localhost%00.evil.example',
    '10.0.0.5',
  ]) {
    const answer = await office.ask(TESTS, { headers: { host }, body: BODY })
    expect([host, answer.status]).toEqual([host, 403])
    expect(answer.json).toMatchObject({ code: 'host' })
  }
  const line = await office.dial()
  line.write(
    `GET http://localhost:${port}${TESTS} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
  )
  expect(await line.rest()).toMatch(/^HTTP\/1\.1 401 /)
  const twice = await office.dial()
  twice.write(
    `GET ${TESTS} HTTP/1.1\r\nHost: localhost:${port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
  )
  expect(await twice.rest()).toMatch(/^HTTP\/1\.1 40[03] /)
  const none = await office.dial()
  none.write(`GET ${TESTS} HTTP/1.0\r\n\r\n`)
  expect(await none.rest()).toMatch(/^HTTP\/1\.1 40[03] /)
  expect(tests(office)).toBe(0)
})

test('no page of another site changes anything in the name of whoever looks at it', async () => {
  const { port } = office
  const own = `http://127.0.0.1:${port}`
  const pages: readonly NonNullable<Ask['headers']>[] = [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: `https://127.0.0.1:${port}` },
    { origin: 'http://127.0.0.1:1' },
    { origin: `http://localhost:${port}` },
    { origin: `${own}.evil.example` },
    { origin: [own, 'http://evil.example'] },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: own, 'sec-fetch-site': 'cross-site' },
  ]
  for (const headers of pages) {
    for (const [method, path, body] of [
      ['POST', TESTS, BODY],
      ['POST', '/api/v1/line', { line: 'run-test socB --shell true' }],
      ['PATCH', '/api/v1/tests/T1', { position: 1 }],
      ['DELETE', '/api/v1/lease/L1', {}],
    ] as const) {
      const answer = await office.ask(path, { method, headers, body })
      expect([headers, path, answer.status]).toEqual([headers, path, 403])
    }
    // As a form of a page sends it, without asking first.
    const form = { ...headers, 'content-type': 'text/plain' }
    const answer = await office.ask(TESTS, { headers: form, body: JSON.stringify(BODY) })
    expect([headers, answer.status]).toEqual([headers, 403])
  }
  expect(tests(office)).toBe(0)
  const ours = { origin: own, 'sec-fetch-site': 'same-origin', host: `127.0.0.1:${port}` }
  expect((await office.ask(TESTS, { headers: ours, body: BODY })).status).toBe(201)
})

test('no page of another site reads anything: nothing is allowed by a header, asked for before or not', async () => {
  const headers = {
    origin: 'http://evil.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization, content-type',
    'access-control-request-private-network': 'true',
  }
  for (const path of [
    TESTS,
    '/api/v1/line',
    '/webhooks/jenkins',
    '/',
    '/metrics',
    '/artifacts/T1',
    '/nothing',
  ])
    for (const method of ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'TRACE']) {
      const answer = await office.ask(path, { method, headers })
      const names = Object.keys(answer.headers).filter(name => name.startsWith('access-control'))
      expect([method, path, names]).toEqual([method, path, []])
      // Nor is it put into a page as a picture or a script, whose size or time would tell something.
      expect([method, path, answer.headers['cross-origin-resource-policy']]).toEqual([
        method,
        path,
        'same-origin',
      ])
      if (method === 'OPTIONS') expect([path, answer.status >= 400]).toEqual([path, true])
      if (method === 'TRACE') expect(answer.text).not.toContain('private-network')
    }
})

test('who has no key may as little as a user, and is told so', async () => {
  for (const [path, body] of [
    ['/api/v1/audit', undefined],
    ['/api/v1/settings/reload', {}],
    ['/api/v1/power/soc-a-001/off', { confirm: true }],
  ] as const) {
    const answer = await office.ask(path, body === undefined ? {} : { body })
    expect([path, answer.status]).toEqual([path, 403])
  }
  expect(office.world.errors).toEqual([])
})
