import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { Inventory } from '../../../src/config/types.ts'
import { InputError } from '../../../src/errors.ts'
import { createPlugin } from '../../jenkins/plugin.ts'
import { type LabUnderTest, openLab } from '../../lab/harness.ts'
import { aBoard, someSettings } from '../../lab/samples.ts'
import { until } from '../../until.ts'
import { dial } from '../rig.ts'
import { type Hook, openHook, SECRET } from './rig.ts'

const STEP = { family: 'socA', shell: 'true', delivery: 'k-7' }
const HEADER = { 'x-boardroom-secret': SECRET }

async function rig(inventory: Partial<Inventory> = {}): Promise<{ under: LabUnderTest; hook: Hook }> {
  const under = await openLab({
    boards: [aBoard('a1')],
    inventory,
    checkCallback(url) {
      if (!url.startsWith('https://ci.test/'))
        throw new InputError(`${new URL(url).host} is not among the addresses that may be used`, {
          hint: 'An admin lists more in settings.http.callbacks.',
        })
    },
  })
  onTestFinished(() => under.close())
  return { under, hook: await openHook(under) }
}

test('M8.1 a step submits a test for Jenkins, and is told where to ask for it', async () => {
  const { under, hook } = await rig()
  const callback = 'https://ci.test/callback?token=hush'
  const answer = await hook.post({ ...STEP, callback, env: { LEVEL: 3 }, timeout: 90, priority: 'high' })
  expect(answer).toMatchObject({
    status: 201,
    body: {
      test: 'T1',
      url: 'http://lab.test/artifacts/T1',
      status_url: 'http://lab.test/api/v1/tests/T1/status',
      duplicate: false,
    },
  })
  expect(await under.lab.run('T1')).toMatchObject({
    submitter: { id: 'jenkins', name: 'jenkins', platform: 'http' },
    origin: { channel: 'home', place: 'home', request: 'jenkins:step/k-7' },
    env: { LEVEL: '3' },
    timeoutMs: 90_000,
    priority: 1,
    callback: { url: callback },
  })
  expect(hook.posted).toEqual(['T1'])
  const [entry] = await under.lab.audit(['jenkins'], 10)
  expect(entry).toMatchObject({ where: 'http 127.0.0.1', decision: 'allowed', who: { id: 'jenkins' } })
  expect(JSON.stringify(entry) + hook.lines.join()).not.toContain('hush')
})

test('M8.5 the same delivery twice, one after the other and at once, is one test', async () => {
  const { under, hook } = await rig()
  const all = await Promise.all(Array.from({ length: 8 }, () => hook.post(STEP)))
  expect(all.map(answer => answer.body['test'])).toEqual(Array(8).fill('T1'))
  expect(all.map(answer => answer.status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201])
  expect((await hook.post(STEP)).body).toMatchObject({ test: 'T1', duplicate: true })
  const other = await hook.post({ ...STEP, delivery: 'k-8' })
  expect(other).toMatchObject({ status: 201, body: { test: 'T2' } })
  expect(under.lab.state().counters.T).toBe(2)
  expect(hook.posted).toEqual(['T1', 'T2'])
})

test('M8.5 a signed request that is sent again is the same delivery, under whatever name', async () => {
  const { under, hook } = await rig()
  const { delivery: _, ...unnamed } = STEP
  expect((await hook.postSigned(unnamed)).body).toMatchObject({ test: 'T1', duplicate: false })
  expect((await hook.postSigned(unnamed)).body).toMatchObject({ test: 'T1', duplicate: true })
  const renamed = await hook.postSigned(unnamed, { 'x-boardroom-delivery': 'another' })
  expect(renamed).toMatchObject({ status: 422, body: { fields: [{ field: 'delivery' }] } })
  expect(under.lab.state().counters.T).toBe(1)
})

test('M8.1 the plugin tells of each build four times, and twice, and it is tested once', async () => {
  const { under, hook } = await rig()
  const parameters = {
    BOARDROOM_FAMILY: 'socA',
    BOARDROOM_SHELL: 'true',
    BOARDROOM_CALLBACK: 'https://ci.test/cb',
  }
  const endpoint = `http://127.0.0.1:${hook.port}/webhooks/jenkins?secret=${encodeURIComponent(SECRET)}`
  const plugin = createPlugin({ endpoint, copies: 2 })
  const posted = await plugin.build({ job: 'kernel', number: 42, parameters })
  expect(posted.map(({ phase, status }) => `${phase} ${status}`)).toEqual([
    ...['QUEUED 200', 'QUEUED 200', 'STARTED 200', 'STARTED 200'],
    ...['COMPLETED 201', 'COMPLETED 200', 'FINALIZED 200', 'FINALIZED 200'],
  ])
  expect(posted[0]?.answer).toHaveProperty('ignored')
  expect(posted.at(-1)?.answer).toMatchObject({ test: 'T1', duplicate: true })
  expect((await under.lab.run('T1'))?.callback).toEqual({ url: 'https://ci.test/cb', build: 'job/kernel/42' })
  await plugin.build({ job: 'kernel', number: 43, parameters, status: 'FAILURE' })
  await plugin.build({ job: 'kernel', number: 44 })
  expect(under.lab.state().counters.T).toBe(1)
  expect(hook.lines.join()).not.toContain(SECRET)
})

