import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { drawTelling } from '../../src/cards/tellings.ts'
import { textOf } from '../../src/cards/text.ts'
import { labModel, type Operation } from '../../src/lab/state.ts'
import type { LabState } from '../../src/lab/types.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, someSettings } from './samples.ts'

let open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open) await under.close()
  open = []
})

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

/** A test has waited for longer than the limit. */
async function waited(): Promise<{ under: LabUnderTest; id: string }> {
  const settings = someSettings({ waitAlertMs: 60_000 })
  const under = await openLab({ boards: [aBoard('a1')], inventory: { settings } })
  open.push(under)
  await under.lab.maintain('a1', { reason: 'x', untilMs: null }, MEI)
  const { id } = await under.lab.submit(REQUEST, MEI, HERE)
  await under.clock.pass(61_000)
  await under.lab.checkWaits()
  return { under, id }
}

async function alertsTold(under: LabUnderTest): Promise<readonly (string | null)[]> {
  const items = under.lab.owed.items().filter(item => item.kind === 'alert')
  const views = await Promise.all(items.map(item => drawTelling(item.topic, under.lab)))
  await under.deliver()
  return views.map(view => view && textOf(view.title, FRAME))
}

test('M4.5 H16.6 an alert that is over before anybody heard of it is told once, as one that was raised and is over', async () => {
  const { under, id } = await waited()
  await under.lab.cancel(id, MEI)
  await under.lab.checkWaits()
  expect((await under.lab.status()).alerts).toEqual([])
  const [text, ...more] = await alertsTold(under)
  expect(text).toMatch(/^A1 over: Tests wait 1 min on average .*, from .* to /)
  expect(more).toEqual([])
  expect(under.lab.state().alerts).toEqual({})
})

test('M4.5 an alert that was told and then is over is forgotten, and the next one is another', async () => {
  const { under, id } = await waited()
  expect(await alertsTold(under)).toMatchObject([expect.stringMatching(/^A1 alert: /)])
  await under.lab.cancel(id, MEI)
  await under.lab.checkWaits()
  expect(under.lab.state().alerts).toEqual({})
  expect(await alertsTold(under)).toEqual([])
  await under.lab.submit(REQUEST, MEI, HERE)
  await under.clock.pass(61_000)
  await under.lab.checkWaits()
  expect(await alertsTold(under)).toMatchObject([expect.stringMatching(/^A2 alert: /)])
})

test('H16.6 S1 whoever acknowledges an alert first is named on it; whoever comes second is told who', async () => {
  const { under } = await waited()
  const { lab } = under
  expect(await lab.acknowledge('a1', KAI)).toMatchObject({ id: 'A1', acknowledged: { by: KAI } })
  await expect(lab.acknowledge('A1', MEI)).rejects.toMatchObject({
    code: 'stale',
    message: 'A1 was acknowledged by @kai already.',
  })
  await expect(lab.acknowledge('A9', MEI)).rejects.toMatchObject({ code: 'not-found' })
  await expect(lab.acknowledge('constructor', MEI)).rejects.toMatchObject({ code: 'not-found' })
  const again = await under.restart()
  open = [again]
  expect(again.lab.alerts()).toMatchObject([{ id: 'A1', acknowledged: { by: KAI } }])
})

test('H16.6 an alert that was acknowledged still ends by itself, and is not told again for it', async () => {
  const { under, id } = await waited()
  await alertsTold(under)
  await under.lab.acknowledge('A1', MEI)
  await under.lab.checkWaits()
  expect(await alertsTold(under)).toEqual([])
  await under.lab.cancel(id, MEI)
  await under.lab.checkWaits()
  expect(under.lab.state().alerts).toEqual({})
})

test('H16.6 whatever is raised, resolved and told in whatever order: each alert can be drawn until it is told, and none stays', () => {
  const kind = fc.constantFrom('raised', 'resolved', 'settled')
  const steps = fc.array(fc.record({ kind, id: fc.constantFrom('A1', 'A2', 'A3') }), { maxLength: 40 })
  fc.assert(
    fc.property(steps, chosen => {
      const state: LabState = labModel.initial()
      const apply = (op: Operation): void => labModel.apply(state, op, 1)
      const ever = new Set<string>()
      const over = new Set<string>()
      const settle = (id: string): void =>
        apply({ o: 'outbox/settled', key: `alert/${id}`, outcome: 'delivered' })
      for (const { kind, id } of chosen) {
        if (kind === 'raised' && !ever.has(id)) {
          ever.add(id)
          apply({ o: 'alert/raised', alert: { id, cause: id, text: 'x', since: 1, resolvedAt: null } })
          const item = {
            key: `alert/${id}`,
            channel: 'home',
            topic: `alert/${id}`,
            kind: 'alert',
            to: 'home',
          }
          apply({ o: 'outbox/owed', item: { ...item, createdAt: 1, attempts: 0, nextAt: 1 } })
        } else if (kind === 'resolved') {
          apply({ o: 'alert/resolved', id, at: 2 })
          if (ever.has(id)) over.add(id)
        } else if (kind === 'settled' && state.outbox[`alert/${id}`] !== undefined) settle(id)
        for (const item of Object.values(state.outbox))
          expect(state.alerts[item.topic.slice('alert/'.length)]).toBeDefined()
        for (const alert of Object.values(state.alerts))
          expect(alert.resolvedAt !== null).toBe(over.has(alert.id))
      }
      for (const { topic } of Object.values(state.outbox)) settle(topic.slice('alert/'.length))
      expect(Object.keys(state.alerts).sort()).toEqual([...ever].filter(id => !over.has(id)).sort())
    }),
    { numRuns: 200 },
  )
})
