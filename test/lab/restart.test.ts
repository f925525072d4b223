import { afterEach, expect, test } from 'vitest'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, POWER } from './samples.ts'

let open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open) await under.close()
  open = []
})

const REQUEST = {
  family: 'socA',
  board: null,
  program: { kind: 'shell', command: 'true' },
  args: [],
  env: {},
  priority: 2,
  timeoutMs: null,
} as const

async function lab(): Promise<LabUnderTest> {
  const under = await openLab({ boards: [aBoard('a1', { power: POWER })] })
  open.push(under)
  return under
}

async function restarted(under: LabUnderTest, dead: readonly string[] = []): Promise<LabUnderTest> {
  const again = await under.restart(dead)
  open.splice(open.indexOf(under), 1, again)
  return again
}

async function recovering(under: LabUnderTest, cycle: boolean): Promise<void> {
  const event = { kind: 'recovering', reason: 'it fell silent', cycle } as const
  await under.storage.store.commit([{ o: 'board/step', id: 'a1', at: under.clock.now(), event }])
}

async function running(): Promise<{ under: LabUnderTest; id: string }> {
  const under = await lab()
  const { id } = await under.lab.submit(REQUEST, MEI, HERE)
  await until(() => under.site.tests.has(id), 'the test has begun')
  return { under, id }
}

test('P27 a run that was being cancelled when the bot was killed ends as cancelled, and never begins again', async () => {
  const { under, id } = await running()
  // Stored, and killed before its board heard of it.
  const at = under.clock.now()
  await under.storage.store.commit([{ o: 'run/step', id, at, event: { kind: 'cancel-asked', by: KAI } }])
  const again = await restarted(under)
  const run = await until(async () => {
    const found = await again.lab.run(id)
    return found?.state === 'cancelled' ? found : null
  }, 'it has ended')
  expect(run.attempts).toHaveLength(1)
  expect(run.attempts[0]?.endedAt).not.toBeNull()
  expect(run.result?.message).toBe('Cancelled by @kai shortly before the bot was restarted.')
  expect(again.lab.board('a1')?.lease).toBeNull()
  expect(again.site.tests.size).toBe(0)
})

test('a board that was being looked after when the bot was killed is looked after by the next one', async () => {
  const under = await lab()
  await recovering(under, false)
  const again = await restarted(under)
  await until(() => again.lab.board('a1')?.usable, 'it was asked, and is back')
  expect(again.site.powered).toEqual([])
})

test('H18.2 a board whose power cycle was cut short is cycled again: it may have been left off', async () => {
  const under = await lab()
  await recovering(under, true)
  const again = await restarted(under, ['a1'])
  await until(() => again.site.powered.length > 0, 'its power is cycled')
  expect(again.site.powered).toMatchObject([{ board: 'a1', action: 'cycle' }])
})
