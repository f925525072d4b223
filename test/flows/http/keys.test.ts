import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../../../src/commands/registry.ts'
import { occupy } from '../gate.ts'
import { API_KEYS, type Ask, KEYS, type Office, openOffice, tests } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice({ env: { API_KEYS } })
})
afterAll(() => office.close())

const QUEUE = '/api/v1/queue'

test('S3 nothing but one whole key as a bearer lets anybody in', async () => {
  const tries: readonly [string, NonNullable<Ask['headers']>][] = [
    [QUEUE, {}],
    [QUEUE, { authorization: '' }],
    [QUEUE, { authorization: 'Bearer' }],
    [QUEUE, { authorization: 'Bearer ' }],
    [QUEUE, { authorization: `Bearer ${KEYS.ada.slice(0, -1)}` }],
    [QUEUE, { authorization: `Bearer ${KEYS.ada}x` }],
    [QUEUE, { authorization: `Bearer ${KEYS.ada.toUpperCase()}` }],
    [QUEUE, { authorization: `Bearer ada:${KEYS.ada}` }],
    [QUEUE, { authorization: `Bearer ${KEYS.ada},${KEYS.mei}` }],
    [QUEUE, { authorization: `Bearer ${'k'.repeat(8_000)}` }],
    [QUEUE, { authorization: 'Bearer undefined' }],
    [QUEUE, { authorization: KEYS.ada }],
    [QUEUE, { authorization: `Basic ${btoa(`ada:${KEYS.ada}`)}` }],
    [QUEUE, { authorization: `Digest ${KEYS.ada}` }],
    [QUEUE, { authorization: [`Bearer ${KEYS.ada}`, `Bearer ${KEYS.ada}`] }],
    [QUEUE, { authorization: ['Bearer x', `Bearer ${KEYS.ada}`] }],
    [QUEUE, { 'proxy-authorization': `Bearer ${KEYS.ada}` }],
    [QUEUE, { 'x-api-key': KEYS.ada }],
    [QUEUE, { cookie: `key=${KEYS.ada}` }],
    [`${QUEUE}?key=${KEYS.ada}`, {}],
    [`${QUEUE}?access_token=${KEYS.ada}`, {}],
    [`${QUEUE}?api_key=${KEYS.ada}`, {}],
    [`${QUEUE}?authorization=Bearer%20${KEYS.ada}`, {}],
    ['/metrics', {}],
    ['/api/v1/line', {}],
  ]
  for (const [at, [path, headers]] of tries.entries()) {
    const method = path === '/api/v1/line' ? 'POST' : 'GET'
    const answer = await office.ask(path, { method, headers, from: `127.0.1.${at + 1}` })
    expect([path, headers, answer.status]).toEqual([path, headers, 401])
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /)
    expect(answer.text).not.toContain('mark-key')
  }
  expect((await office.ask(QUEUE, { key: KEYS.mei })).status).toBe(200)
})

test('20 wrong keys bar their address for whoever was not there before, and no other address', async () => {
  const ask = (key: string, from: string) => office.ask(QUEUE, { key, from })
  expect((await ask(KEYS.mei, '127.0.2.1')).status).toBe(200)
  const wrong = await Promise.all(
    Array.from({ length: 30 }, (_, at) => ask(`guess-${at}-0000000`, '127.0.2.1')),
  )
  expect(wrong.filter(({ status }) => status === 401)).toHaveLength(20)
  const late = wrong.filter(({ status }) => status === 429)
  expect(late.map(({ headers }) => Number(headers['retry-after']) > 0)).toEqual(Array(10).fill(true))
  // Whether a key is right cannot be found out from there any more, by whatever header or page.
  expect((await ask(KEYS.ada, '127.0.2.1')).status).toBe(429)
  const claimed = { from: '127.0.2.1', key: KEYS.ada, headers: { 'x-forwarded-for': '127.0.2.9' } }
  expect((await office.ask(QUEUE, claimed)).status).toBe(429)
  expect((await ask(KEYS.mei, '127.0.2.1')).status).toBe(200)
  expect((await ask(KEYS.ada, '127.0.2.2')).status).toBe(200)
})

/** What needs more than a user may, as each face would ask for it; `{id}` and the like filled with what is there. */
const FILLED: Readonly<Record<string, string>> = { id: 'A1', board: 'soc-a-001' }

