import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { rfc2217 } from '../../src/hardware/console/rfc2217.ts'
import { serial } from '../../src/hardware/console/serial.ts'
import { ssh } from '../../src/hardware/console/ssh.ts'
import { tcp } from '../../src/hardware/console/tcp.ts'
import type { ConsoleDriver } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { driverPeers } from '../hardware/console/driver-peers.ts'
import { consoleDriverSuite, type Opened, openDriver } from '../hardware/console/driver-suite.ts'
import { createDesk, hear } from '../hardware/console/recorder/desk.ts'
import { openSerialDevice, type SerialDevice } from '../hardware/console/serial-device.ts'
import { until } from '../until.ts'
import { realSuite } from './fixtures/available.ts'
import { startSer2net } from './fixtures/ser2net.ts'
import { startSshd } from './fixtures/sshd.ts'

const opened: Opened[] = []

afterEach(() => {
  for (const { link } of opened.splice(0)) link.close()
})

async function open(driver: unknown, options: Record<string, unknown>): Promise<Opened> {
  const console = await openDriver(driver as ConsoleDriver, options)
  opened.push(console)
  return console
}

async function device(): Promise<SerialDevice> {
  const made = await openSerialDevice()
  onTestFinished(() => made.unplug())
  return made
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'boardroom-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

async function stty(path: string): Promise<string> {
  return (await promisify(execFile)('stty', ['-a', '-F', path])).stdout
}

if (driverPeers['serial'] !== undefined) consoleDriverSuite(serial as ConsoleDriver, driverPeers['serial'])

realSuite('a serial port', [], () => {
  test('options: 115200 8 N 1 without flow control unless said otherwise, and the whole path', () => {
    expect(serial.schema.parse({ path: '/dev/ttyUSB0' })).toEqual({
      ...{ path: '/dev/ttyUSB0', connectTimeoutMs: 5_000 },
      ...{ baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1, rtscts: false },
    })
    for (const wrong of [
      {},
      { path: 'ttyUSB0' },
      { path: '/dev/a', stopBits: 1.5 },
      { path: '/dev/a', baud: 1 },
    ])
      expect(serial.schema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false)
  })

  test('the line is set as asked', async () => {
    const { path } = await device()
    await open(serial, { path, baudRate: 9600, stopBits: 2, rtscts: true })
    // The kernel gives a pseudo-terminal 8 bits and no parity, whatever is asked.
    expect(await stty(path)).toMatch(/speed 9600 baud[\s\S]* cstopb [\s\S]*crtscts/)
  })

  test('one that another has open is told as such, and free again when that one has closed it', async () => {
    const { path } = await device()
    const first = await open(serial, { path })
    await expect(open(serial, { path })).rejects.toMatchObject({
      message: `no console at serial ${path}: another program has it open (step: open)`,
      hint: expect.stringContaining('fuser'),
      failure: { class: 'infrastructure', cause: 'no console', blame: 'board' },
    })
    first.link.close()
    await until(() => open(serial, { path }).catch(() => null), 'the port to be free')
  })

  test('what is not there, or is no port, is told as such', async () => {
    const file = join(await folder(), 'file')
    await writeFile(file, '')
    for (const [path, says] of [
      ['/dev/no-such-port', 'no such device'],
      [file, 'it is no serial port'],
      [tmpdir(), 'it is no serial port'],
    ] as const)
      await expect(open(serial, { path })).rejects.toMatchObject({
        message: `no console at serial ${path}: ${says} (step: open)`,
        details: { path, step: 'open' },
      })
  })

  test('pulled out and plugged in again: marked in the log, and recorded on', async () => {
    const link = join(await folder(), 'by-id')
    const first = await device()
    await symlink(first.path, link)
    const desk = createDesk()
    await desk.open()
    onTestFinished(() => desk.close())
    const opener = serial.create(serial.schema.parse({ path: link }), { clock: systemClock, log: silentLog })
    const recorder = await desk.record(opener, systemClock)
    const heard = hear(recorder)
    await recorder.connected(5_000, new AbortController().signal)
    await first.say(Buffer.from('before '))
    await until(() => heard.text() === 'before ', 'what it said')
    await first.unplug()
    await until(() => !recorder.state().connected, 'the loss')
    expect(recorder.state().problem).toContain('the device is gone')
    await rm(link)
    const second = await device()
    await symlink(second.path, link)
    await recorder.connected(5_000, new AbortController().signal)
    await second.say(Buffer.from('after'))
    await until(() => heard.text() === 'before after', 'what it says now')
    const marks = await recorder.marks(0, Infinity)
    expect(marks.map(({ kind }) => kind)).toEqual(['connected', 'lost', 'connected'])
  })
})

realSuite('ser2net', ['ser2net'], () => {
  const start = async (path: string, speaks: 'rfc2217' | 'raw') => {
    const server = await startSer2net(path, speaks, 9600)
    onTestFinished(() => server.close())
    return { host: server.host, port: server.port }
  }

  test('the line is set through RFC 2217, and every byte passes both ways', async () => {
    const line = await device()
    const heard: Buffer[] = []
    line.hear(bytes => heard.push(bytes))
    const console = await open(rfc2217, {
      ...(await start(line.path, 'rfc2217')),
      baudRate: 57_600,
      stopBits: 2,
    })
    expect(await stty(line.path)).toMatch(/speed 57600 baud[\s\S]* cstopb /)
    const all = Buffer.from(Uint8Array.from({ length: 512 }, (_, value) => value % 256))
    await line.say(all)
    await until(() => console.length() >= all.length, 'what the board says')
    expect(console.text().equals(all)).toBe(true)
    await console.link.write(all)
    await until(() => Buffer.concat(heard).length >= all.length, 'what the board hears')
    expect(Buffer.concat(heard).equals(all)).toBe(true)
  })

  test('a second client, and a device that is not there, are told in the words of the server', async () => {
    const options = await start((await device()).path, 'rfc2217')
    await open(rfc2217, options)
    await expect(open(rfc2217, options)).rejects.toMatchObject({
      message: expect.stringMatching(
        /(?:closed|connection reset) by the other side, saying "Port already in use" \(step: /,
      ),
      hint: expect.stringContaining('nobody else has the port open'),
    })
    const missing = await start('/dev/no-such-port', 'rfc2217')
    await expect(open(rfc2217, missing)).rejects.toMatchObject({
      message: expect.stringMatching(
        /(?:closed|connection reset) by the other side, saying "Device open failure/,
      ),
    })
  })

  test('a raw port that is asked for RFC 2217 is told as one that does not speak it', async () => {
    const options = { ...(await start((await device()).path, 'raw')), connectTimeoutMs: 500 }
    await expect(open(rfc2217, options)).rejects.toMatchObject({
      message: expect.stringMatching(/no answer within 500 ms \(step: com-port option\)$/),
      hint: expect.stringContaining('driver telnet or tcp'),
    })
  })

  test('the device behind a raw port is pulled out: the console is lost', async () => {
    const line = await device()
    const console = await open(tcp, await start(line.path, 'raw'))
    await line.say(Buffer.from('here'))
    await until(() => console.text().toString() === 'here', 'what the board says')
    await line.unplug()
    await until(() => console.closed.length > 0, 'the loss')
  })
})

realSuite('sshd', ['sshd'], () => {
  test('lets in by password, key and encrypted key, known by fingerprint or by a hashed file of known hosts', async () => {
    const { host, port, username, password, key, encryptedKey, passphrase, fingerprint, knownHosts, close } =
      await startSshd()
    onTestFinished(() => close())
    const at = { host, port, username }
    for (const how of [
      { password, hostKey: fingerprint },
      { key, knownHosts },
      { key: encryptedKey, passphrase, hostKey: 'any' },
    ]) {
      const console = await open(ssh, { ...at, ...how })
      await console.link.write(Buffer.from('tty; echo "$TERM $(stty size)"; exit 3\n'))
      await until(() => console.closed.length > 0, 'the end of the shell')
      expect(console.closed).toEqual(['the shell ended with status 3'])
      expect(console.text().toString()).toMatch(/\/dev\/pts\/\d+\r\ndumb 24 1000\r\n/)
    }
    await expect(open(ssh, { ...at, password: 'wrong', hostKey: fingerprint })).rejects.toMatchObject({
      message: expect.stringContaining(`the server does not let ${username} in by password (step: log-in)`),
      failure: { cause: 'log-in', blame: 'lab' },
    })
    await expect(open(ssh, { ...at, password })).rejects.toMatchObject({
      message: expect.stringContaining(`its host key is not known here: ssh-ed25519 ${fingerprint}`),
    })
    await expect(open(ssh, { ...at, key: encryptedKey, hostKey: 'any' })).rejects.toMatchObject({
      message: expect.stringContaining('is encrypted, and no passphrase is given'),
    })
  })

  test('one that dies under the shell is told at once', async () => {
    const { host, port, username, key, close } = await startSshd()
    onTestFinished(() => close())
    const console = await open(ssh, { host, port, username, key, hostKey: 'any' })
    await console.link.write(Buffer.from('kill -9 $PPID\n'))
    await until(() => console.closed.length > 0, 'the loss')
    expect(console.closed).toEqual([expect.stringMatching(/^(?:closed|connection reset) by the other side$/)])
  })
})
