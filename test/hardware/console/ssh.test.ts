import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import ssh2 from 'ssh2'
import { afterEach, expect, test } from 'vitest'
import { LabError } from '../../../src/errors.ts'
import { ssh } from '../../../src/hardware/console/ssh.ts'
import type { ConsoleDriver } from '../../../src/hardware/types.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'
import { type Opened, openDriver } from './driver-suite.ts'
import { PASSWORD, type SshServer, type SshServerOptions, startSshServer, USER } from './ssh-server.ts'
import { createPeers } from './telnet-peers.ts'

const driver: ConsoleDriver = ssh as ConsoleDriver
const peers = createPeers()
const opened: Opened[] = []
const servers: SshServer[] = []
const folders: string[] = []

afterEach(async () => {
  for (const { link } of opened.splice(0)) link.close()
  for (const server of servers.splice(0)) await server.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  await peers.close()
})

async function start(options: SshServerOptions = {}): Promise<SshServer> {
  const server = await startSshServer({ password: PASSWORD, ...options })
  servers.push(server)
  return server
}

async function open(port: number, options: Record<string, unknown> = {}): Promise<Opened> {
  const account = { host: '127.0.0.1', port, username: USER, hostKey: 'any' }
  const console = await openDriver(driver, { ...account, password: PASSWORD, ...options })
  opened.push(console)
  return console
}

/** Opening fails: the error, with no secret anywhere in it, and nobody left at the server. */
async function refused(server: SshServer, options: Record<string, unknown> = {}): Promise<LabError> {
  const before = server.clients()
  const error = await openFails(server.port, options)
  await until(() => server.clients() === before, 'no connection left')
  return error
}

async function openFails(port: number, options: Record<string, unknown> = {}): Promise<LabError> {
  const error = await open(port, options).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof LabError)) throw new Error(`no LabError: ${inspect(error)}`)
  for (const secret of [PASSWORD, PASSPHRASE]) expect(inspect(error, { depth: 9 })).not.toContain(secret)
  return error
}

const PASSPHRASE = 'a marked passphrase'

function file(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'boardroom-'))
  folders.push(folder)
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return join(folder, name)
}