test('S3 no command of an operator or an admin is done for a user, by its route or by its line', async () => {
  const held = await office.world.start('lease soc-b-001', { as: 'li' })
  await office.world.ended(`lease/${held}`, 1).catch(() => {})
  const theirs = commands.filter(({ role, http }) => role !== 'user' && http !== undefined)
  expect(theirs.length).toBeGreaterThan(6)
  for (const { name, http } of theirs) {
    const path = `/api/v1${(http?.path ?? '').replace(/\{(\w+)\}/g, (_, word: string) => FILLED[word] ?? '')}`
    const isRead = http?.method === 'GET'
    const more = name === 'boards maintain' ? { reason: 'x' } : {}
    for (const board of ['soc-a-001', 'soc-b-001']) {
      const at = path.replace('soc-a-001', board)
      const asked = isRead ? {} : { body: { ...more, ...(name.startsWith('power') && { confirm: true }) } }
      const answer = await office.ask(at, { method: http?.method ?? 'GET', key: KEYS.mei, ...asked })
      expect([at, answer.status, answer.text]).toEqual([at, 403, expect.stringContaining('needs the role')])
    }
    const word =
      name === 'audit' || name === 'settings reload' ? '' : name === 'alerts ack' ? 'A1' : 'soc-b-001'
    const said = name === 'boards maintain' ? `${word} --reason x --yes` : `${word} --yes`
    for (const line of [
      `${name} ${said}`,
      `@ops: ${name} ${said}`,
      `@ada ${name} ${said}`,
      `${name} ${said} --as ada`,
    ]) {
      const { status, json } = await office.ask('/api/v1/line', {
        key: KEYS.mei,
        body: { line, as: 'ada', person: 'ada' },
      })
      expect([line, status, json]).toMatchObject([
        line,
        200,
        { kind: 'fault', exit: expect.any(Number) as number },
      ])
      expect((json as { result: unknown }).result).toBe(null)
    }
  }
  expect(
    (await office.world.lab.audit(['soc-b-001', 'power'], 10)).every(each => each.decision !== 'allowed'),
  ).toBe(true)
  expect((await office.ask('/api/v1/audit', { key: KEYS.ops })).status).toBe(403)
  expect((await office.ask('/api/v1/audit', { key: KEYS.ada })).status).toBe(200)
})

test("somebody else's test, lease and console are theirs, whatever the names are on another face", async () => {
  const { world } = office
  // `mei` of the terminal is another than whoever has the key `mei`.
  const theirs = await occupy(world, world.board('soc-a-001'), 'mei')
  const { json } = await office.ask('/api/v1/lease', { key: KEYS.kai, body: { target: 'soc-a-002' } })
  const lease = (json as { lease: { id: string } }).lease.id
  for (const [method, path, body] of [
    ['POST', `/api/v1/tests/${theirs}/cancel`, {}],
    ['PATCH', `/api/v1/tests/${theirs}`, { position: 1 }],
    ['DELETE', `/api/v1/lease/${lease}`, { confirm: true }],
    ['PATCH', `/api/v1/lease/${lease}`, { by: '1h', confirm: true }],
    ['POST', `/api/v1/lease/${lease}/console`, {}],
    ['POST', `/api/v1/lease/${lease}/fetch`, { file: '/etc/passwd', confirm: true }],
    ['POST', '/api/v1/power/soc-a-002/off', { confirm: true }],
  ] as const) {
    const answer = await office.ask(path, { method, key: KEYS.mei, body })
    expect([method, path, answer.status, answer.text]).toEqual([
      method,
      path,
      expect.toSatisfy((status: number) => status === 403 || status === 422) as number,
      expect.any(String) as string,
    ])
  }
  // Not an operator either types in a holder's name.
  expect((await office.ask(`/api/v1/lease/${lease}/console`, { key: KEYS.ops, body: {} })).status).toBe(403)
  expect(world.lab.lease(lease)?.state).not.toBe('released')
  expect(world.lab.state().runs[theirs]?.state).toBe('running')
  expect((await office.ask(`/api/v1/tests/${theirs}/cancel`, { key: KEYS.ada, body: {} })).status).toBe(200)
})

test('who asks is whose key it is: nothing in a body, a query or a header says another', async () => {
  const before = tests(office)
  for (const name of [
    'submitter',
    'person',
    'as',
    'user',
    'role',
    'caller',
    'origin',
    'callback',
    'flowRunId',
    'id',
  ]) {
    const body = { family: 'socB', shell: 'true', [name]: 'ada' }
    const answer = await office.ask('/api/v1/tests', { key: KEYS.mei, body })
    expect([name, answer.status]).toEqual([name, 422])
    const query = await office.ask(`/api/v1/tests?${name}=ada`, {
      key: KEYS.mei,
      body: { family: 'socB', shell: 'true' },
    })
    expect([name, query.status]).toEqual([name, 422])
  }
  expect(tests(office)).toBe(before)
  const answer = await office.ask('/api/v1/tests', {
    key: KEYS.mei,
    headers: {
      from: 'ada',
      'x-user': 'ada',
      'x-remote-user': 'ada',
      'x-forwarded-user': 'ada',
      'x-http-method-override': 'DELETE',
    },
    body: { family: 'socB', shell: 'true' },
  })
  expect(answer).toMatchObject({ status: 201, json: { run: { submitter: { id: 'mei', platform: 'http' } } } })
  expect(office.world.errors).toEqual([])
})
