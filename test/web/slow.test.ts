import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createFakeClock } from '../fake-clock.ts'
import { rejection } from '../storage/toy.ts'
import { until } from '../until.ts'
import { bareServer, elsewhere, unhurried, webOn } from './server.ts'

const HEAD = 'HTTP/1.1 200 OK\r\n'

test('a server that takes the request and says nothing is given up after 30 s', async () => {
  const clock = createFakeClock()
  const server = await bareServer(() => {})
  const asked = rejection(webOn([server.url], { clock }).fetch(`${server.url}/x`, unhurried()))
  await until(() => server.asked.length === 1, 'asked')
  await clock.pass(29_000)
  expect(server.sockets.size).toBe(1)
  await clock.pass(1_000)
  expect(await asked).toMatchObject({
    code: 'web',
    message: expect.stringContaining('no answer within 30 s'),
  })
  await until(() => server.sockets.size === 0 && clock.timers === 0, 'nothing is left')
})

test('one that stops in the middle is given up 30 s after its last byte', async () => {
  const clock = createFakeClock()
  const server = await bareServer(socket => socket.write(`${HEAD}Content-Length: 10\r\n\r\nfive!`))
  const { body } = await webOn([server.url], { clock }).fetch(`${server.url}/x`, unhurried())
  const read = rejection(buffer(body))
  await until(() => body.readableFlowing === true || clock.timers > 0, 'it is waited for')
  await clock.pass(29_000)
  for (const socket of server.sockets) socket.write('!')
  await until(async () => {
    await clock.pass(1_000)
    return body.destroyed
  }, 'given up')
  expect(await read).toMatchObject({ message: expect.stringContaining('nothing more came for 30 s') })
  await until(() => server.sockets.size === 0 && clock.timers === 0, 'nothing is left')
})

test('while nobody reads on, no time is held against the server', async () => {
  const clock = createFakeClock()
  const server = await elsewhere((_, response) => response.end(Buffer.alloc(1_000_000, 7)))
  const { body } = await webOn([server.url], { clock }).fetch(`${server.url}/x`, unhurried())
  await once(body, 'readable')
  await until(() => body.readableLength >= body.readableHighWaterMark && clock.timers === 0, 'it is full')
  await clock.pass(600_000)
  expect((await buffer(body)).length).toBe(1_000_000)
})

test.each([
  ['cut off before its length', `${HEAD}Content-Length: 10\r\n\r\nfive!`],
  ['cut off in a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\nA\r\nfive!`],
  ['with a chunk that is none', `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\nfive!\r\n0\r\n\r\n`],
])('a body %s is no file', async (_, bytes) => {
  const server = await bareServer(socket => socket.end(bytes))
  const { body } = await webOn([server.url]).fetch(`${server.url}/x`, unhurried())
  expect(await rejection(buffer(body))).toMatchObject({ code: 'web', failure: { class: 'infrastructure' } })
})

test('of a body that is longer than it says, as much is taken as it says', async () => {
  const server = await bareServer(socket => socket.end(`${HEAD}Content-Length: 4\r\n\r\nfourfive`))
  const { body } = await webOn([server.url]).fetch(`${server.url}/x`, unhurried())
  expect((await buffer(body)).toString()).toBe('four')
})

test('an endless body ends when whoever reads it has had enough, and so does its connection', async () => {
  const server = await elsewhere((_, response) => {
    const more = (): void =>
      void (response.write(Buffer.alloc(65_536)) ? setImmediate(more) : response.once('drain', more))
    more()
  })
  const { body } = await webOn([server.url]).fetch(`${server.url}/x`, unhurried())
  let size = 0
  for await (const bytes of body as AsyncIterable<Buffer>) {
    size += bytes.length
    if (size > 1_000_000) break
  }
  await until(() => server.sockets.size === 0, 'the connection is closed')
})

test('whoever aborts it hears their own reason: before an answer, and in the middle of a body', async () => {
  const silent = await bareServer(() => {})
  const why = new Error('the lab is being stopped')
  const stop = new AbortController()
  const asked = rejection(webOn([silent.url]).fetch(`${silent.url}/x`, stop.signal))
  await until(() => silent.asked.length === 1, 'asked')
  stop.abort(why)
  expect(await asked).toBe(why)
  expect(await rejection(webOn([silent.url]).fetch(`${silent.url}/x`, stop.signal))).toBe(why)

  const half = await bareServer(socket => socket.write(`${HEAD}Content-Length: 10\r\n\r\nfive!`))
  const later = new AbortController()
  const { body } = await webOn([half.url]).fetch(`${half.url}/x`, later.signal)
  await once(body, 'readable')
  const read = rejection(buffer(body))
  later.abort(why)
  expect(await read).toBe(why)
  await until(() => half.sockets.size + silent.sockets.size === 0, 'no connection is left')
})
