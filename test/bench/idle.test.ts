import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSimulatorProcess } from '../simulator-process.ts'
import { until } from '../until.ts'
import { startBot } from './bot.ts'
import { type Figure, print } from './figures.ts'

const MIB = 1024 * 1024
const FEW = 4
const MANY = 1_000
const SETTLED_MS = 3_000
const WATCH_MS = 10_000
const CONNECT_MS = 60_000

/** Resident memory as the kernel counts it. */
function rssOf(pid: number): number {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) * 1024
}

/** Waits until it has not grown for a while. */
async function settledRss(pid: number): Promise<number> {
  let most = 0
  let since = performance.now()
  await until(
    () => {
      const now = rssOf(pid)
      if (now > most) {
        most = now
        since = performance.now()
      }
      return performance.now() - since > SETTLED_MS
    },
    'memory has settled',
    CONNECT_MS,
  )
  return rssOf(pid)
}

async function bareNode(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  try {
    return await settledRss(child.pid ?? 0)
  } finally {
    child.kill('SIGKILL')
  }
}

type Idle = { rss: number; cpuShare: number; connected: number; checkedRss: number }

async function idleLab(count: number, light: boolean): Promise<Idle> {
  const dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
  const ids = Array.from({ length: count }, (_, n) => `b-${n}`)
  const boards = ids.map(id => ({ id, port: 0, bootMs: 30, light }))
  const simulator = await startSimulatorProcess(dir, { dir, boards, pdus: [] })
  try {
    const boardsFile = join(dir, 'boards.yaml')
    const lines = ids.map(
      id =>
        `  - { id: ${id}, family: f, console: { driver: telnet, host: 127.0.0.1, port: ${simulator.port(id)} } }`,
    )
    writeFileSync(boardsFile, ['boards:', ...lines, ''].join('\n'))
    const bot = await startBot(join(dir, 'data'), boardsFile)
    const seen = await until(
      async () => {
        const now = await bot.usage()
        return now.connected === count ? now : null
      },
      'every console is connected',
      CONNECT_MS,
    )
    // The first check of every board comes within seconds of the start.
    await until(async () => (await bot.usage()).checked === count, 'every board was asked', CONNECT_MS)
    const rss = await settledRss(bot.pid)
    const before = await bot.usage()
    const from = performance.now()
    await until(() => performance.now() - from > WATCH_MS, 'it was watched', 2 * WATCH_MS)
    const after = await bot.usage()
    const cpuShare = ((after.cpuMs - before.cpuMs) / (performance.now() - from)) * 100
    await bot.end()
    return { rss, cpuShare, connected: after.connected, checkedRss: seen.rssBytes }
  } finally {
    await simulator.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

test('an idle lab', async () => {
  const floor = { what: 'bare node', value: (await bareNode()) / MIB }
  const few = await idleLab(FEW, false)
  const many = await idleLab(MANY, true)
  const memory = (what: string, bytes: number): Figure => ({ what, value: bytes / MIB, unit: 'MiB', floor })
  print('An idle lab, the whole process', [
    memory(`memory with ${FEW} boards`, few.rss),
    memory(`memory with ${MANY} light boards`, many.rss),
    { what: 'memory of one more board', value: (many.rss - few.rss) / (MANY - FEW) / 1024, unit: 'KiB' },
    { what: `CPU with ${FEW} boards`, value: few.cpuShare, unit: '% of a core' },
    { what: `CPU with ${MANY} light boards`, value: many.cpuShare, unit: '% of a core' },
  ])
  expect(few.connected).toBe(FEW)
})
