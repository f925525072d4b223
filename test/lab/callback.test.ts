import { expect, onTestFinished, test } from 'vitest'
import { InputError } from '../../src/errors.ts'
import type { Run } from '../../src/lab/types.ts'
import { silentLog } from '../../src/log.ts'
import { createOutbox } from '../../src/mail/outbox.ts'
import { until } from '../until.ts'
import { ended, HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, aRequest } from './samples.ts'

const callback = { url: 'https://ci.test:8443/callback?token=hush', build: 'job/k/7/' }
const DAY = 24 * 60 * 60_000

async function open(): Promise<LabUnderTest> {
  return await openLab({
    boards: [aBoard('a1')],
    checkCallback(url) {
      if (!url.startsWith('https://ci.test:8443/'))
        throw new InputError('not allowed', { hint: 'Ask an admin.' })
    },
  })
}

async function finished(under: LabUnderTest): Promise<Run> {
  const { id } = await under.lab.submit(aRequest({ callback }), MEI, HERE)
  await until(() => under.site.tests.has(id), `${id} starts`)
  under.site.tests.get(id)?.finish({})
  return await ended(under, id)
}

function owedOf({ lab }: LabUnderTest) {
  return lab.owed.items().find(item => item.channel === 'callback') ?? null
}

test('M8.4 the result is owed to its address as soon as the test is final, and only its host is shown', async () => {
  const under = await open()
  onTestFinished(() => under.close())
  const { id } = await under.lab.submit(aRequest({ callback }), MEI, HERE)
  await until(() => under.site.tests.has(id), `${id} starts`)
  // Whatever is seen first, both are there: they are one line of the journal.
  const seen: boolean[] = []
  under.lab.subscribe('*', () =>
    seen.push((under.lab.state().runs[id]?.state === 'passed') === (owedOf(under) !== null)),
  )
  under.site.tests.get(id)?.finish({})
  await ended(under, id)
  expect(seen.length).toBeGreaterThan(0)
  expect(seen).not.toContain(false)
  expect(owedOf(under)).toMatchObject({
    ...{ key: 'callback/T1', channel: 'callback', topic: 'callback/T1', kind: 'callback' },
    to: 'ci.test:8443 for T1',
  })
})

test('M8.4 P27 a kill between the outcome and its callback loses neither', async () => {
  const before = await open()
  await finished(before)
  await before.storage.store.settled()
  const after = await before.restart()
  onTestFinished(() => after.close())
  expect(owedOf(after)?.key).toBe('callback/T1')
  expect((await after.lab.run('T1'))?.callback).toEqual(callback)
})

test('whoever waits for a test, and its way to history, wait for no callback', async () => {
  const under = await open()
  onTestFinished(() => under.close())
  await finished(under)
  const ending = under.lab.ending('run/T1', AbortSignal.timeout(5_000))
  const told = under.lab.owed.items().find(item => item.topic === 'run/T1')
  await under.lab.owed.settled(told?.key ?? '', 'delivered')
  expect(await ending).toEqual({ ok: true, exit: 0 })
  expect(under.lab.state().runs['T1']).toBeUndefined()
  expect(owedOf(under)).not.toBeNull()
  // Its address is still known, for when it can be delivered.
  expect((await under.lab.run('T1'))?.callback).toEqual(callback)
  await under.lab.owed.settled('callback/T1', 'delivered')
  expect(under.lab.owed.items()).toEqual([])
})

test('a callback that is not taken for a day is given up, and counted', async () => {
  const under = await open()
  onTestFinished(() => under.close())
  await finished(under)
  const { lab, clock } = under
  const tries: string[] = []
  const channel = {
    id: 'callback',
    async deliver({ key }: { key: string }): Promise<never> {
      tries.push(key)
      throw new Error('status 500')
    },
  }
  const channels = new Map([[channel.id, channel]])
  const outbox = createOutbox({ ...lab.owed, channels, clock, log: silentLog })
  lab.subscribe('outbox', outbox.wake)
  outbox.wake()
  await until(() => tries.length === 1, 'it is tried')
  for (let hour = 0; hour < 25; hour++) await clock.pass(DAY / 24)
  await until(() => owedOf(under) === null, 'it is given up')
  expect(tries.length).toBeGreaterThan(100)
  expect(lab.state().givenUp).toBeGreaterThanOrEqual(1)
  await outbox.flush(0)
})

test('the same test again has no callback: nobody asked for its result', async () => {
  const under = await open()
  onTestFinished(() => under.close())
  await finished(under)
  const again = await under.lab.rerun('T1', KAI, HERE)
  expect(again).not.toHaveProperty('callback')
})

test('a callback that may not be is refused, and no test is queued; so is any where none are configured', async () => {
  const under = await open()
  onTestFinished(() => under.close())
  const other = { url: 'https://ci.test:8443@evil.test/' }
  await expect(under.lab.submit(aRequest({ callback: other }), MEI, HERE)).rejects.toThrow(InputError)
  const closed = await openLab({ boards: [aBoard('a1')] })
  onTestFinished(() => closed.close())
  await expect(closed.lab.submit(aRequest({ callback }), MEI, HERE)).rejects.toMatchObject({
    field: 'callback',
    hint: expect.stringContaining('settings.http.callbacks') as string,
  })
  expect([under.lab.state().counters.T, closed.lab.state().counters.T]).toEqual([0, 0])
})
