import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { retryAfter } from '../../src/web/answers.ts'
import { createFakeClock } from '../fake-clock.ts'
import { rejection } from '../storage/toy.ts'
import { until } from '../until.ts'
import { bareServer, elsewhere, unhurried, webOn } from './server.ts'

const MESSAGE = { body: Buffer.from('{"verdict":"passed"}'), headers: { 'Content-Type': 'application/json' } }

test('M8.4 what is posted arrives with its headers and its length; the answer is its status', async () => {
  const seen: unknown[] = []
  const server = await elsewhere(async (request, response) => {
    const { 'content-type': type, 'content-length': length, 'transfer-encoding': coding } = request.headers
    seen.push([request.method, type, length, coding, await text(request)])
    response.writeHead(202).end('thank you')
  })
  expect(await webOn([server.url]).post(`${server.url}/done`, MESSAGE, unhurried())).toEqual({
    status: 202,
    retryAfterMs: null,
  })
  expect(seen).toEqual([['POST', 'application/json', '20', undefined, '{"verdict":"passed"}']])
})

test('it follows no redirect, and gives any status back', async () => {
  const server = await elsewhere((_, response) =>
    response.writeHead(308, { Location: '/elsewhere', 'Retry-After': '7' }).end(),
  )
  expect(await webOn([server.url]).post(`${server.url}/done`, MESSAGE, unhurried())).toEqual({
    status: 308,
    retryAfterMs: 7_000,
  })
  expect(server.asked).toHaveLength(1)
})

test('of an answer without end only the beginning is read, and one that never comes does not hold it up', async () => {
  const endless = await elsewhere((_, response) => {
    const more = (): void =>
      void (response.write('x'.repeat(10_000)) ? setImmediate(more) : response.once('drain', more))
    more()
  })
  expect(await webOn([endless.url]).post(endless.url, MESSAGE, unhurried())).toMatchObject({ status: 200 })

  const clock = createFakeClock()
  const silent = await bareServer(socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'))
  const posted = webOn([silent.url], { clock }).post(silent.url, MESSAGE, unhurried())
  await until(async () => {
    await clock.pass(5_000)
    return silent.asked.length === 1 && silent.sockets.size === 0
  }, 'it is let go')
  expect(await posted).toMatchObject({ status: 200 })
})

test('a machine inside is not posted to, nor one that cannot be reached', async () => {
  const server = await elsewhere((_, response) => response.end())
  const inside = webOn([server.url], { networks: [] })
  expect(await rejection(inside.post(server.url, MESSAGE, unhurried()))).toMatchObject({ code: 'address' })
  expect(server.asked).toEqual([])
  const nobody = 'http://127.0.0.1:1/'
  expect(await rejection(webOn([nobody]).post(nobody, MESSAGE, unhurried()))).toMatchObject({
    code: 'web',
    failure: { class: 'infrastructure' },
  })
})

test('a header that would begin another one is refused, and nothing is sent', async () => {
  const server = await elsewhere((_, response) => response.end())
  const message = { ...MESSAGE, headers: { 'X-Test': 'a\r\nHost: evil.test' } }
  await rejection(webOn([server.url]).post(server.url, message, unhurried()))
  expect(server.asked).toEqual([])
})

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Fri, 20 Nov 2026 12:01:00 GMT', 60_000],
  ['Fri, 20 Nov 2020 12:01:00 GMT', 0],
  ['999999999', 86_400_000],
  ['soon', null],
  ['', null],
  ['-5', null],
])('Retry-After %j is %s ms', (value, ms) => {
  expect(retryAfter({ statusCode: 503, headers: { 'retry-after': value } }, Date.UTC(2026, 10, 20, 12))).toBe(
    ms,
  )
})
