import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { openArtifacts } from '../../src/storage/artifacts.ts'
import { openAudit } from '../../src/storage/audit.ts'
import { backup } from '../../src/storage/backup.ts'
import { openHistory } from '../../src/storage/history.ts'
import { dataLayout } from '../../src/storage/layout.ts'
import { openStore } from '../../src/storage/store.ts'
import { CHECKPOINT_AFTER, type RunRecord, runsModel } from './runs-model.ts'
import { rejection, testDeps, withFolder } from './toy.ts'

/** A data directory with everything in it, as `app` opens one. */
async function openAll(dataDir: string) {
  const deps = testDeps()
  const layout = dataLayout(dataDir)
  const limits = { operations: CHECKPOINT_AFTER, ballastBytes: 0 }
  const history = await openHistory({
    ...deps,
    dir: layout.history,
    kind: 'runs',
    summarize: (r: RunRecord) => r.steps,
  })
  const store = await openStore({ ...deps, dir: layout.journal, model: runsModel, limits })
  const audit = await openAudit({ ...deps, dir: layout.audit })
  const artifacts = await openArtifacts({ ...deps, dir: layout.artifacts })
  const close = async () => {
    await store.close()
    await history.close()
    await audit.close()
    await artifacts.close()
  }
  return { history, store, audit, artifacts, close }
}
type All = Awaited<ReturnType<typeof openAll>>

async function oneRun({ history, store, audit, artifacts }: All, id: string): Promise<void> {
  const staged = await artifacts.stage('hello', Readable.from([Buffer.from(id)]), 1000)
  artifacts.adopt(id, [staged])
  await store.commit([{ kind: 'begin', id }])
  const who = { id: 'U1', name: 'mei', platform: 'slack' }
  await audit.append({ at: systemClock.now(), who, line: id, args: {}, decision: 'allowed', result: '' })
  const log = await artifacts.open(id, 'console.log', 'text/plain')
  log.append(Buffer.from(`log of ${id}`), 1)
  await store.commit([{ kind: 'step', id }])
  await log.seal()
  await history.append({ id, steps: store.state.live[id] ?? 0 }, systemClock.now())
  await store.commit([{ kind: 'end', id }])
}

test('P27: a backup made while everything is being written starts, with all that was answered for before it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(12), async runsBefore => {
      await withFolder(async dir => {
        const data = join(dir, 'data')
        const all = await openAll(data)
        for (let n = 0; n < runsBefore; n++) await oneRun(all, `T${n}`)
        let stop = false
        const busy = [1, 2].map(async worker => {
          for (let n = 0; !stop; n++) await oneRun(all, `W${worker}.${n}`)
        })
        const before = { ended: all.store.state.ended, live: Object.keys(all.store.state.live) }
        const report = await backup({ dataDir: data, targetDir: join(dir, 'copy'), log: silentLog })
        stop = true
        await Promise.all(busy)
        await all.close()
        await checkCopy(join(dir, 'copy'), runsBefore, before)
        expect(report.sequence).toBeGreaterThanOrEqual(runsBefore * 3)
        expect(report.owners).toBeGreaterThanOrEqual(runsBefore)
        expect(report.damaged).toBeLessThanOrEqual(2)
      })
    }),
    { numRuns: 12 },
  )
}, 60_000)

async function checkCopy(
  dir: string,
  runs: number,
  before: { ended: number; live: string[] },
): Promise<void> {
  const { history, store, audit, artifacts, close } = await openAll(dir)
  const { live, begun, ended, faults } = store.state
  expect(faults).toEqual([])
  expect(ended).toBeGreaterThanOrEqual(before.ended)
  expect(Object.keys(live)).toHaveLength(begun - ended)
  for (const id of before.live) expect(id in live || history.has(id)).toBe(true)
  for (let n = 0; n < runs; n++) {
    expect(await history.get(`T${n}`)).toEqual({ id: `T${n}`, steps: 1 })
    expect(await artifacts.list(`T${n}`)).toHaveLength(2)
  }
  // A run is in the history before it leaves the live state, so it is in one of them at least.
  expect(history.list().length + Object.keys(live).length).toBeGreaterThanOrEqual(begun)
  for (const id of Object.keys(live))
    expect((await artifacts.list(id)).map(({ name }) => name)).toContain('hello')
  expect((await audit.search([], 10_000)).length).toBeGreaterThanOrEqual(runs)
  await store.commit([{ kind: 'begin', id: 'after' }])
  await close()
}

test('a backup goes into an empty folder elsewhere only, and names a data directory that is none', async () => {
  await withFolder(async dir => {
    const data = join(dir, 'data')
    const all = await openAll(data)
    await oneRun(all, 'T1')
    await all.close()
    const run = (dataDir: string, targetDir: string) =>
      rejection(backup({ dataDir, targetDir, log: silentLog }))
    await mkdir(join(dir, 'full'))
    await writeFile(join(dir, 'full', 'x'), '')
    expect(await run(data, join(dir, 'full'))).toMatchObject({
      message: expect.stringContaining('is not empty'),
    })
    expect(await run(data, join(data, 'copy'))).toMatchObject({ message: expect.stringContaining('lies in') })
    expect(await run(data, data)).toMatchObject({ code: 'input' })
    expect(await run(join(dir, 'none'), join(dir, 'copy'))).toMatchObject({ code: 'input' })
    await mkdir(join(dir, 'empty'))
    const report = await backup({ dataDir: data, targetDir: join(dir, 'empty'), log: silentLog })
    expect(report).toMatchObject({ sequence: 3, records: 2, damaged: 0, owners: 1 })
    expect(await readdir(join(dir, 'empty'))).toContain('backup.json')
  })
})
