import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createDispatcher } from '../../../src/commands/dispatch.ts'
import { commands } from '../../../src/commands/registry.ts'
import { createOrders, JENKINS, type Orders, SOURCE } from '../../../src/http/jenkins/orders.ts'
import { silentLog } from '../../../src/log.ts'
import { createInbox, type Inbox, inboxKey } from '../../../src/mail/inbox.ts'
import { ended, type LabUnderTest, openLab } from '../../lab/harness.ts'
import { aBoard, someSettings } from '../../lab/samples.ts'
import { until } from '../../until.ts'

const ORDER = { delivery: 'step/k-7', raw: { family: 'socA', shell: 'true' }, where: 'http 10.0.0.5' }
const KEY = inboxKey(SOURCE, ORDER.delivery)

function inboxOf({ lab, clock }: LabUnderTest): Inbox {
  return createInbox({ ...lab.inbox, clock, log: silentLog })
}

/** `dies`: nobody stops it in order. `then`: what happens while the answer is on its way. */
function ordersOf(
  under: LabUnderTest,
  inbox: Inbox = inboxOf(under),
  dies = false,
  then: () => Promise<void> = async () => {},
): Orders {
  const { lab, clock } = under
  const dispatcher = createDispatcher({ commands, lab, log: silentLog, clock })
  const orders = createOrders({
    ...{ lab, inbox, clock, log: silentLog },
    dispatcher: {
      commands,
      async call(called) {
        const outcome = await dispatcher.call(called)
        await then()
        return outcome
      },
    },
    home: {
      origin: request => ({ channel: 'home', place: 'home', ...(request === undefined ? {} : { request }) }),
      posted: () => {},
    },
  })
  if (!dies) onTestFinished(() => orders.stop(1_000))
  return orders
}

async function open(queueLimit = 50): Promise<LabUnderTest> {
  return await openLab({ boards: [aBoard('a1')], inventory: { settings: someSettings({ queueLimit }) } })
}

/** The process is killed when `steps` of what it does with a delivery are on disk. */
async function killedAfter(steps: number): Promise<LabUnderTest> {
  const before = await open()
  const inbox = inboxOf(before)
  const stuck = new Promise<never>(() => {})
  const cut: Inbox = {
    ...inbox,
    take: delivery => (steps > 0 ? inbox.take(delivery) : stuck),
    begin: key => (steps > 1 ? inbox.begin(key).then(() => (steps > 2 ? undefined : stuck)) : stuck),
    finish: (key, kept) => (steps > 3 ? inbox.finish(key, kept) : stuck),
  }
  void ordersOf(before, cut, true).carryOut(ORDER)
  const reached = (): boolean => {
    const stage = before.lab.state().inbox[KEY]?.stage ?? null
    const hasRun = before.lab.state().runs['T1'] !== undefined
    if (steps < 3) return stage === [null, 'heard', 'begun'][steps]
    return hasRun && stage === (steps === 3 ? 'begun' : 'done')
  }
  await until(reached, `${steps} steps`)
  await before.storage.store.settled()
  return await before.restart()
}

test.for([0, 1, 2, 3, 4])(
  'P27 M8.5 killed after step %i, the delivery has made one test in the end',
  async steps => {
    const after = await killedAfter(steps)
    onTestFinished(() => after.close())
    const orders = ordersOf(after)
    orders.resume()
    // Jenkins saw a broken connection, and asks again.
    const answer = await orders.carryOut(ORDER)
    expect(answer).toEqual({ kind: 'test', id: 'T1', duplicate: steps > 0 })
    expect(await orders.carryOut(ORDER)).toEqual({ kind: 'test', id: 'T1', duplicate: true })
    expect(after.lab.state().counters.T).toBe(1)
    expect(after.lab.state().inbox[KEY]).toMatchObject({ stage: 'done', heard: 'T1' })
  },
)

test('P27 what was begun and has made a test that is in history by now is found there, behind hundreds of others', async () => {
  const before = await open()
  const inbox = inboxOf(before)
  await inbox.take({ source: SOURCE, id: ORDER.delivery, heard: ORDER })
  await inbox.begin(KEY)
  const request = {
    ...{ family: 'socA', board: null, args: [], env: {}, timeoutMs: null },
    priority: 2 as const,
  }
  const program = { kind: 'shell', command: 'true' } as const
  const origin = { channel: 'home', place: 'home' }
  await before.lab.submit({ ...request, program }, JENKINS, { ...origin, request: KEY })
  for (let at = 0; at < 120; at++) {
    const { id } = await before.lab.submit({ ...request, program }, JENKINS, origin)
    await before.lab.cancel(id, JENKINS)
  }
  await until(() => before.site.tests.has('T1'), 'T1 runs')
  before.site.tests.get('T1')?.finish({})
  await ended(before, 'T1')
  await before.deliver()
  await before.storage.store.settled()
  const after = await before.restart()
  onTestFinished(() => after.close())
  expect(after.lab.state().runs['T1']).toBeUndefined()
  const orders = ordersOf(after)
  orders.resume()
  await until(() => after.lab.state().inbox[KEY]?.stage === 'done', 'it is found')
  expect(after.lab.state()).toMatchObject({ counters: { T: 121 }, inbox: { [KEY]: { heard: 'T1' } } })
})