test('M8.2 the secret may be the password in the address of the plugin, which keeps it out of logs', async () => {
  const { under } = await rig()
  const hook = await openHook(under, 'letters0and0digits')
  const parameters = { BOARDROOM_FAMILY: 'socA', BOARDROOM_SHELL: 'true' }
  const statusWith = async (password: string): Promise<unknown> => {
    const endpoint = `http://jenkins:${password}@127.0.0.1:${hook.port}/webhooks/jenkins`
    const posted = await createPlugin({ endpoint }).phase({ job: 'k', number: 1, parameters }, 'COMPLETED')
    return posted[0]?.status
  }
  expect(await statusWith('another')).toBe(401)
  expect(await statusWith('letters0and0digits')).toBe(201)
})

test('M8.2 a secret in the address is for the plugin alone', async () => {
  const { under, hook } = await rig()
  const answer = await hook.post(STEP, {}, `?secret=${encodeURIComponent(SECRET)}`)
  expect(answer).toMatchObject({ status: 401, body: { code: 'not-signed' } })
  expect(under.lab.state().counters.T).toBe(0)
})

test('M8.2 whoever does not know the secret is refused, counted and logged, before its body is read', async () => {
  const { under, hook } = await rig()
  for (const headers of [{}, { 'x-boardroom-secret': 'wrong' }, { 'x-boardroom-secret': '' }])
    expect(await hook.post('x'.repeat(1_000_000), headers).catch(() => ({ status: 401 }))).toMatchObject({
      status: 401,
    })
  expect(hook.jenkins.refused()).toBe(3)
  expect(hook.lines.filter(line => line.includes('was refused'))).toHaveLength(3)
  expect(under.lab.state()).toMatchObject({ counters: { T: 0 }, inbox: {} })
})

test('M8.2 I1 who guesses is told to wait; where the secret was right before it stays so', async () => {
  const { under, hook } = await rig()
  for (let tries = 0; tries < 20; tries++) await hook.post(STEP, { 'x-boardroom-secret': `guess ${tries}` })
  const barred = await hook.post(STEP)
  expect([barred.status, barred.headers['retry-after']]).toEqual([429, '60'])
  await under.clock.pass(61_000)
  expect((await hook.post(STEP)).status).toBe(201)
  for (let tries = 0; tries < 20; tries++) await hook.post(STEP, { 'x-boardroom-secret': `guess ${tries}` })
  expect((await hook.post(STEP, { 'x-boardroom-secret': 'guess' })).status).toBe(429)
  expect((await hook.post(STEP)).status).toBe(200)
})

test('without a secret the webhook is closed, and says what opens it', async () => {
  const { under } = await rig()
  for (const secret of [null, '']) {
    const closed = await openHook(under, secret)
    const answer = await closed.post(STEP, { 'x-boardroom-secret': '' })
    expect(answer).toMatchObject({ status: 404, body: { code: 'closed' } })
    expect(answer.body['hint']).toContain('JENKINS_WEBHOOK_SECRET')
  }
})

