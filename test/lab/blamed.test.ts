import { afterEach, expect, test } from 'vitest'
import { findingOf } from '../reading/finding.ts'
import { until } from '../until.ts'
import { ended, HERE, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, aRequest } from './samples.ts'

const REQUEST = aRequest()
const LINE = '[   12.600000] Kernel panic - not syncing: Fatal exception\r\n'
const LOG = Buffer.from(`# prompt\r\nhello\r\n${LINE}`)
const TITLE = 'kernel panic: Fatal exception'

const open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

function panicAt(from: number, whole = false) {
  return findingOf({ cause: 'panic', title: TITLE, from, to: from + LINE.length, whole })
}

/** Two boards of one family that have answered with the same kernel, and a test that passed on the second. */
async function family(): Promise<LabUnderTest> {
  const under = await openLab({ boards: [aBoard('a1'), aBoard('a2')] })
  open.push(under)
  for (const id of ['a1', 'a2'])
    await until(() => under.lab.check(id, null).catch(() => null), `${id} answers`)
  const { id } = await under.lab.submit({ ...REQUEST, board: 'a2' }, MEI, HERE)
  const going = await until(() => under.site.tests.get(id), 'it has begun')
  going.finish({})
  expect((await ended(under, id)).state).toBe('passed')
  return under
}

function idlePanic({ site }: LabUnderTest): void {
  site.news('a1', { kind: 'finding', finding: panicAt(500) })
  site.news('a1', { kind: 'trace', finding: { ...panicAt(500, true), title: `${TITLE}, rx+0x1` } })
}

/** The test begins on a1, and the kernel dies under it. */
async function panicsOnA1(under: LabUnderTest): Promise<string> {
  const { id } = await under.lab.submit(REQUEST, MEI, HERE)
  const going = await until(() => under.site.tests.get(id), 'it has begun')
  expect(going.job.board.id).toBe('a1')
  going.tell({ kind: 'stage', stage: 'attaching', t: 0 })
  going.tell({ kind: 'stage', stage: 'running', t: 0 })
  going.tell({ kind: 'log', offset: 7_000, t: 5, bytes: LOG })
  const from = 7_000 + LOG.length - LINE.length
  for (const whole of [false, true]) going.tell({ kind: 'finding', finding: panicAt(from, whole) })
  going.finish({
    ...{ status: null, endedBy: 'nothing', boardClean: false },
    failure: {
      failure: { class: 'test', cause: 'panic', blame: 'none' },
      ...{ title: TITLE, message: 'The kernel panicked.', hint: 'Read it.', proof: [TITLE] },
    },
  })
  return id
}

test('M6.7 what the console told is in the result with its lines, and the board is not blamed', async () => {
  const under = await family()
  const run = await ended(under, await panicsOnA1(under))
  expect(run).toMatchObject({
    state: 'failed',
    result: {
      failure: { class: 'test', cause: 'panic', blame: 'none' },
      lines: [3, 3],
      events: [{ kind: 'panic', severity: 'ends', title: TITLE, lines: [3, 3] }],
    },
  })
  expect(under.lab.board('a1')?.state).toMatchObject({
    failures: [],
    incidents: [{ during: run.id, test: 'true', by: 'mei', title: TITLE }],
  })
})

test('M3.4 a board that failed idle before, where the test passed elsewhere, is to blame in words; the test goes on there', async () => {
  const under = await family()
  idlePanic(under)
  await until(() => under.lab.board('a1')?.state.condition === 'ready', 'it is back')
  expect(under.lab.board('a1')?.state.incidents).toMatchObject([{ during: null, title: `${TITLE}, rx+0x1` }])
  expect((await under.lab.status()).alerts).toEqual([])
  const id = await panicsOnA1(under)
  const again = await until(() => {
    const going = under.site.tests.get(id)
    return going?.job.board.id === 'a2' ? going : null
  }, 'it goes on elsewhere')
  again.finish({})
  const run = await ended(under, id)
  expect(run.state).toBe('passed')
  expect(run.attempts[0]).toMatchObject({
    failure: { class: 'infrastructure', cause: 'panic', blame: 'board' },
    title: TITLE,
    lines: [3, 3],
    events: [{ kind: 'panic', lines: [3, 3] }],
    message: expect.stringMatching(
      /^The kernel panicked\. a1 is to blame, not the test: it failed at .* while nobody used it \(.*\), and the same program passed on a2 with the same kernel\.$/,
    ),
  })
  expect(under.lab.board('a1')?.state.failures).toHaveLength(1)
})

test('P27 results, attempts and boards with what was told are read again after a kill', async () => {
  const under = await family()
  idlePanic(under)
  await until(() => under.lab.board('a1')?.state.condition === 'ready', 'it is back')
  const run = await ended(under, await warnsOnA2(under))
  const again = await under.restart()
  open.splice(open.indexOf(under), 1, again)
  expect((await again.lab.run(run.id))?.result?.events).toEqual(run.result?.events)
  expect(again.lab.board('a1')?.state.incidents).toEqual(under.lab.board('a1')?.state.incidents)
})

/** Nothing speaks against that one. */
async function warnsOnA2(under: LabUnderTest): Promise<string> {
  const { id } = await under.lab.submit({ ...REQUEST, board: 'a2' }, MEI, HERE)
  const going = await until(() => under.site.tests.get(id), 'it has begun')
  going.tell({ kind: 'log', offset: 0, t: 5, bytes: LOG })
  going.tell({ kind: 'finding', finding: findingOf({ cause: 'warning', title: 'warning: x', from: 0 }) })
  going.finish({})
  return id
}
