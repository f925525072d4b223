/**
 * Consoles that never fall silent, each recorded and read for panics, with no lab around them; or, for the floor, as many
 * bare sockets. `node busy.ts PORT recorded|bare`, told lines of JSON, says one for each.
 */
import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { systemClock } from '../../../src/clock.ts'
import { silentLog } from '../../../src/log.ts'
import { openBoard } from '../../../src/rig.ts'
import { peerConfig } from '../../suites/console-peer.ts'

/** So many consoles, then so long. */
export type BusyTold = { consoles: number; forMs: number }
export type BusySaid = {
  /** Share of one core. */
  core: number
  /** The 99th percentile of how late the loop was, beyond its own sampling. */
  lateMs: number
  bytesPerSecond: number
  files: number
}

const SAMPLED_MS = 2
const NS_PER_MS = 1e6

const [port = '0', what = 'recorded'] = process.argv.slice(2)
const config = peerConfig({ host: '127.0.0.1', port: Number(port) })
const dataDir = await mkdtemp(join(tmpdir(), 'boardroom-'))
const close: (() => Promise<void>)[] = []
let heard = 0

async function openRecorded(): Promise<void> {
  const deps = { dataDir, clock: systemClock, log: silentLog }
  const board = await openBoard({ ...config, id: `b${close.length}` }, deps)
  close.push(() => board.close())
  board.recorder.listen(news => {
    if (news.kind === 'chunk') heard += news.chunk.bytes.length
  })
}

async function openBare(): Promise<void> {
  const socket = connect({ port: Number(port), host: '127.0.0.1' })
  socket.on('data', bytes => {
    heard += bytes.length
  })
  close.push(async () => void socket.destroy())
}

async function obey({ consoles, forMs }: BusyTold): Promise<BusySaid> {
  while (close.length < consoles) await (what === 'bare' ? openBare() : openRecorded())
  await after(SETTLE_MS)
  const loop = monitorEventLoopDelay({ resolution: SAMPLED_MS })
  loop.enable()
  const [before, bytes, from] = [process.cpuUsage(), heard, performance.now()]
  await after(forMs)
  const { user, system } = process.cpuUsage(before)
  const ms = performance.now() - from
  loop.disable()
  return {
    core: (user + system) / 1000 / ms,
    lateMs: Math.max(0, loop.percentile(99) / NS_PER_MS - SAMPLED_MS),
    bytesPerSecond: ((heard - bytes) / ms) * 1000,
    files: readdirSync('/proc/self/fd').length,
  }
}

/** Until what was connected last is in its stride. */
const SETTLE_MS = 1500

function after(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, ms)
  return promise
}

for await (const text of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await obey(JSON.parse(text) as BusyTold))}\n`)
}
await Promise.all(close.map(each => each()))
await rm(dataDir, { recursive: true, force: true })
