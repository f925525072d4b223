/**
 * A process to be killed: `node writer.ts FOLDER NAME STEP`. Four workers carry runs from begin to end, and print a
 * line for what was answered for. At disk step STEP it kills itself, before, within or after it; 0: it goes on until
 * somebody kills it.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { type Disk, realDisk } from '../../src/storage/disk.ts'
import { openHistory } from '../../src/storage/history.ts'
import { openStore } from '../../src/storage/store.ts'
import { CHECKPOINT_AFTER, type RunRecord, runsModel } from './runs-model.ts'

const [dir = '', name = '', stepText = '0'] = process.argv.slice(2)
const killAt = Number(stepText)
let step = 0

function due(): boolean {
  step++
  return step === killAt
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
}

/** Kills before the step, or after it. */
async function around<T>(work: () => Promise<T>): Promise<T> {
  const now = due()
  if (now && killAt % 2 === 0) die()
  const result = await work()
  if (now) die()
  return result
}

const disk: Disk = {
  async open(path) {
    const file = await around(() => realDisk.open(path))
    return {
      async write(bytes, position) {
        if (due()) {
          await file.write(bytes.subarray(0, killAt % bytes.length), position)
          die()
        }
        await file.write(bytes, position)
      },
      sync: () => around(file.sync),
      truncate: size => around(() => file.truncate(size)),
      close: file.close,
    }
  },
  rename: (from, to) => around(() => realDisk.rename(from, to)),
  unlink: path => around(() => realDisk.unlink(path)),
  syncFolder: path => around(() => realDisk.syncFolder(path)),
}

const deps = {
  log: silentLog,
  clock: systemClock,
  disk,
  exit(error: Error) {
    throw error
  },
}
const history = await openHistory({ ...deps, dir, kind: 'runs', summarize: (run: RunRecord) => run.steps })
const store = await openStore({
  ...deps,
  dir: `${dir}/journal`,
  model: runsModel,
  limits: { operations: CHECKPOINT_AFTER, ballastBytes: 0 },
})

function say(text: string): void {
  writeSync(1, `${text}\n`)
}

async function end(id: string): Promise<void> {
  await history.append({ id, steps: store.state.live[id] ?? 0 }, systemClock.now())
  await store.commit([{ kind: 'end', id }])
  say(`end ${id}`)
}

for (const id of Object.keys(store.state.live)) await end(id)
say('ready')

async function work(worker: number): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `${name}-${worker}-${n}`
    await store.commit([{ kind: 'begin', id }])
    say(`begin ${id}`)
    await store.commit([
      { kind: 'step', id },
      { kind: 'step', id },
    ])
    await end(id)
  }
}

await Promise.all([0, 1, 2, 3].map(work))
