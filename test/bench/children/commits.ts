/**
 * `node commits.ts DATA_DIR`: what one change of the lab's state costs, one after the other, and beside it the least
 * that keeps a line: the same bytes appended to a file on the same disk, and synced.
 */
import { constants } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openStorage } from '../../../src/app/storage.ts'
import { systemClock } from '../../../src/clock.ts'
import { silentLog } from '../../../src/log.ts'
import { aRun } from '../../lab/samples.ts'

/** Milliseconds of each change, of each bare line; CPU milliseconds of one of either. */
export type CommitsSaid = {
  each: readonly number[]
  floor: readonly number[]
  cpuMs: number
  floorCpuMs: number
  bytes: number
  finished: number
}

const COUNT = 400
const WARM = 50

const [dataDir = ''] = process.argv.slice(2)
const storage = await openStorage({
  environment: { dataDir, artifactDir: join(dataDir, 'artifacts') },
  clock: systemClock,
  log: silentLog,
  exit: error => {
    throw error
  },
})
const { store, runs } = storage
const id = `T${store.state.counters.T + 1}`
await store.commit([{ o: 'run/submitted', run: { ...aRun(), id } }])
const change = (n: number) =>
  store.commit([{ o: 'run/step', id, at: n, event: { kind: 'moved', priority: 1 } }])
const log = join(dataDir, 'journal/log-00000001.jsonl')
const before = (await stat(log)).size
const [each, cpuMs] = await timed(change)
const bytes = Math.round(((await stat(log)).size - before) / (COUNT + WARM))
const line = Buffer.alloc(bytes, 0x61)
const path = join(dataDir, 'bare')
const file = await open(path, constants.O_RDWR | constants.O_CREAT)
const [floor, floorCpuMs] = await timed(async n => {
  await file.write(line, 0, line.length, n * line.length)
  await file.datasync()
})
await file.close()
await rm(path)
const said: CommitsSaid = { each, floor, cpuMs, floorCpuMs, bytes, finished: runs.list().length }
await store.commit([{ o: 'run/left', id }])
await storage.close()
process.stdout.write(`${JSON.stringify(said)}\n`)

async function timed(work: (n: number) => Promise<unknown>): Promise<[number[], number]> {
  for (let n = 0; n < WARM; n++) await work(n)
  const samples: number[] = []
  const start = process.cpuUsage()
  for (let n = 0; n < COUNT; n++) {
    const from = performance.now()
    await work(WARM + n)
    samples.push(performance.now() - from)
  }
  const { user, system } = process.cpuUsage(start)
  return [samples, (user + system) / 1000 / COUNT]
}
