import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openHistory } from '../../src/storage/history.ts'
import { openStore } from '../../src/storage/store.ts'
import { CHECKPOINT_AFTER, type RunRecord, runsModel } from './runs-model.ts'
import { testDeps, withFolder } from './toy.ts'

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url))
const DEADLINE_MS = 20_000

/** What the writers were answered for, over all kills. */
type Told = { begun: Set<string>; ended: Set<string> }

test('P27: killed at any step of the disk or at any moment, again and again: nothing answered for is lost or doubled', async () => {
  await withFolder(async dir => {
    const told: Told = { begun: new Set(), ended: new Set() }
    for (let kill = 0; kill < 25; kill++) {
      // Every other one kills itself at a step of the disk: opening takes about 20, then 3 a batch.
      const step = kill % 2 === 0 ? 1 + kill * 7 : 0
      await writeUntilKilled(dir, `k${kill}`, step, told)
      await checkAll(dir, told)
    }
    expect(told.ended.size).toBeGreaterThan(50)
  })
}, 120_000)

async function writeUntilKilled(dir: string, name: string, step: number, told: Told): Promise<void> {
  const child = spawn(process.execPath, [WRITER, dir, name, String(step)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
  })
  const errors: Buffer[] = []
  child.stderr.on('data', (bytes: Buffer) => errors.push(bytes))
  // A place of its own for each kill, without a clock in it.
  const lines = step > 0 ? Number.POSITIVE_INFINITY : 1 + ((name.length * 31 + told.begun.size * 17) % 90)
  const output = await readAll(child, lines)
  expect(child.signalCode, Buffer.concat(errors).toString()).toBe('SIGKILL')
  for (const line of output.split('\n').slice(0, -1)) {
    const [what, id = ''] = line.split(' ')
    if (what === 'begin') told.begun.add(id)
    if (what === 'end') told.ended.add(id)
  }
}

/** Kills it after so many lines; what it printed until it was dead counts too. */
async function readAll(child: ChildProcess, lines: number): Promise<string> {
  let text = ''
  let seen = 0
  child.stdout?.on('data', (bytes: Buffer) => {
    text += bytes
    seen += bytes.filter(byte => byte === 10).length
    if (seen >= lines) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return text
}

async function checkAll(dir: string, told: Told): Promise<void> {
  const deps = testDeps()
  const summarize = (run: RunRecord): number => run.steps
  const history = await openHistory({ ...deps, dir, kind: 'runs', summarize })
  const limits = { operations: CHECKPOINT_AFTER, ballastBytes: 0 }
  const store = await openStore({ ...deps, dir: `${dir}/journal`, model: runsModel, limits })
  const { live, begun, ended, faults } = store.state
  expect(faults).toEqual([])
  expect(Object.keys(live)).toHaveLength(begun - ended)
  for (const id of told.begun) expect(id in live || history.has(id), id).toBe(true)
  for (const id of told.ended) expect([id in live, history.has(id)]).toEqual([false, true])
  for (const { id, summary } of history.list()) {
    // Both steps are one commit: there is no run with one of them.
    expect([0, 2]).toContain(summary)
    expect(await history.get(id)).toEqual({ id, steps: summary })
  }
  expect(history.damaged()).toBe(0)
  // Written before it leaves the live state: in both at most, until a start has settled it.
  const inBoth = Object.keys(live).filter(id => history.has(id))
  expect(history.list()).toHaveLength(ended + inBoth.length)
  await store.close()
  await history.close()
}