test('M8.5 a test that is over and in history before its answer is given is still the one of its delivery', async () => {
  const under = await open()
  onTestFinished(() => under.close())
  const orders = ordersOf(under, inboxOf(under), false, async () => {
    await until(() => under.site.tests.has('T1'), 'T1 runs')
    under.site.tests.get('T1')?.finish({})
    await ended(under, 'T1')
    await under.deliver()
  })
  expect(await orders.carryOut(ORDER)).toEqual({ kind: 'test', id: 'T1', duplicate: false })
  expect(under.lab.state().runs['T1']).toBeUndefined()
  expect(await orders.carryOut(ORDER)).toEqual({ kind: 'test', id: 'T1', duplicate: true })
})

test('what cannot be done at a restart is tried again until there is room', async () => {
  const before = await open(1)
  const orders = ordersOf(before)
  await orders.carryOut({ ...ORDER, delivery: 'runs' })
  await orders.carryOut({ ...ORDER, delivery: 'waits' })
  await inboxOf(before).take({ source: SOURCE, id: ORDER.delivery, heard: ORDER })
  await before.storage.store.settled()
  const after = await before.restart(['a1'])
  onTestFinished(() => after.close())
  const again = ordersOf(after)
  const timers = after.clock.timers
  again.resume()
  await until(() => after.clock.timers > timers && after.lab.state().inbox[KEY] === undefined, 'it waits')
  const waiting = Object.values(after.lab.state().runs).filter(run => run.attempts.length === 0)
  for (const { id } of waiting) await after.lab.cancel(id, JENKINS)
  await after.clock.pass(1_000)
  await until(() => after.lab.state().inbox[KEY]?.heard === 'T3', 'it is submitted')
})

test('P27 a delivery that could not be noted in time is refused, and no later process does it all the same', async () => {
  const under = await open()
  onTestFinished(() => under.close())
  const inbox = inboxOf(under)
  const asked = Promise.withResolvers<void>()
  const stuck: Inbox = {
    ...inbox,
    begin() {
      asked.resolve()
      return new Promise(() => {})
    },
  }
  const answer = ordersOf(under, stuck).carryOut(ORDER)
  await asked.promise
  await under.clock.pass(5_000)
  expect(await answer).toMatchObject({ kind: 'fault', fault: { code: 'storage-full' } })
  await until(() => inbox.left().length === 0, 'nothing of it is left')
  const again = await ordersOf(under, inbox).carryOut(ORDER)
  expect(again).toEqual({ kind: 'test', id: 'T1', duplicate: false })
})

test('deliveries of others, and what cannot be read, are left alone and given up', async () => {
  const under = await open()
  onTestFinished(() => under.close())
  const inbox = inboxOf(under)
  await inbox.take({ source: 'slack', id: '1', heard: ORDER })
  await inbox.take({ source: SOURCE, id: 'odd', heard: { what: 'no order' } })
  ordersOf(under, inbox).resume()
  await until(() => under.lab.state().inbox['jenkins:odd'] === undefined, 'it is given up')
  expect(under.lab.state()).toMatchObject({ counters: { T: 0 }, inbox: { 'slack:1': { stage: 'heard' } } })
})

test('M8.5 however deliveries are repeated and mixed, each name has made one test', async () => {
  const under = await open(2_000)
  onTestFinished(() => under.close())
  const orders = ordersOf(under)
  let round = 0
  const names = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 9 })
  await fc.assert(
    fc.asyncProperty(names, async names => {
      round++
      const before = under.lab.state().counters.T
      const asked = names.map(async name => {
        return { name, answer: await orders.carryOut({ ...ORDER, delivery: `step/${round} ${name}` }) }
      })
      const answers = await Promise.all(asked)
      const ids = answers.flatMap(({ answer }) => (answer.kind === 'test' ? [answer.id] : []))
      expect(ids).toHaveLength(names.length)
      expect(new Set(ids).size).toBe(new Set(names).size)
      expect(under.lab.state().counters.T - before).toBe(new Set(names).size)
    }),
    { numRuns: 100 },
  )
})
