import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as snmp from 'net-snmp'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { until } from '../until.ts'
import { realSuite } from './fixtures/available.ts'
import { compile } from './fixtures/compile.ts'
import { leftOutLine } from './fixtures/left-out.ts'
import { type QemuBoard, startQemuBoard } from './fixtures/qemu.ts'
import { type SnmpPdu, startSnmpPdu } from './fixtures/snmpd.ts'
import { startTelnetd } from './fixtures/telnetd.ts'

const BOOT_MS = 60_000
const OUTLET = '1.3.6.1.4.1.318.1.1.12.3.3.1.1.4'
const STATE = '1.3.6.1.4.1.318.1.1.12.3.5.1.1.4'

/** A bare connection: negotiation stays among the text. */
async function dial(port: number) {
  let text = ''
  let closed = false
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  onTestFinished(() => void socket.destroy())
  socket.on('data', bytes => {
    text += bytes.toString('latin1')
    refuse(socket, bytes)
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    closed = true
  })
  return {
    text: () => text,
    closed: () => closed,
    type: (line: string) => void socket.write(`${line}\r`),
    shows: (what: RegExp, withinMs = BOOT_MS) =>
      until(() => what.test(text), `${what} on the console`, withinMs),
  }
}

const [WILL, DO, WONT, DONT, IAC] = [251, 253, 252, 254, 255]

/** No to every offer and wish (RFC 854): telnetd asks for a log-in only when it was answered. */
function refuse(socket: Socket, bytes: Buffer): void {
  for (let at = bytes.indexOf(IAC); at >= 0; at = bytes.indexOf(IAC, at + 3)) {
    const [wish, option] = [bytes[at + 1], bytes[at + 2] ?? 0]
    if (wish === WILL) socket.write(Buffer.from([IAC, DONT, option]))
    if (wish === DO) socket.write(Buffer.from([IAC, WONT, option]))
  }
}

realSuite('a QEMU board behind an outlet of snmpd', ['qemu', 'snmpd'], () => {
  let board: QemuBoard
  let pdu: SnmpPdu

  beforeAll(async () => {
    board = await startQemuBoard()
    pdu = await startSnmpPdu({ 3: board })
  })
  afterAll(async () => {
    await pdu?.close()
    await board?.close()
  })

  function session(community: string) {
    const one = snmp.createSession('127.0.0.1', community, {
      port: pdu.port,
      version: snmp.Version2c,
      timeout: 1000,
      retries: 3,
    })
    onTestFinished(() => void one.close())
    return one
  }

  async function read(oid: string): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    session('public').get([oid], (error, bindings) => (error ? reject(error) : resolve(bindings?.[0]?.value)))
    return await promise
  }

  async function set(outlet: number, value: number, community = 'private'): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const binding = { oid: `${OUTLET}.${outlet}`, type: snmp.ObjectType.Integer, value }
    session(community).set([binding], error => (error ? reject(error) : resolve()))
    return await promise
  }

  test('it boots to a prompt, negotiates, runs what is typed, and has one place at its console', async () => {
    const console = await dial(board.port)
    await console.shows(/BOOT-DONE .* console=ttyS0/)
    await console.shows(/# /)
    console.type('echo sum-$((40 + 2)); uname -s; ls /sys/class/net')
    await console.shows(/sum-42\r\n[\s\S]*Linux\r\n[\s\S]*eth0/)
    expect(console.text()).toContain('\xff\xfb\x01')
    const second = await dial(board.port)
    console.type('echo still-mine-$((1))')
    await console.shows(/still-mine-1\r\n/)
    expect(second.text()).toBe('')
  })

  test('setting its outlet switches it and reads back, and a read-only community may not', async () => {
    expect(await read(`${STATE}.3`)).toBe(1)
    const before = board.pid()
    const console = await dial(board.port)
    await console.shows(/\xff/)
    await set(3, 2)
    await until(async () => (await read(`${STATE}.3`)) === 2, 'the outlet to read off')
    await until(() => console.closed(), 'the console to be gone')
    expect([board.isOn(), board.pid()]).toEqual([false, null])
    await set(3, 1)
    await until(async () => (await read(`${OUTLET}.3`)) === 1, 'the outlet to read on')
    await until(() => board.isOn(), 'the board to be on')
    const again = await dial(board.port)
    await again.shows(/BOOT-DONE/)
    expect(board.pid()).not.toBe(before)
    await set(3, 3)
    await until(() => pdu.commands.length === 3, 'the reboot to be taken')
    expect(pdu.commands).toEqual(['3 off', '3 on', '3 reboot'])
    await until(() => again.closed(), 'the console to be gone')
    await until(async () => (await read(`${STATE}.3`)) === 1, 'the outlet to read on')
    await expect(set(3, 2, 'public')).rejects.toThrow(/NoAccess/)
    await expect(set(3, 9)).rejects.toThrow(/WrongValue/)
    expect(await read(`${STATE}.4`)).toBe(2)
  })
})