test.for([
  ['a form', 415, 'family=socA', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['XML', 415, '<job/>', { 'content-type': 'application/xml;charset=UTF-8' }],
  ['a packed body', 415, '{}', { 'content-encoding': 'gzip' }],
  ['JSON that is cut', 400, '{"family":', {}],
  ['a list', 400, '[1]', {}],
  ['null', 400, 'null', {}],
  ['a text', 400, '"text"', {}],
  ['300 kB', 413, JSON.stringify({ log: 'x'.repeat(300_000) }), {}],
] as const)('%s is answered %i', async ([_, status, body, more]) => {
  const { under, hook } = await rig()
  const answer = await hook.post(body, { ...HEADER, ...more })
  expect(answer.status).toBe(status)
  expect(answer.body).toMatchObject({
    detail: expect.any(String) as string,
    hint: expect.any(String) as string,
  })
  expect(under.lab.state().inbox).toEqual({})
})

const HEAD = `POST /webhooks/jenkins HTTP/1.1\r\nHost: x\r\nX-Boardroom-Secret: ${SECRET}\r\nContent-Type: application/json\r\n`

test('a body that is not UTF-8 is refused, not guessed at', async () => {
  const { hook } = await rig()
  const peer = await dial(hook.port)
  peer.socket.write(Buffer.from(`${HEAD}Content-Length: 14\r\n\r\n{"family":"\xff"}`, 'latin1'))
  await until(() => peer.seen().startsWith('HTTP/1.1 400 '), 'the answer')
})

test('a body that does not say how long it is and does not end is cut, with an answer', async () => {
  const { hook } = await rig()
  const peer = await dial(hook.port)
  peer.socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
  for (let sent = 0; sent < 5; sent++) peer.socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`)
  await until(() => peer.closed(), 'the end of the connection')
  expect(peer.seen()).toMatch(/^HTTP\/1\.1 413 /)
})

test('a body that stays out is answered 408 after ten seconds', async () => {
  const { under, hook } = await rig()
  const peer = await dial(hook.port)
  const before = under.clock.timers
  peer.socket.write(`${HEAD}Content-Length: 100\r\n\r\n{`)
  await until(() => under.clock.timers > before, 'it is waited for')
  await under.clock.pass(10_000)
  await until(() => peer.closed(), 'the end of the connection')
  expect(peer.seen()).toMatch(/^HTTP\/1\.1 408 /)
  expect(hook.lines.join()).toContain('cut short')
})

test('a connection that is cut in the middle of a body leaves nothing', async () => {
  const { under, hook } = await rig()
  const peer = await dial(hook.port)
  peer.socket.write(`${HEAD}Content-Length: 100\r\n\r\n{`)
  peer.socket.end()
  await until(() => hook.lines.join().includes('cut short'), 'it is logged')
  expect(under.lab.state().inbox).toEqual({})
})

test('M8.3 wrong fields are answered all at once, and the delivery may be sent again put right', async () => {
  const { under, hook } = await rig()
  const wrong = { ...STEP, family: 'socX', timeout: 'soon', colour: 'red', priority: 'urgent' }
  const answer = await hook.post(wrong)
  expect([answer.status, answer.body['code']]).toEqual([422, 'input'])
  const said = JSON.stringify(answer.body)
  for (const word of ['socX', 'soon', 'colour', 'urgent']) expect(said).toContain(word)
  expect(await hook.post(STEP)).toMatchObject({ status: 201, body: { test: 'T1', duplicate: false } })
  expect(under.lab.state().counters.T).toBe(1)
})

test('M8.4 a callback that is not allowed is refused when the test is asked for', async () => {
  const { under, hook } = await rig()
  const answer = await hook.post({ ...STEP, callback: 'http://169.254.169.254/latest?token=hush' })
  expect(answer.status).toBe(422)
  expect(answer.body['hint']).toContain('settings.http.callbacks')
  expect(JSON.stringify(answer.body) + hook.lines.join()).not.toContain('hush')
  expect(under.lab.state()).toMatchObject({ counters: { T: 0 }, inbox: {} })
})

test('E queue full is 503 with Retry-After and forgotten, so that a retry is taken later', async () => {
  const { under, hook } = await rig({ settings: someSettings({ queueLimit: 1 }) })
  await hook.post({ ...STEP, delivery: 'runs' })
  await hook.post({ ...STEP, delivery: 'waits' })
  const full = await hook.post(STEP)
  expect([full.status, full.headers['retry-after'], full.body['code']]).toEqual([503, '60', 'queue-full'])
  await under.lab.cancel('T2', { id: 'jenkins', name: 'jenkins', platform: 'http' })
  expect(await hook.post(STEP)).toMatchObject({ status: 201, body: { test: 'T3', duplicate: false } })
})

test('whatever JSON comes, signed, it is answered with sense: never with a fault of ours', async () => {
  const { hook } = await rig({ settings: someSettings({ queueLimit: 5 }) })
  const member = fc.constantFrom(
    ...['family', 'binary', 'entry', 'shell', 'args', 'env', 'board', 'priority', 'timeout', 'collect'],
    ...['callback', 'delivery', 'build', '__proto__', 'constructor', 'url', 'name'],
  )
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('socA', 'true', '5m', 'T1/hello', 'high', 9e99, -1))
  const body = fc.dictionary(member, value, { maxKeys: 8 })
  await fc.assert(
    fc.asyncProperty(body, fc.boolean(), async (body, isWhole) => {
      const answer = await hook.postSigned(isWhole ? { ...STEP, ...body } : body)
      expect([200, 201, 422, 503]).toContain(answer.status)
    }),
    { numRuns: 200 },
  )
})
