import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { HardwareError } from '../../../src/errors.ts'
import { telnet } from '../../../src/hardware/console/telnet.ts'
import type { ConsoleLink } from '../../../src/hardware/types.ts'
import { silentLog } from '../../../src/log.ts'
import { until } from '../../until.ts'
import { closedPort, createPeers, heardBytes, oneAtATime, QEMU_GREETING } from './telnet-peers.ts'

const peers = createPeers()
const links: ConsoleLink[] = []
const never = new AbortController().signal

afterEach(async () => {
  for (const link of links.splice(0)) link.close()
  await peers.close()
})

type Heard = { bytes: number[]; closed: string[]; link: ConsoleLink }

async function connect(port: number, clock = systemClock, signal = never): Promise<Heard> {
  const opener = telnet.create(telnet.schema.parse({ host: '127.0.0.1', port }), { clock, log: silentLog })
  const bytes: number[] = []
  const closed: string[] = []
  const handlers = {
    onBytes: (part: Uint8Array) => void bytes.push(...part),
    onClose: (reason: string) => void closed.push(reason),
  }
  const link = await opener.open(handlers, signal)
  links.push(link)
  return { bytes, closed, link }
}

const ALL = Uint8Array.from({ length: 256 }, (_, value) => value)
const ALL_ON_THE_WIRE = Buffer.from([...ALL, 255])

test('options: port 23 and 5 s unless said otherwise, nothing unknown', () => {
  expect(telnet.schema.parse({ host: '10.1.2.101' })).toEqual({
    host: '10.1.2.101',
    port: 23,
    connectTimeoutMs: 5000,
  })
  for (const wrong of [
    {},
    { host: '' },
    { host: 'a', port: 0 },
    { host: 'a', port: 65536 },
    { host: 'a', baud: 1 },
  ]) {
    expect(telnet.schema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false)
  }
})

test('one line has one name', () => {
  const where = (options: object): string => telnet.where(telnet.schema.parse(options))
  expect(where({ host: '10.1.2.101' })).toBe('telnet 10.1.2.101:23')
  expect(where({ host: ' Console-A.Lab.Local ', port: 2001 })).toBe(
    where({ host: 'console-a.lab.local', port: 2001 }),
  )
  expect(where({ host: 'fd00::1' })).toBe('telnet [fd00::1]:23')
})

test("exact both ways with QEMU's console: all 256 values, BINARY agreed", async () => {
  const peer = await peers.start(socket => void socket.write(Buffer.concat([QEMU_GREETING, ALL_ON_THE_WIRE])))
  const { bytes, link } = await connect(peer.port)
  await until(() => bytes.length === 256, '256 bytes')
  expect(bytes).toEqual([...ALL])
  await link.write(ALL)
  const heard = await heardBytes(peer, 12 + 257)
  expect([...heard.subarray(0, 12)]).toEqual([255, 253, 1, 255, 253, 3, 255, 253, 0, 255, 251, 0])
  expect(heard.subarray(12).equals(ALL_ON_THE_WIRE)).toBe(true)
})

test('exact with a peer that never negotiates, in pieces cut anywhere', async () => {
  const text = Buffer.from('login: \r\0\r\n~ # \x1b[6n')
  const peer = await peers.start(socket => {
    for (const value of text) socket.write(Buffer.of(value))
  })
  const { bytes, link } = await connect(peer.port)
  await until(() => bytes.length === text.length - 1, 'the text')
  expect(Buffer.from(bytes).toString('latin1')).toBe('login: \r\r\n~ # \x1b[6n')
  await link.write(Buffer.from('root\r'))
  expect((await heardBytes(peer, 6)).toString('latin1')).toBe('root\r\0')
})

test('a peer that negotiates for ever is answered a few times, and its text comes through', async () => {
  const peer = await peers.start(socket => {
    const nagging = Buffer.from(
      Array.from({ length: 2_000 }, () => [255, 251, 1, 255, 252, 1, 255, 253, 31]).flat(),
    )
    for (let time = 0; time < 50; time++) socket.write(nagging)
    socket.write('still here\n')
  })
  const { bytes, link } = await connect(peer.port)
  await until(() => bytes.length === 11, 'its text')
  expect(Buffer.from(bytes).toString()).toBe('still here\n')
  await link.write(Buffer.from('!'))
  await until(() => peer.heard().includes('!'), 'ours')
  expect(peer.heard().length).toBeLessThan(100)
})

test('nobody there: told with host, port and step, and counted against the board', async () => {
  const port = await closedPort()
  const error = await connect(port).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(HardwareError)
  expect(error).toMatchObject({
    message: `no console at telnet 127.0.0.1:${port}: connection refused (step: connect)`,
    hint: expect.stringContaining(`127.0.0.1 port ${port}`),
    failure: { class: 'infrastructure', cause: 'no console', blame: 'board' },
    details: { host: '127.0.0.1', port, step: 'connect' },
  })
})

test('closed in mid-way: told once, and writing says that the console is lost', async () => {
  const peer = await peers.start(socket => void socket.end('half a li'))
  const { bytes, closed, link } = await connect(peer.port)
  await until(() => closed.length > 0, 'the close')
  expect(Buffer.from(bytes).toString()).toBe('half a li')
  expect(closed).toEqual(['closed by the other side'])
  await expect(link.write(Buffer.from('x'))).rejects.toMatchObject({
    message: `console lost at telnet 127.0.0.1:${peer.port}: closed by the other side (step: write)`,
    failure: { cause: 'console lost', blame: 'board' },
  })
  expect(closed).toHaveLength(1)
})

test('reset by the other side: told once, in words', async () => {
  const peer = await peers.start(socket => void socket.once('data', () => socket.resetAndDestroy()))
  const { closed, link } = await connect(peer.port)
  await link.write(Buffer.from('x'))
  await until(() => closed.length > 0, 'the close')
  expect(closed).toEqual(['connection reset by the other side'])
})

test('a second client hears nothing until the first has left, and then everything', async () => {
  const peer = await peers.start(oneAtATime(socket => void socket.write('hello')))
  const first = await connect(peer.port)
  await until(() => first.bytes.length === 5, 'the greeting')
  const second = await connect(peer.port)
  await first.link.write(Buffer.from('x'))
  await heardBytes(peer, 1)
  expect(second.bytes).toEqual([])
  first.link.close()
  await until(() => second.bytes.length === 5, 'the greeting for the second')
})
