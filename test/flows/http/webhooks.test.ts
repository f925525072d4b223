import { afterAll, beforeAll, expect, test } from 'vitest'
import { startJenkins } from '../../jenkins/server.ts'
import { until } from '../../until.ts'
import { type Answer, type Ask, type Office, openOffice, SECRET, signed, tests } from './office.ts'

const STEP = { family: 'socA', shell: 'true' }
const HOOK = '/webhooks/jenkins'
const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

let office: Office
let jenkins: Awaited<ReturnType<typeof startJenkins>>
beforeAll(async () => {
  jenkins = await startJenkins(SECRET)
  office = await openOffice({
    env: { JENKINS_WEBHOOK_SECRET: SECRET },
    settings: { http: { callbacks: [`${jenkins.url}callback`], networks: ['127.0.0.0/8'] } },
  })
})
afterAll(async () => {
  await office.close()
  await jenkins.close()
})

async function post(body: string, headers: Ask['headers'] = {}, from?: string): Promise<Answer> {
  return await office.ask(HOOK, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    ...(from === undefined ? {} : { from }),
  })
}

test('M8.2 no request that does not show the secret is taken, whatever it tries, and none of them tells it', async () => {
  const body = JSON.stringify({ ...STEP, delivery: 'forged' })
  const now = Date.now()
  const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` })
  const tries: readonly Ask['headers'][] = [
    {},
    { 'x-boardroom-secret': '' },
    { 'x-boardroom-secret': ' ' },
    { 'x-boardroom-secret': SECRET.slice(0, -1) },
    { 'x-boardroom-secret': `${SECRET}0` },
    { 'x-boardroom-secret': [SECRET, SECRET] },
    { 'x-boardroom-secret': 'undefined' },
    basic(`${SECRET}:`),
    basic(`jenkins:${SECRET.toUpperCase()}`),
    { authorization: `Bearer ${SECRET}` },
    signed(`${body} `, { at: now }),
    signed(body, { secret: '', at: now }),
    signed(body, { at: now - 301_000 }),
    signed(body, { at: now + 302_000 }),
    // A signature goes before a secret: it is the stronger of the two.
    { ...signed('another', { at: now }), 'x-boardroom-secret': SECRET },
    { ...signed(body, { at: now }), 'x-boardroom-timestamp': '' },
    { ...signed(body, { at: now }), 'x-boardroom-timestamp': `${Math.floor(now / 1_000)}.0` },
    { ...signed(body, { at: now }), 'x-boardroom-signature': 'sha256=' },
    { ...signed(body, { at: now }), 'x-boardroom-signature': `sha256=${'0'.repeat(64)}` },
  ]
  for (const [at, headers] of tries.entries()) {
    const answer = await post(body, headers, `127.0.1.${at + 1}`)
    expect([headers, answer.status]).toEqual([headers, 401])
    expect(answer.text).not.toContain(SECRET)
  }
  expect(tests(office)).toBe(0)
})

test('after 20 wrong secrets in a minute an address is told to wait, the right one from elsewhere is not', async () => {
  const wrong = () => post('{}', { 'x-boardroom-secret': 'guess' }, '127.0.2.1')
  const first = await Promise.all(Array.from({ length: 20 }, wrong))
  expect(first.map(({ status }) => status)).toEqual(Array(20).fill(401))
  const body = JSON.stringify({ ...STEP, delivery: 'barred' })
  for (const headers of [
    { 'x-boardroom-secret': 'guess' },
    { 'x-boardroom-secret': SECRET },
    signed(body),
    { 'x-boardroom-secret': SECRET, 'x-forwarded-for': '127.0.2.2' },
    // Nor is it told by what else is wrong: that would be a way to go on guessing.
    { 'x-boardroom-secret': SECRET, 'content-type': 'text/plain' },
    { 'x-boardroom-secret': SECRET, 'content-encoding': 'gzip' },
  ]) {
    const answer = await post(body, headers, '127.0.2.1')
    expect([answer.status, Number(answer.headers['retry-after']) > 0]).toEqual([429, true])
  }
  const before = tests(office)
  expect((await post(body, { 'x-boardroom-secret': SECRET }, '127.0.2.2')).status).toBe(201)
  expect(tests(office)).toBe(before + 1)
})

test('M8.5 a signed request that somebody recorded is one test, however often and under whatever name it is sent again', async () => {
  const body = JSON.stringify(STEP)
  const headers = signed(body)
  const before = tests(office)
  const answers = [
    await post(body, headers),
    ...(await Promise.all([post(body, headers), post(body, headers)])),
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200])
  for (const more of [{ 'x-boardroom-delivery': 'other' }, { 'idempotency-key': 'other' }]) {
    const { status } = await post(body, { ...headers, ...more }, '127.0.0.9')
    expect([200, 422]).toContain(status)
  }
  // Its query is covered by nothing, and means nothing.
  const { status } = await office.ask(`${HOOK}?delivery=other&secret=x`, { method: 'POST', body, headers })
  expect(status).toBe(200)
  // Anything that is changed in it makes it somebody else's.
  for (const [name, value] of [
    ['x-boardroom-timestamp', String(Number(headers['x-boardroom-timestamp']) + 1)],
    ['x-boardroom-timestamp', `0${headers['x-boardroom-timestamp']}`],
    ['x-boardroom-signature', headers['x-boardroom-signature']?.toUpperCase() ?? ''],
  ] as const)
    expect((await post(body, { ...headers, [name]: value }, '127.0.3.1')).status).toBe(401)
  expect(tests(office)).toBe(before + 1)
})

test('a result that the lab has signed is no request that it takes: whoever receives it cannot send it back', async () => {
  const callback = `${jenkins.url}callback?token=mark-token-of-callback`
  const body = JSON.stringify({ ...STEP, delivery: 'reflected', callback })
  const { json } = await post(body, signed(body))
  const { test: id } = json as { test: string }
  const result = await until(
    () => jenkins.received.find(each => each.body['test'] === id),
    'the result',
    30_000,
  )
  const before = tests(office)
  const answer = await post(result.text, {
    'x-boardroom-timestamp': result.timestamp,
    'x-boardroom-signature': result.signature,
  })
  expect(answer.status).toBe(422)
  expect(tests(office)).toBe(before)
})

test('no body breaks anything: what is packed, too large, too deep or no object is refused', async () => {
  const own = { 'x-boardroom-secret': SECRET }
  const before = tests(office)
  for (const [body, headers, wanted] of [
    ['{', own, 400],
    ['[]', own, 400],
    ['null', own, 400],
    ['"text"', own, 400],
    [DEEP.slice(0, 1_000), own, 400],
    [DEEP, own, 400],
    [`{"family":"socA","shell":${DEEP}}`, { ...own, 'x-boardroom-delivery': 'deep' }, 400],
    [`{"family":"socA","shell":"true","deep":${DEEP}}`, { ...own, 'x-boardroom-delivery': 'deep2' }, 400],
    [`{"family":"socA","args":${DEEP},"shell":"true"}`, { ...own, 'x-boardroom-delivery': 'deep3' }, 400],
    [`{"build":{"number":1,"phase":"COMPLETED","parameters":${DEEP}},"url":"x"}`, own, 400],
    ['{"__proto__":{"family":"socA","shell":"true"},"delivery":"proto"}', own, 422],
    ['{"constructor":{"prototype":{"role":"admin"}},"delivery":"constructor"}', own, 422],
    [JSON.stringify({ ...STEP, delivery: 'x'.repeat(201) }), own, 422],
    [JSON.stringify({ ...STEP, submitter: 'ada', delivery: 'as' }), own, 422],
    ['x'.repeat(262_145), own, 413],
    ['\u001f\u008b', { ...own, 'content-encoding': 'gzip' }, 415],
    ['family=socA', { ...own, 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ] as const) {
    const answer = await post(body, headers)
    expect([body.slice(0, 60), answer.status]).toEqual([body.slice(0, 60), wanted])
  }
  expect(tests(office)).toBe(before)
  expect(({} as Record<string, unknown>)['family']).toBeUndefined()
  // And it goes on as before.
  expect((await post(JSON.stringify({ ...STEP, delivery: 'after' }), own)).status).toBe(201)
})

test('the secret is in no answer, no line of the log, no entry of the audit, and nothing broke', async () => {
  const entries = await office.world.lab.audit([], 100)
  const all = [...office.logged, JSON.stringify(entries), JSON.stringify(office.world.lab.state().runs)]
  expect(entries.length).toBeGreaterThan(2)
  expect(all.filter(each => each.includes(SECRET))).toEqual([])
  expect(office.world.errors).toEqual([])
})
