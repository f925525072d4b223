import { execFile, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { listen } from '../../src/gateway/listen.ts'
import { type GatewayWorld, openWorld } from '../gateway/world.ts'
import { until } from '../until.ts'
import { realSuite } from './fixtures/available.ts'

const run = promisify(execFile)
const SILENT_MS = 40_000

let world: GatewayWorld | null = null
const undo: (() => void)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) step()
  await world?.close()
  world = null
})

async function ip(...words: string[]): Promise<void> {
  await run('ip', words, { timeout: 10_000 })
}

/** A machine of its own at the other end of a cable: a network namespace, and a pair of interfaces. */
async function aLaptop() {
  const machine = spawn('unshare', ['--net', 'sleep', '120'])
  undo.push(() => void machine.kill('SIGKILL'))
  const pid = String(machine.pid)
  const inside = (...words: string[]): Promise<unknown> =>
    run('nsenter', ['--target', pid, '--net', ...words], { timeout: 10_000 })
  const [here, there] = [`br${pid}a`, `br${pid}b`]
  // For tests of networks alone (RFC 2544, 6890); a subnet of four for each process.
  const subnet = `198.18.${Number(pid) % 256}`
  const isApart = async (): Promise<boolean> => {
    const [own, its] = await Promise.all(
      ['self', pid].map(async id => (await run('readlink', [`/proc/${id}/ns/net`])).stdout),
    )
    return own !== its
  }
  await until(isApart, 'it has a network of its own')
  await ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', pid)
  await ip('addr', 'add', `${subnet}.1/30`, 'dev', here)
  await ip('link', 'set', here, 'up')
  await inside('ip', 'addr', 'add', `${subnet}.2/30`, 'dev', there)
  await inside('ip', 'link', 'set', there, 'up')
  return {
    address: `${subnet}.1`,
    pid,
    /** The lid is closed: whatever is sent there is answered by nobody. */
    close: () => inside('ip', 'link', 'set', there, 'down'),
  }
}

realSuite('a laptop that is closed', ['telnet', 'namespaces'], () => {
  test('M3.8 is missed within a minute, also with output on its way, and its holder has the keyboard back', async () => {
    world = await openWorld({ silentMs: SILENT_MS })
    const { lab, clock } = world
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    const laptop = await aLaptop()
    const telnet = `EXEC:telnet ${laptop.address} ${world.port},pty,setsid,ctty`
    const mei = spawn('nsenter', ['--target', laptop.pid, '--net', 'socat', 'STDIO', telnet], {
      timeout: 60_000,
    })
    undo.push(() => void mei.kill('SIGKILL'))
    let shown = ''
    mei.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString()
    })
    const saw = (text: string): Promise<unknown> => until(() => shown.includes(text), `"${text}" is shown`)
    await saw('Word: ')
    mei.stdin.write(`${lab.consoles.watchingWord('a1', world.person('mei'), null).word}\r`)
    await saw('-- a1: you watch')
    kai.type('\x1dgive mei\r')
    await saw('gives you the keyboard')
    mei.stdin.write('half')
    await world.typedText('half')

    const tick = async (): Promise<void> => {
      const before = kai.asked()
      await clock.pass(SILENT_MS / 4)
      await until(() => kai.asked() > before, 'whoever is there has answered')
    }
    await laptop.close()
    for (let n = 0; n < 6; n++) {
      world.print(`still printing ${n}\r\n`)
      await tick()
    }
    await kai.saw('You type again.')
    expect(lab.board('a1')?.people).toEqual({ typing: 'kai', watching: [] })
    // Nobody is there to close the line: it is cut off.
    const stopped = world.gateway.stop()
    await clock.pass(1_000)
    await stopped
  })

  test('RFC 860 a real telnet answers each time it is asked for a sign of life', async () => {
    const heard: number[] = []
    const question = Uint8Array.of(255, 253, 6)
    const server = createServer(socket => {
      socket.on('error', () => {})
      socket.on('data', chunk => void heard.push(...chunk))
      // It says by itself what it can do; each question is asked when the one before is answered.
      socket.write(Uint8Array.of(255, 251, 1, 255, 251, 3, ...question))
      socket.on('data', () => {
        if (answers() === 1) socket.write(question)
      })
    })
    const answers = (): number =>
      heard.filter((byte, at) => byte === 6 && (heard[at - 1] === 251 || heard[at - 1] === 252)).length
    const port = await listen(server, '127.0.0.1', 0)
    const telnet = spawn('socat', ['STDIO', `EXEC:telnet 127.0.0.1 ${port},pty,setsid,ctty`], {
      timeout: 20_000,
    })
    undo.push(() => {
      telnet.kill('SIGKILL')
      server.close()
    })
    await until(() => answers() === 2, 'both questions are answered')
  })
})
