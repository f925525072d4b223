import { readFile } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import { isFinal } from '../../src/lab/runs/run-state.ts'
import type { RunResult } from '../../src/lab/types.ts'
import { until } from '../until.ts'
import { ended, HERE, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, aRequest, POWER } from './samples.ts'

const MINUTE = 60_000
const REQUEST = aRequest()
const CONSOLE = '# prompt\r\nhello\r\n# ours\r\nworld\r\n# end\r\n'
const PRINTED = [
  { from: 10, to: 17 },
  { from: 25, to: 32 },
]

const open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

async function begun(): Promise<{ under: LabUnderTest; id: string }> {
  const under = await openLab({ boards: [aBoard('a1', { power: POWER })] })
  open.push(under)
  const { id } = await under.lab.submit(REQUEST, MEI, HERE)
  await until(() => under.site.tests.has(id), 'it has begun')
  return { under, id }
}

/** Its console is on the disk, and the program has said its word. */
async function printed({ under, id }: { under: LabUnderTest; id: string }): Promise<void> {
  const going = under.site.tests.get(id)
  going?.tell({ kind: 'stage', stage: 'attaching', t: 0 })
  going?.tell({ kind: 'stage', stage: 'running', t: 0 })
  going?.tell({ kind: 'output', ranges: [{ from: 1010, to: null }] })
  going?.tell({ kind: 'log', offset: 1000, t: 5, bytes: Buffer.from(CONSOLE) })
  await until(
    async () => (await under.lab.log(id, { limit: 10, whole: true })).total === 5,
    'it is on the disk',
  )
}

async function outputOf(under: LabUnderTest, id: string): Promise<string> {
  const held = await under.storage.artifacts.hold(id, 'output.log')
  try {
    return await readFile(held?.path ?? '', 'utf8')
  } finally {
    held?.release()
  }
}

/** As a kill leaves it: the outcome is stored and the board is free, the files are not in place yet. */
async function killedWhileCollecting(under: LabUnderTest, id: string): Promise<LabUnderTest> {
  const at = under.clock.now()
  const result: RunResult = {
    exitStatus: 0,
    endedBy: 'itself',
    failure: null,
    title: null,
    message: null,
    hint: null,
    proof: [],
    durationMs: 5,
    copied: null,
    output: PRINTED,
    tail: [],
    tailTotal: 0,
    files: [],
  }
  await under.storage.store.commit([
    { o: 'lease/left', id: `${id}.1` },
    { o: 'run/step', id, at, event: { kind: 'ended', result } },
  ])
  const again = await under.restart()
  open.splice(open.indexOf(under), 1, again)
  return again
}

test('M6.3 what the program printed is its output, not what was typed in between', async () => {
  const { under, id } = await begun()
  await printed({ under, id })
  const output = PRINTED.map(({ from, to }) => ({ from: from + 1000, to: to + 1000 }))
  under.site.tests.get(id)?.finish({ output })
  const run = await ended(under, id)
  expect(run.result).toMatchObject({ tail: ['hello', 'world'], tailTotal: 2, output: PRINTED })
  expect(await outputOf(under, id)).toBe('hello\r\nworld\r\n')
})

test('P27 a kill while the files are collected loses neither the last lines nor the output’s file', async () => {
  const { under, id } = await begun()
  await printed({ under, id })
  const again = await killedWhileCollecting(under, id)
  const run = await ended(again, id)
  expect(run).toMatchObject({ state: 'passed', result: { tail: ['hello', 'world'], tailTotal: 2 } })
  expect(run.result?.files.map(file => file.name).sort()).toEqual(['console.log', 'output.log'])
  expect(await outputOf(again, id)).toBe('hello\r\nworld\r\n')
  expect(again.site.tests.size).toBe(0)
})

test('P27 an output’s file that a kill left half made is made whole, not twice', async () => {
  const { under, id } = await begun()
  await printed({ under, id })
  const half = await under.storage.artifacts.open(id, 'output.log', 'text/plain')
  half.append(Buffer.from('hello\r\nwo'), 5)
  await half.seal()
  const again = await killedWhileCollecting(under, id)
  await ended(again, id)
  expect(await outputOf(again, id)).toBe('hello\r\nworld\r\n')
})

test('a run whose files could not be collected is collected by the sweep', async () => {
  const { under, id } = await begun()
  await printed({ under, id })
  const { artifacts } = under.storage
  const { list } = artifacts
  artifacts.list = () => Promise.reject(new Error('EIO'))
  under.site.tests.get(id)?.finish({})
  await until(() => under.lab.state().runs[id]?.state === 'collecting', 'it is done on its board')
  await until(() => under.lab.board('a1')?.lease === null, 'its board is free')
  artifacts.list = list
  await until(async () => {
    await under.lab.sweep()
    return isFinal((await under.lab.run(id))?.state ?? 'queued')
  }, 'it is collected')
})

test('design 2: a run that stands still for all of its term is ended, and tried elsewhere', async () => {
  const { under, id } = await begun()
  const term = under.lab.state().leases[`${id}.1`]
  expect((term?.until ?? 0) - (term?.since ?? 0)).toBe(11 * MINUTE)
  await under.clock.pass(11 * MINUTE - 1)
  expect(under.lab.state().runs[id]?.attempts[0]?.endedAt).toBeNull()
  await under.clock.pass(1)
  const attempt = await until(() => {
    const [first] = under.lab.state().runs[id]?.attempts ?? []
    return first?.endedAt === null ? null : first
  }, 'the attempt is over')
  expect(attempt.failure).toEqual({ class: 'infrastructure', cause: 'not answering', blame: 'board' })
  expect(attempt.message).toContain('a1 was held for the whole term')
  expect(under.lab.state().runs[id]?.state).toBe('queued')
})

test('design 4: a board switched while the log of its run is being opened ends that run as power', async () => {
  const under = await openLab({ boards: [aBoard('a1', { power: POWER })] })
  open.push(under)
  const { artifacts } = under.storage
  const gate = Promise.withResolvers<void>()
  const opening = artifacts.open
  artifacts.open = async (...what) => {
    await gate.promise
    return await opening(...what)
  }
  const { id } = await under.lab.submit(REQUEST, MEI, HERE)
  await until(() => under.lab.state().runs[id]?.state === 'leasing', 'it has its board')
  await until(() => under.lab.progress(id) !== null, 'it is known')
  await under.lab.power('a1', 'cycle', { ...MEI, id: 'ops' }, 'asked')
  artifacts.open = opening
  gate.resolve()
  const attempt = await until(() => {
    const [first] = under.lab.state().runs[id]?.attempts ?? []
    return first?.endedAt === null ? null : first
  }, 'the attempt is over')
  expect(attempt.failure).toEqual({ class: 'infrastructure', cause: 'power', blame: 'lab' })
})
