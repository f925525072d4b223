import type { Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { rfc2217 } from '../../../src/hardware/console/rfc2217.ts'
import type { ConsoleDriver } from '../../../src/hardware/types.ts'
import { IAC } from '../../../src/simulator/telnet.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'
import { asAsked, COM_PORT, createComPortServer, type Manners } from './com-port-server.ts'
import { type Opened, openDriver } from './driver-suite.ts'
import { createPeers, type Peer } from './telnet-peers.ts'

const driver: ConsoleDriver = rfc2217 as ConsoleDriver
const peers = createPeers()
const opened: Opened[] = []

afterEach(async () => {
  for (const { link } of opened.splice(0)) link.close()
  await peers.close()
})

async function open(
  peer: Peer,
  more: Record<string, unknown> = {},
  clock?: ReturnType<typeof createFakeClock>,
) {
  const how = clock === undefined ? {} : { clock }
  const console = await openDriver(driver, { host: '127.0.0.1', port: peer.port, ...more }, how)
  opened.push(console)
  return console
}

/** Opening fails: the error, and nobody left at the peer. */
async function refused(serve: (socket: Socket) => void, isLate = false) {
  const peer = await peers.start(serve)
  const clock = isLate ? createFakeClock() : undefined
  const opening = open(peer, {}, clock).catch((error: unknown) => error)
  if (clock !== undefined) {
    await until(() => peer.heard().length >= 3, 'what we ask for')
    await clock.pass(5_000)
  }
  const error = await opening
  await until(() => peer.clients.every(client => client.destroyed), 'no connection left')
  return error
}

test('options: a port is given, 115200 8 N 1 without flow control unless said otherwise', () => {
  expect(driver.schema.parse({ host: 'ts-a', port: 2001 })).toEqual({
    ...{ host: 'ts-a', port: 2001, connectTimeoutMs: 5_000 },
    ...{ baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1, rtscts: false },
  })
  for (const wrong of [
    {},
    { port: 0 },
    { port: 1, parity: 'some' },
    { port: 1, stopBits: 3 },
    { port: 1, baudRate: 0 },
  ])
    expect(driver.schema.safeParse({ host: 'a', ...wrong }).success).toBe(false)
})

test.each<[string, Manners]>([
  ['asks for the option itself', { option: 'asks' }],
  ['waits to be asked', { option: 'waits' }],
])('the line is set, once, at a server that %s', async (_, manners) => {
  const server = createComPortServer(manners)
  const peer = await peers.start(server.serve)
  await open(peer, { baudRate: 9600, dataBits: 7, parity: 'even', stopBits: 2, rtscts: true })
  expect(server.commands()).toEqual(['1 0,0,37,128', '2 7', '3 3', '4 2', '5 3'])
})

test('what the board says while its line is set comes first, after whoever opened it knows', async () => {
  const server = createComPortServer()
  const peer = await peers.start(socket => {
    socket.write('early ')
    server.serve(socket)
    socket.on('data', () => socket.write('.'))
  })
  const console = await open(peer)
  expect(console.length()).toBe(0)
  await until(() => console.text().toString().startsWith('early .'), 'what was said early')
  peer.clients[0]?.write('late')
  await until(() => console.text().toString().endsWith('late'), 'what was said late')
})

test('a server that refuses the option is told as such, with what to use instead', async () => {
  expect(await refused(createComPortServer({ option: 'refuses' }).serve)).toMatchObject({
    message: expect.stringMatching(/: the server does not speak RFC 2217 \(step: com-port option\)$/),
    hint: expect.stringContaining('driver telnet'),
    failure: { class: 'infrastructure', cause: 'no console', blame: 'board' },
  })
})

test('a server that says nothing about the option is not waited for', async () => {
  const silent = await refused(() => {}, true)
  expect(silent).toMatchObject({
    message: expect.stringMatching(/: no answer within 5000 ms \(step: com-port option\)$/),
  })
})

test('a server that agrees and never acknowledges is told with what was asked of it', async () => {
  const server = createComPortServer({ answer: command => (command === 1 ? null : []) })
  const peer = await peers.start(server.serve)
  const clock = createFakeClock()
  const opening = open(peer, {}, clock).catch((error: unknown) => error)
  await until(() => server.commands().length === 5, 'all that is asked')
  await clock.pass(5_000)
  expect(await opening).toMatchObject({
    message: expect.stringContaining(
      'no answer within 5000 ms to baud rate 115200, data bits 8, parity none, stop bits 1, flow control none (step: line settings)',
    ),
  })
})

test('a server that sets something else is told, with both', async () => {
  const own: Manners = {
    answer: (command, value) => (command === 1 ? [0, 0, 0x25, 0x80] : asAsked(command, value)),
  }
  expect(await refused(createComPortServer(own).serve)).toMatchObject({
    message: expect.stringMatching(
      /: asked for baud rate 115200, the port has 9600 \(step: line settings\)$/,
    ),
    hint: expect.stringContaining('boards.yaml'),
  })
})

test.each([
  ['Port already in use\r\n', 'Port already in use'],
  ['Device open failure: Value or file not found\r\n', 'Device open failure: Value or file not found'],
  ['\x1b[2J\x07busy\0\xfe\r\n', 'busy'],
])('a server that says %j and closes is told in its words', async (text, words) => {
  const error = await refused(socket => void socket.end(Buffer.from(text, 'latin1')))
  expect(error).toMatchObject({
    message: expect.stringContaining(`: closed by the other side, saying "${words}" (step: com-port option)`),
    hint: expect.stringContaining('nobody else has the port open'),
  })
})

test('a server that closes in the middle of it, or resets, is told with the step', async () => {
  const middle = createComPortServer({ answer: () => null })
  const closing = await refused(socket => {
    middle.serve(socket)
    socket.on('data', () => {
      if (middle.commands().length === 5) socket.end()
    })
  })
  expect(closing).toMatchObject({
    message: expect.stringContaining('closed by the other side (step: line settings)'),
  })
  const reset = await refused(socket => void socket.once('data', () => socket.resetAndDestroy()))
  expect(reset).toMatchObject({
    message: expect.stringContaining('connection reset by the other side (step:'),
  })
})

test('one that negotiates for ever is answered a few times, and its text comes through', async () => {
  const server = createComPortServer()
  const nagging = Buffer.from(
    Array.from({ length: 2_000 }, () => [
      IAC,
      251,
      1,
      IAC,
      252,
      1,
      IAC,
      254,
      COM_PORT,
      IAC,
      253,
      COM_PORT,
    ]).flat(),
  )
  const peer = await peers.start(server.serve)
  const console = await open(peer)
  const before = peer.heard().length
  for (let time = 0; time < 50; time++) peer.clients[0]?.write(nagging)
  peer.clients[0]?.write('still here\n')
  await until(() => console.length() === 11, 'its text')
  expect(console.text().toString()).toBe('still here\n')
  await console.link.write(Buffer.from('!'))
  await until(() => server.heard().toString() === '!', 'ours')
  expect(peer.heard().length - before).toBeLessThan(60)
})