test('options: port 22; one of password, key and agent; files by their paths, and never a key itself', () => {
  const least = { host: 'a', username: 'root', password: 'p' }
  expect(driver.schema.parse(least)).toEqual({ ...least, port: 22, connectTimeoutMs: 15_000 })
  expect(driver.where(driver.schema.parse({ ...least, host: 'FD00::1' }))).toBe('ssh root@[fd00::1]:22')
  const print = `SHA256:${'A'.repeat(43)}`
  for (const right of [
    { hostKey: print },
    { hostKey: `${print}=` },
    { hostKey: 'any' },
    { knownHosts: '/k' },
  ])
    expect(driver.schema.safeParse({ ...least, ...right }).success).toBe(true)
  for (const wrong of [
    { password: undefined },
    { username: 'a b' },
    { key: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA\n' },
    { key: 'id_ed25519' },
    { hostKey: 'MD5:aa' },
    { hostKey: 'yes' },
    { hostKey: print, knownHosts: '/k' },
  ])
    expect(driver.schema.safeParse({ ...least, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
})

test('the shell has a terminal, so wide that nothing is wrapped', async () => {
  const server = await start()
  await open(server.port)
  expect(server.terminals()).toEqual(['dumb 24x1000'])
})

test('a server whose key nobody named is not trusted: told with its fingerprint and the line to add, nothing secret sent', async () => {
  const server = await start()
  const error = await refused(server, { hostKey: undefined })
  const [print] = server.fingerprints
  expect(error.message).toContain(`its host key is not known here: ssh-ed25519 ${print} (step: host key)`)
  expect(error.hint).toContain(`add to this console in boards.yaml: host_key: ${print}`)
  expect(error.failure).toEqual({ class: 'infrastructure', cause: 'no console', blame: 'lab' })
  expect(server.passwords()).toEqual([])
  await open(server.port, { hostKey: print })
  expect(server.passwords()).toEqual([PASSWORD])
})

test('a server with another key than was named is not trusted, and nothing secret is sent', async () => {
  const [server, other] = [await start(), await start()]
  const error = await refused(server, { hostKey: other.fingerprints[0] })
  expect(error.message).toContain('its host key is another one than is known here: ssh-ed25519 SHA256:')
  expect(error.hint).toContain(`correct boards.yaml: host_key: ${server.fingerprints[0]}`)
  expect(server.passwords()).toEqual([])
})

test('a file of known hosts is enough, also for a server that has keys of other types', async () => {
  const server = await start({ hostKeyTypes: ['ed25519', 'ecdsa'] })
  for (const key of server.hostKeys) {
    const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString()
    const line = `[127.0.0.1]:${server.port} ${type} ${key.toString('base64')}\n`
    await open(server.port, { hostKey: undefined, knownHosts: file('known_hosts', line) })
  }
  const unknown = await refused(server, { hostKey: undefined, knownHosts: file('known_hosts', '') })
  expect(unknown.message).toContain('is not known here')
  const key = server.hostKeys[0]?.toString('base64')
  const revoked = `@revoked * ssh-ed25519 ${key}\n[127.0.0.1]:${server.port} ssh-ed25519 ${key}\n`
  const refusal = await refused(server, { hostKey: undefined, knownHosts: file('known_hosts', revoked) })
  expect(refusal.message).toMatch(/its host key ssh-ed25519 SHA256:\S+ is revoked in /)
  const missing = await refused(server, { hostKey: undefined, knownHosts: '/no/such/file' })
  expect(missing.message).toContain('known_hosts /no/such/file cannot be read: no such file')
  expect(server.passwords()).toHaveLength(2)
})

test('a wrong password, or a wrong name, is a log-in that failed: not the board’s fault', async () => {
  const server = await start()
  for (const wrong of [{ password: `${PASSWORD}!` }, { username: 'nobody' }]) {
    const error = await refused(server, wrong)
    const name = wrong.username ?? USER
    expect(error.message).toContain(`the server does not let ${name} in by password (step: log-in)`)
    expect(error.failure).toEqual({ class: 'infrastructure', cause: 'log-in', blame: 'lab' })
    expect(error.hint).toContain('Check username and password')
  }
})

test('a server that asks by keyboard-interactive is given the password, and not for ever', async () => {
  const server = await start({ asks: 1 })
  await open(server.port)
  expect(server.passwords()).toEqual([PASSWORD])
  const greedy = await start({ asks: 20 })
  expect((await refused(greedy)).failure.cause).toBe('log-in')
  expect(greedy.passwords().filter(word => word !== '')).toHaveLength(3)
})

test('a key lets in, encrypted or not', async () => {
  const plain = ssh2.utils.generateKeyPairSync('ed25519')
  const secret = ssh2.utils.generateKeyPairSync('ed25519', {
    ...{ passphrase: PASSPHRASE, cipher: 'aes256-ctr', rounds: 2 },
  })
  const server = await start({ authorized: plain.public })
  await open(server.port, { password: undefined, key: file('id', plain.private) })
  const other = await start({ authorized: secret.public })
  const key = file('id', secret.private)
  await open(other.port, { password: undefined, key, passphrase: PASSPHRASE })
  expect((await refused(server, { password: undefined, key, passphrase: PASSPHRASE })).message).toContain(
    'the server does not let lab in by publickey (step: log-in)',
  )
  // The password is tried where the key is not taken.
  await open(server.port, { key, passphrase: PASSPHRASE })
})

test('a key that cannot be used is told before anything is sent', async () => {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', {
    ...{ passphrase: PASSPHRASE, cipher: 'aes256-ctr', rounds: 2 },
  })
  const pkcs8 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const key = file('id', pair.private)
  const cases: [Record<string, unknown>, string][] = [
    [{ key }, `the key ${key} is encrypted, and no passphrase is given (step: log-in)`],
    [{ key, passphrase: 'another' }, `the passphrase of the key ${key} is wrong`],
    [{ key: file('id', pkcs8) }, 'is in no format that is known here'],
    [{ key: file('id', pair.public) }, 'holds a public key'],
    [{ key: file('id', '') }, 'is in no format that is known here'],
    [{ key: '/no/such/key' }, 'the key /no/such/key cannot be read: no such file'],
    [{ key: tmpdir() }, 'cannot be read: it is a folder'],
  ]
  const server = await start()
  for (const [options, says] of cases) {
    const error = await refused(server, { password: undefined, ...options })
    expect(error.message).toContain(says)
    expect(error.failure).toEqual({ class: 'infrastructure', cause: 'log-in', blame: 'lab' })
  }
})

test('an agent that is not there is one way less', async () => {
  const server = await start()
  await open(server.port, { agent: '/no/such/agent' })
  const error = await refused(server, { agent: '/no/such/agent', password: undefined })
  expect(error.message).toContain('does not let lab in by agent (step: log-in)')
})

test('a server that gives no terminal is told as such', async () => {
  const error = await refused(await start({ noTerminal: true }))
  expect(error.message).toContain('the server gives no shell with a terminal (step: terminal)')
  expect(error.failure.cause).toBe('no console')
})

test('the shell’s end ends the console, with its status, and the connection with it', async () => {
  const server = await start()
  const console = await open(server.port)
  await server.say(Buffer.from('logout\r\n'))
  server.exit(7)
  await until(() => console.closed.length > 0, 'the close')
  expect(console.closed).toEqual(['the shell ended with status 7'])
  expect(console.text().toString()).toBe('logout\r\n')
  await until(() => server.clients() === 0, 'no connection left')
})

test('a connection that is cut is told once', async () => {
  const server = await start()
  const console = await open(server.port)
  server.cut()
  await until(() => console.closed.length > 0, 'the close')
  expect(console.closed).toEqual(['closed by the other side'])
})

test('a server that says nothing is not waited for', async () => {
  const peer = await peers.start(() => {})
  const clock = createFakeClock()
  const options = { host: '127.0.0.1', port: peer.port, username: USER, password: PASSWORD, hostKey: 'any' }
  const opening = openDriver(driver, options, { clock }).catch((error: unknown) => error)
  await until(() => peer.heard().includes('SSH-2.0-'), 'our greeting')
  await clock.pass(15_000)
  expect(await opening).toMatchObject({
    message: expect.stringContaining('no answer within 15000 ms (step: key exchange)'),
  })
  expect(clock.timers).toBe(0)
  await until(() => peer.clients.every(client => client.destroyed), 'no connection left')
})

const PROTOCOL_ERROR = 2

/** SSH_MSG_DISCONNECT (RFC 4253 section 11.1) before any key is agreed. */
function parting(words: string): Buffer {
  const text = Buffer.from(words)
  const payload = Buffer.alloc(1 + 4 + 4 + text.length + 4)
  payload[0] = 1
  payload.writeUInt32BE(PROTOCOL_ERROR, 1)
  payload.writeUInt32BE(text.length, 5)
  text.copy(payload, 9)
  const padding = 8 - ((5 + payload.length) % 8) + 8
  const head = Buffer.alloc(5)
  head.writeUInt32BE(1 + payload.length + padding, 0)
  head[4] = padding
  return Buffer.concat([head, payload, Buffer.alloc(padding)])
}

test.each([
  ['closes at once', '', /closed by the other side \(step: key exchange\)$/],
  ['is no SSH server', 'HTTP/1.1 400 Bad Request\r\n\r\n', /\(step: key exchange\)$/],
  ['speaks an old SSH', 'SSH-1.5-old\r\n', /\(step: key exchange\)$/],
  ['speaks nonsense', `SSH-2.0-x\r\n${'\x01'.repeat(200)}`, /\(step: key exchange\)$/],
])('a server that %s is told as such', async (_, text, says) => {
  const peer = await peers.start(socket => void socket.end(text))
  expect((await openFails(peer.port)).message).toMatch(says)
})

test('what a server says when it ends is told, but for what it was told itself', async () => {
  const peer = await peers.start(socket => {
    socket.write('SSH-2.0-x\r\n')
    socket.end(parting(`no more of ${PASSWORD}\x1b[2J, I am full\n`))
  })
  const error = await openFails(peer.port)
  expect(error.message).toContain('saying "no more of ***, I am full" (step: key exchange)')
})
