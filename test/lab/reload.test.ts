import { afterEach, describe, expect, test } from 'vitest'
import { drawTelling } from '../../src/cards/tellings.ts'
import { textOf } from '../../src/cards/text.ts'
import type { BoardConfig } from '../../src/config/types.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, anInventory } from './samples.ts'
import { silent } from './scripted-site.ts'

let open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open) await under.close()
  open = []
})

const A1 = aBoard('a1')
const A2 = aBoard('a2')
const B1 = aBoard('b1', { family: 'socB' })
const FRAME = { now: 0, timeZone: 'UTC' }
const REQUEST = {
  family: 'socA',
  board: null,
  program: { kind: 'shell', command: 'true' },
  args: [],
  env: {},
  priority: 2,
  timeoutMs: null,
} as const

async function lab(...boards: readonly BoardConfig[]): Promise<LabUnderTest> {
  const under = await openLab({ boards })
  open.push(under)
  return under
}

async function reload(under: LabUnderTest, ...boards: readonly BoardConfig[]): Promise<void> {
  under.next.inventory = anInventory(boards)
  await under.lab.reload()
}

async function restarted(under: LabUnderTest, ...boards: readonly BoardConfig[]): Promise<LabUnderTest> {
  const again = await under.restart([], boards)
  open.splice(open.indexOf(under), 1, again)
  return again
}

/** Everything that is owed, in words, and then delivered. */
async function told(under: LabUnderTest): Promise<readonly string[]> {
  const items = under.lab.owed.items()
  const views = await Promise.all(items.map(item => drawTelling(item.topic, under.lab)))
  await under.deliver()
  return views.map(view => (view === null ? 'nothing' : textOf(view.title, FRAME)))
}

describe('M2.7 a board that is taken out of boards.yaml', () => {
  test('goes at once when the lab itself is only asking it', async () => {
    const under = await lab(A1, A2)
    under.site.hanging.add('a1')
    const checked = under.lab.check('a1', KAI).catch(() => {})
    await until(() => under.site.busy.has('a1'), 'it is being asked')
    await reload(under, A2)
    await until(() => under.lab.board('a1') === null, 'it is gone')
    await checked
    expect(under.site.state('a1')).toBeNull()
  })

  test('and described otherwise while it is being asked is opened anew', async () => {
    const under = await lab(A1)
    under.site.hanging.add('a1')
    const checked = under.lab.check('a1', KAI).catch(() => {})
    await until(() => under.site.busy.has('a1'), 'it is being asked')
    const next = { ...A1, bootTimeoutMs: 1 }
    await reload(under, next)
    await until(() => under.site.watched.get('a1') === next, 'it is opened anew')
    await checked
  })

  test('takes its alerts with it, over a restart too', async () => {
    const under = await lab(A1, A2)
    const failed = { kind: 'condemned', reason: 'x' } as const
    const alert = (id: string, cause: string) => ({ id, cause, text: 'x', since: 0, resolvedAt: null })
    await under.storage.store.commit([
      { o: 'board/step', id: 'a1', at: 0, event: failed },
      { o: 'alert/raised', alert: alert('A1', 'unhealthy/a1') },
      { o: 'alert/raised', alert: alert('A2', 'power/a1') },
      { o: 'alert/raised', alert: alert('A3', 'power/a2') },
      { o: 'alert/raised', alert: alert('A4', 'wait') },
    ])
    const causes = (lab: LabUnderTest): readonly string[] =>
      Object.values(lab.lab.state().alerts).map(each => each.cause)
    await reload(under, A2)
    await until(() => causes(under).length === 2, 'its alerts are over')
    expect(causes(under)).toEqual(['power/a2', 'wait'])
    await under.storage.store.settled()
    const again = await restarted(under, A1)
    await until(() => causes(again).length === 1, 'so are those of what went meanwhile')
  })
})

describe('M2.7 who waits for what the inventory has no longer', () => {
  async function waiting(under: LabUnderTest): Promise<void> {
    await under.lab.maintain('a1', { reason: 'x', untilMs: null }, KAI)
    await under.lab.maintain('b1', { reason: 'x', untilMs: null }, KAI)
    await under.lab.submit({ ...REQUEST, board: 'a1' }, MEI, HERE)
    await under.lab.submit({ ...REQUEST, family: 'socB' }, MEI, HERE)
    await under.lab.lend({ target: 'b1', termMs: null }, KAI, HERE)
    await under.lab.submit(REQUEST, MEI, HERE)
    await until(() => under.site.tests.size === 1, 'one of them runs')
    expect(await told(under)).toEqual([])
  }
  const WORDS = [
    '@mei T1 (true) waits: no board of a1 is in the inventory. It goes on by itself when there is one.',
    '@kai L1 b1 waits: no board of b1 is in the inventory. You get it by itself when there is one.',
    '@mei T2 (true) waits: no board of socB is in the inventory. It goes on by itself when there is one.',
  ]

  test('is told so once, and waits on', async () => {
    const under = await lab(A1, A2, B1)
    await waiting(under)
    await reload(under, A2)
    expect(await told(under)).toEqual(WORDS)
    await reload(under, A2, aBoard('a3'))
    await under.lab.sweep()
    const again = await restarted(under, A2)
    await again.lab.sweep()
    expect((await told(again)).filter(text => text.includes('no board'))).toEqual([])
    expect(again.lab.waiting('T1')?.why).toEqual(['no board of a1 is in the inventory'])
  })

  test('is told so by the next start when the file changed meanwhile, and starts when the board is back', async () => {
    const under = await lab(A1, A2, B1)
    await waiting(under)
    const again = await restarted(under, A2)
    expect((await told(again)).filter(text => text.includes('no board'))).toEqual(WORDS)
    await reload(again, A2, B1)
    await again.lab.maintain('b1', null, KAI)
    await until(() => again.lab.lease('L1')?.state === 'active', 'the first in line has it')
    await again.lab.release('L1', KAI)
    await until(() => again.site.tests.has('T2'), 'then the next')
    await again.lab.sweep()
    expect(Object.keys(again.lab.state().stranded)).toEqual(['T1'])
  })

  test('is told so when its board went while it ran there and it has to be tried again', async () => {
    const under = await lab(A1)
    const { id } = await under.lab.submit({ ...REQUEST, board: 'a1' }, MEI, HERE)
    await until(() => under.site.tests.has(id), 'it runs')
    await reload(under, A2)
    under.site.tests.get(id)?.fail(silent('a1'))
    await until(() => under.lab.state().runs[id]?.state === 'queued', 'it waits again')
    await under.lab.sweep()
    expect(await told(under)).toContain(WORDS[0])
  })
})