realSuite('a QEMU board that panics', ['qemu'], () => {
  test.for(['hang', 'reboot'] as const)(
    'crashed by SysRq it tells of a panic, and then it can %s',
    async onPanic => {
      const board = await startQemuBoard({ onPanic })
      onTestFinished(() => board.close())
      const console = await dial(board.port)
      await console.shows(/BOOT-DONE[\s\S]*# /)
      console.type('echo c >/proc/sysrq-trigger')
      await console.shows(/Kernel panic - not syncing: sysrq triggered crash/)
      await console.shows(onPanic === 'hang' ? /---\[ end Kernel panic/ : /Kernel panic[\s\S]*BOOT-DONE/)
      expect(board.isOn()).toBe(true)
    },
  )

  test('with a log-in it asks for it and lets root in', async () => {
    const board = await startQemuBoard({ console: 'getty' })
    onTestFinished(() => board.close())
    const console = await dial(board.port)
    await console.shows(/login: /)
    console.type(board.login?.username ?? '')
    await console.shows(/Password: /)
    console.type(board.login?.password ?? '')
    await console.shows(/# /)
  })

  test('one that is closed leaves no process, and its port refuses', async () => {
    const board = await startQemuBoard()
    const pid = board.pid()
    await board.close()
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH')
    const console = await dial(board.port)
    await until(() => console.closed(), 'the connection to be refused')
  })
})

realSuite('telnetd of Debian', ['telnetd'], () => {
  test('it asks for a log-in, lets the user in with a shell, and both are gone when it is closed', async () => {
    const telnetd = await startTelnetd()
    const { username, password } = telnetd.login
    const console = await dial(telnetd.port)
    await console.shows(/login: /)
    console.type(username)
    await console.shows(/Password: /)
    console.type(password)
    await console.shows(/\$ /)
    console.type('echo "I am $(id -un) in $PWD, $((40 + 2))"')
    await console.shows(new RegExp(`I am ${username} in ${telnetd.home}, 42`))
    await telnetd.close()
    await until(() => console.closed(), 'the connection to be cut')
    await expect(promisify(execFile)('id', [username])).rejects.toThrow('no such user')
    const again = await dial(telnetd.port)
    await until(() => again.closed(), 'the connection to be refused')
  })
})

realSuite('compiled programs', ['compiler'], () => {
  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'boardroom-'))
    onTestFinished(() => rm(path, { recursive: true }))
    return path
  }

  test('hello prints its words and ends as it is told', async () => {
    const hello = await compile('hello', await folder())
    const well = await promisify(execFile)(hello, ['a b', 'c'])
    expect(well.stdout).toBe('hello from a real program\nword 1: a b\nword 2: c\n')
    await expect(promisify(execFile)(hello, ['--exit', '3'])).rejects.toMatchObject({ code: 3 })
  })

  test('loop ends for nothing polite, and neither do its child and its stray', async () => {
    const loop = execFile(await compile('loop', await folder()), { killSignal: 'SIGKILL', timeout: 20_000 })
    let text = ''
    loop.stdout?.on('data', (more: string) => {
      text += more
    })
    onTestFinished(() => void loop.kill('SIGKILL'))
    const pids = ['parent', 'child', 'stray'].map(async who => {
      const said = new RegExp(`${who} ([0-9]+) `)
      await until(() => said.test(text), `${who} to say that it is there`)
      const pid = Number(said.exec(text)?.[1])
      if (who !== 'parent') onTestFinished(() => void process.kill(pid, 'SIGKILL'))
      return pid
    })
    for (const pid of await Promise.all(pids))
      expect(await ignored(pid)).toEqual(expect.arrayContaining([1, 2, 3, 15]))
  })
})

test('what is left out is counted, and each reason named once', () => {
  expect(leftOutLine([])).toBe(null)
  expect(leftOutLine(['not root'])).toBe('left out: 1 real test (not root)')
  expect(leftOutLine(['no gcc', 'not root', 'no gcc'])).toBe('left out: 3 real tests (no gcc; not root)')
})

/** Numbers of the signals that a process ignores, by proc(5). */
async function ignored(pid: number): Promise<readonly number[]> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const mask = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  return Array.from({ length: 64 }, (_, i) => i + 1).filter(signal => (mask >> BigInt(signal - 1)) & 1n)
}
