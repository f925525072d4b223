/**
 * The bare driver: a console recorded and a framed shell on it, with no lab around them. `node driver.ts PORT`, told
 * lines of JSON, says one for each.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '../../../src/clock.ts'
import { silentLog } from '../../../src/log.ts'
import { openBoard } from '../../../src/rig.ts'
import { peerConfig } from '../../suites/console-peer.ts'

/** `attach`: only that. `test`: all that a test needs of a driver. `commands`: so many in one session. */
export type DriverTold = { attach: true } | { test: string } | { commands: number } | { output: string }
export type DriverSaid = { from: number; to: number; each: readonly number[]; cpuMs: number; bytes: number }

const [port = '0'] = process.argv.slice(2)
const dataDir = await mkdtemp(join(tmpdir(), 'boardroom-'))
const config = peerConfig({ host: '127.0.0.1', port: Number(port) })
const board = await openBoard(config, { dataDir, clock: systemClock, log: silentLog })
const { recorder } = board
const never = new AbortController().signal
await recorder.connected(10_000, never)
let heard = 0
recorder.listen(news => {
  if (news.kind === 'chunk') heard += news.chunk.bytes.length
})

function now(): number {
  return performance.timeOrigin + performance.now()
}

async function inShell(work: (shell: ReturnType<typeof board.shell>, each: number[]) => Promise<void>) {
  const shell = board.shell(
    bytes => recorder.write(bytes),
    () => {},
  )
  const each: number[] = []
  const from = now()
  await shell.attach(never)
  const to = now()
  await work(shell, each)
  await shell.detach()
  return { from, to, each }
}

async function program(shell: ReturnType<typeof board.shell>, command: string): Promise<void> {
  const argv = ['/bin/sh', '-c', command]
  await shell.program({ folder: '/tmp/bench', argv, env: {} }, never, never, () => {})
}

async function obey(told: DriverTold): Promise<DriverSaid> {
  let cpuMs = 0
  let bytes = 0
  const times = await inShell(async (shell, each) => {
    if ('attach' in told) return
    if ('commands' in told) {
      for (let n = 0; n < told.commands; n++) {
        const from = now()
        await shell.command('true', never)
        each.push(now() - from)
      }
      return
    }
    await shell.command('rm -rf /tmp/bench && mkdir -p /tmp/bench', never)
    const before = process.cpuUsage()
    heard = 0
    await program(shell, 'test' in told ? told.test : told.output)
    const { user, system } = process.cpuUsage(before)
    cpuMs = (user + system) / 1000
    bytes = heard
    await shell.command('rm -rf /tmp/bench', never)
  })
  return { ...times, cpuMs, bytes }
}

process.stdout.write('{"ready":true}\n')
for await (const text of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await obey(JSON.parse(text) as DriverTold))}\n`)
}
await board.close()
await rm(dataDir, { recursive: true, force: true })
