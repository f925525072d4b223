import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { until } from '../../../until.ts'
import * as payloads from './payloads.ts'
import { signedRequest, worldsOf } from './world.ts'

const MINUTE_MS = 60_000
const open = worldsOf(afterEach)

test.each([
  ['a command', () => payloads.slash('queue'), '/lab queue'],
  ['a mention', (now: number) => payloads.mention('<@UBOT> queue', now), '<@UBOT> queue'],
  ['a direct message', (now: number) => payloads.direct('queue', now), 'queue'],
  ['a click', (now: number) => payloads.click('queue', now), 'queue'],
  ['a shortcut', (now: number) => payloads.shortcut(now), 'shortcut'],
  ['App Home', () => payloads.event({ type: 'app_home_opened', user: 'U1', tab: 'home' }), 'home'],
  [
    'an invitation',
    () => payloads.event({ type: 'member_joined_channel', user: 'UBOT', channel: 'C1' }),
    'joined',
  ],
  ['the end of its rights', () => payloads.event({ type: 'app_uninstalled' }), 'revoked'],
])('%s over HTTP is stored, answered with an empty 200 and carried out', async (_, payload, words) => {
  const world = await open()
  const response = await world.post(payload(world.clock.now()))
  expect([response.status, await response.text()]).toEqual([200, ''])
  await until(() => world.told.handled.length > 0, 'it is carried out')
  expect(world.told.handled).toEqual([words])
  await until(() => world.journal.entries().every(entry => entry.stage === 'done'), 'it is done')
})

test('a form-encoded body may say its charset', async () => {
  const world = await open()
  for (const type of [
    'application/x-www-form-urlencoded; charset=utf-8',
    'Application/X-WWW-Form-Urlencoded;charset="UTF-8"',
  ])
    expect((await world.post(payloads.slash('queue'), { type })).status).toBe(200)
  await until(() => world.told.handled.length === 2, 'both are carried out')
})

test("Slack's own questions are answered: whether the address is ours, and whether TLS works", async () => {
  const world = await open()
  const challenge = await world.post({ type: 'url_verification', challenge: '3eZbrw1a', token: 'x' })
  expect(await challenge.json()).toEqual({ challenge: '3eZbrw1a' })
  const type = 'application/x-www-form-urlencoded'
  const check = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: 'ssl_check=1&command=%2Flab&text=power+off+a1&user_id=U1&channel_id=C1',
  })
  expect(check.status).toBe(200)
  // What is smuggled along is not heard.
  expect(world.journal.entries()).toEqual([])
})

test.each([
  ['forged', { headers: { 'x-slack-signature': `v0=${'0'.repeat(64)}` } }, 'forged'],
  ['signed with another secret', { secret: 'another' }, 'forged'],
  ['with a signature that is too short', { headers: { 'x-slack-signature': 'v0=00' } }, 'not a signature'],
  [
    'with a signature that is too long',
    { headers: { 'x-slack-signature': `v0=${'0'.repeat(65)}` } },
    'not a signature',
  ],
  ['of another version', { headers: { 'x-slack-signature': `v1=${'0'.repeat(64)}` } }, 'not a signature'],
  ['from the past', { ahead: -6 * MINUTE_MS }, 'too old'],
  ['from the future', { ahead: 6 * MINUTE_MS }, 'from the future'],
  ['of the next day', { ahead: 24 * 60 * MINUTE_MS }, 'from the future'],
  ['without a time', { headers: { 'x-slack-request-timestamp': 'now' } }, 'no timestamp'],
])('S4 a request %s is refused with 401, logged and counted', async (_, how, why) => {
  const world = await open()
  const response = await world.post(payloads.slash('power off a1'), how)
  expect(response.status).toBe(401)
  expect(world.inbound.health().refused).toBe(1)
  expect(world.log.filter(line => line.level === 'warn')).toMatchObject([
    { fields: { why, address: '127.0.0.1' } },
  ])
  expect(JSON.stringify(world.log)).not.toContain('power off')
  expect(world.journal.entries()).toEqual([])
})

test('S4 a request with no headers of Slack at all, and one with no body', async () => {
  const world = await open()
  expect((await fetch(world.url, { method: 'POST', body: 'x' })).status).toBe(401)
  expect((await fetch(world.url, { method: 'POST' })).status).toBe(401)
  // Signed, and it says nothing.
  expect((await world.post('')).status).toBe(200)
  expect(world.journal.entries()).toEqual([])
  expect((await fetch(world.url)).status).toBe(405)
  expect(world.inbound.health().refused).toBe(2)
})

