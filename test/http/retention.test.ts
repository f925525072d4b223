import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { filesOf } from '../../src/app/facts.ts'
import { HERE, KAI, openLab } from '../lab/harness.ts'
import { aBoard, aRequest } from '../lab/samples.ts'
import { until } from '../until.ts'
import { get, open, startRig } from './rig.ts'

const DAY_MS = 86_400_000
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const JSON_TYPE = { accept: 'application/json' }

/** The real lab on a real store, with a test that is over and a file of it that takes a while to send. */
async function rig() {
  const under = await openLab({ boards: [aBoard('soc-a-001')] })
  onTestFinished(under.close)
  const { lab, storage, clock } = under
  const run = await lab.submit(aRequest(), KAI, HERE)
  await lab.cancel(run.id, KAI)
  await until(async () => (await lab.run(run.id))?.state === 'cancelled', 'the test to end')
  await under.deliver()
  await until(() => lab.state().runs[run.id] === undefined, 'the test to leave what is live')
  const bytes = randomBytes(48 * 1024 * 1024)
  await storage.artifacts.put(run.id, 'core.bin', 'application/octet-stream', bytes)
  const http = await startRig({ lab, files: filesOf(storage), clock })
  return { ...under, run: run.id, bytes, port: http.port, clock }
}

test('M7 nothing is removed while it is being sent: a slow reader gets every byte, and then it goes', async () => {
  const { lab, storage, clock, run, bytes, port } = await rig()
  const reader = await open(port, `/artifacts/${run}/core.bin`)
  const first = await new Promise<Buffer>(resolve => reader.once('data', (chunk: Buffer) => resolve(chunk)))
  reader.pause()
  clock.stall(8 * DAY_MS)
  await lab.retain()
  // Whoever asks now is told that it is gone, though it still lies there for the one who reads.
  const late = await get(port, `/artifacts/${run}/core.bin`)
  expect([late.status, late.text]).toEqual([404, expect.stringContaining('were removed on 2026-11-28')])
  const chunks = [first]
  for await (const chunk of reader) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  await until(async () => (await storage.artifacts.owners()).length === 0, 'the files to be gone')
  expect(await storage.artifacts.hold(run, 'core.bin')).toBeNull()
})

test('M7 a reader that leaves in the middle holds nothing up', async () => {
  const { lab, clock, run, port, storage } = await rig()
  const path =
    (await storage.artifacts.hold(run, 'core.bin').then(held => {
      held?.release()
      return held?.path
    })) ?? ''
  const reader = await open(port, `/artifacts/${run}/core.bin`)
  await new Promise(resolve => reader.once('data', resolve))
  reader.pause()
  clock.stall(8 * DAY_MS)
  await lab.retain()
  reader.destroy()
  const folder = path.split('/').slice(0, -3).join('/')
  await until(async () => !(await readdir(folder)).includes(run), 'the folder to be gone')
})

test('M7.4 what is gone says when and why in the same words: its file, its page, its folder, for people and programs', async () => {
  const { lab, clock, run, port } = await rig()
  expect((await get(port, `/artifacts/${run}`, HTML)).status).toBe(200)
  clock.stall(8 * DAY_MS)
  await lab.retain()
  const words = `${run}'s files were removed on 2026-11-28: older than 7 days (ARTIFACT_RETENTION_DAYS).`
  for (const path of [
    `/artifacts/${run}`,
    `/artifacts/${run}/`,
    `/artifacts/${run}/core.bin`,
    `/artifacts/${run}/no-such`,
    `/live/run/${run}`,
  ]) {
    const page = await get(port, path, HTML)
    expect([path, page.status]).toEqual([path, 404])
    expect(page.text.replace(/&#39;/g, "'")).toContain(words)
    const problem = await get(port, path, JSON_TYPE)
    expect(JSON.parse(problem.text)).toMatchObject({
      status: 404,
      code: 'removed',
      detail: words,
      reason: expect.any(String),
    })
  }
  // Its record went as well: nothing else is known of it, and the page is whole all the same.
  expect(await lab.run(run)).toBeNull()
  expect((await get(port, `/artifacts/${run}`, HTML)).text).toContain('</html>')
  expect((await get(port, '/artifacts', HTML)).text).not.toContain(`artifacts/${run}"`)
})

test('M7.2 what went for room is still told of by its record', async () => {
  const { lab, storage, run, port } = await rig()
  await storage.artifacts.remove(run, 'the store is over 100 GB, and these were the oldest')
  expect(await lab.run(run)).not.toBeNull()
  const { status, text } = await get(port, `/artifacts/${run}`, HTML)
  expect([status, text.includes('over 100 GB'), text.includes('What is still known of it')]).toEqual([
    404,
    true,
    true,
  ])
  expect(text).toContain('cancelled')
})
