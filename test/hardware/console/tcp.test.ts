import { afterEach, expect, test } from 'vitest'
import { tcp } from '../../../src/hardware/console/tcp.ts'
import type { ConsoleDriver } from '../../../src/hardware/types.ts'
import { until } from '../../until.ts'
import { type Opened, openDriver } from './driver-suite.ts'
import { createPeers, heardBytes, oneAtATime, QEMU_GREETING } from './telnet-peers.ts'

const driver: ConsoleDriver = tcp as ConsoleDriver
const peers = createPeers()
const opened: Opened[] = []

afterEach(async () => {
  for (const { link } of opened.splice(0)) link.close()
  await peers.close()
})

async function open(port: number): Promise<Opened> {
  const console = await openDriver(driver, { host: '127.0.0.1', port })
  opened.push(console)
  return console
}

test('options: a port is given; one line has one name', () => {
  expect(driver.schema.safeParse({ host: 'ts-a' }).success).toBe(false)
  const where = (host: string): string => tcp.where({ host, port: 2001, connectTimeoutMs: 1 })
  expect([where('TS-A.lab'), where('fd00::1')]).toEqual(['tcp ts-a.lab:2001', 'tcp [fd00::1]:2001'])
})

test('what looks like telnet is the line’s own: nothing is taken out, answered or doubled', async () => {
  const peer = await peers.start(socket => void socket.write(QEMU_GREETING))
  const console = await open(peer.port)
  await until(() => console.length() === QEMU_GREETING.length, 'all of it')
  expect(console.text().equals(QEMU_GREETING)).toBe(true)
  const ours = Buffer.from([255, 255, 244, 255, 13, 0, 13])
  await console.link.write(ours)
  expect((await heardBytes(peer, ours.length)).equals(ours)).toBe(true)
})

test('a second client hears nothing until the first has left, and then everything', async () => {
  const peer = await peers.start(oneAtATime(socket => void socket.write('hello')))
  const first = await open(peer.port)
  await until(() => first.length() === 5, 'the greeting')
  const second = await open(peer.port)
  await first.link.write(Buffer.from('x'))
  await heardBytes(peer, 1)
  expect(second.length()).toBe(0)
  first.link.close()
  await until(() => second.length() === 5, 'the greeting for the second')
})