test('S4 the very same request again is refused, and is not carried out twice', async () => {
  const world = await open()
  const request = signedRequest(payloads.slash('queue'), world.clock)
  expect((await fetch(world.url, request)).status).toBe(200)
  await world.clock.pass(4 * MINUTE_MS)
  expect((await fetch(world.url, request)).status).toBe(401)
  expect(world.log.filter(line => line.level === 'warn')).toMatchObject([{ fields: { why: 'replayed' } }])
  expect(world.told.handled).toEqual(['/lab queue'])
})

test('S4 M8.5 after a restart a replay passes the signature, and the inbox knows it', async () => {
  const before = await open()
  const request = signedRequest(payloads.slash('queue'), before.clock)
  expect((await fetch(before.url, request)).status).toBe(200)
  await until(() => before.told.handled.length === 1, 'it is carried out')
  const after = await before.restart()
  expect((await fetch(after.url, request)).status).toBe(200)
  await after.clock.pass(0)
  expect(after.told.handled).toEqual([])
})

test('a body over a megabyte is not read, and one that no JSON can be read from does no harm', async () => {
  const world = await open()
  const large = JSON.stringify({ type: 'event_callback', x: 'x'.repeat(1024 * 1024) })
  expect((await world.post(large)).status).toBe(413)
  // Of the JSON null Bolt would die.
  for (const body of ['null', '{', '[]', '"x"', '1'])
    expect((await world.post(body, { type: 'application/json' })).status).toBe(400)
  expect((await world.post('payload=null')).status).toBe(400)
  for (const body of ['{}', '{"event":null}', '{"event":{}}', '{"type":"view_submission"}', '{"actions":[]}'])
    expect((await world.post(body, { type: 'application/json' })).status).toBe(200)
  expect((await world.post(payloads.slash('queue'))).status).toBe(200)
  await until(() => world.told.handled.length === 1, 'the next is carried out')
})

test('a body that stays out ends the request after 10 s', async () => {
  const world = await open()
  const { hostname, port, pathname } = new URL(world.url)
  const socket = connect(Number(port), hostname)
  let got = ''
  socket.on('data', data => {
    got += String(data)
  })
  const { headers } = signedRequest('{}', world.clock)
  const lines = Object.entries(headers as Record<string, string>).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n${lines.join('')}\r\n{`)
  await until(() => world.clock.timers > 0, 'the body is waited for')
  await world.clock.pass(10_000)
  await until(() => got.startsWith('HTTP/1.1 408'), 'it is told so')
  socket.destroy()
})

test('S4 a flood from one address gets 429 and when to come back, and Slack still passes through it', async () => {
  const world = await open()
  const bad = async (): Promise<Response> => await world.post(payloads.slash('queue'), { secret: 'another' })
  for (let n = 0; n < 20; n++) expect((await bad()).status).toBe(401)
  const response = await bad()
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '60'])
  // Without a signature it is not even read.
  expect((await fetch(world.url, { method: 'POST', body: 'x' })).status).toBe(429)
  expect((await world.post(payloads.slash('queue'))).status).toBe(200)
  // The log is no way in for a flood either.
  expect(world.log.filter(line => line.level === 'warn')).toHaveLength(20)
  expect(world.inbound.health().refused).toBe(22)
  await world.clock.pass(MINUTE_MS)
  expect((await bad()).status).toBe(401)
})

test('incident 18: a clock that is a minute off is told, once in a while, before requests are refused', async () => {
  const world = await open()
  const skewed = () => world.log.filter(line => line.message.includes('clock')).length
  await world.post(payloads.slash('queue'), { ahead: 30_000 })
  expect(skewed()).toBe(0)
  for (let n = 0; n < 3; n++) await world.post(payloads.slash('queue'), { ahead: -90_000 })
  expect(skewed()).toBe(1)
  await world.clock.pass(10 * MINUTE_MS)
  await world.post(payloads.slash('queue'), { ahead: 90_000 })
  expect(skewed()).toBe(2)
})

test('before the start and after the stop Slack is asked to come again', async () => {
  const world = await open()
  expect(world.inbound.health()).toMatchObject({ mode: 'http', up: true, lastEventAt: null })
  await world.post(payloads.slash('queue'))
  expect(world.inbound.health().lastEventAt).toBe(world.clock.now())
  await world.inbound.stop()
  const response = await world.post(payloads.slash('queue'))
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  expect(world.inbound.health().up).toBe(false)
})
