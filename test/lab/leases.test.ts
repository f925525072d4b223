import { afterEach, expect, test } from 'vitest'
import type { BoardConfig, Inventory } from '../../src/config/types.ts'
import { RefusedError } from '../../src/errors.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, someSettings } from './samples.ts'

const MINUTE = 60_000
const LONGER_THAN_A_HOLD_LIVES = 20_000
const open: LabUnderTest[] = []

afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

async function lab(
  boards: readonly BoardConfig[] = [aBoard('a1')],
  inventory: Partial<Inventory> = {},
): Promise<LabUnderTest> {
  const under = await openLab({ boards, inventory })
  open.push(under)
  return under
}

const kinds = (under: LabUnderTest): string[] => under.lab.owed.items().map(item => item.kind)
const inHistory = (under: LabUnderTest): string[] => under.storage.leases.list().map(entry => entry.id)

async function ask(under: LabUnderTest, who = KAI): Promise<string> {
  return (await under.lab.lend({ target: 'a1', termMs: 30 * MINUTE }, who, HERE)).id
}

test('P25 a bot that stood still longer than its hold lives takes the board again, for the same person', async () => {
  const under = await lab()
  const id = await ask(under)
  const before = under.lab.lease(id)
  under.clock.stall(LONGER_THAN_A_HOLD_LIVES)
  await under.clock.pass(0)
  const after = await until(() => {
    const lease = under.lab.lease(id)
    return lease !== null && lease.token !== before?.token ? lease : null
  }, 'the board is taken again')
  expect(after).toMatchObject({ state: 'active', until: before?.until })
  expect(after.token).toBeGreaterThan(before?.token ?? 0)
  expect(await under.leaseStore.holder('a1')).toEqual({ holder: id, token: after.token })
  expect(kinds(under)).toEqual([])
})

test('P25 when somebody else took the board meanwhile the lease is over, its holder told, and it is in history', async () => {
  const under = await lab()
  const id = await ask(under)
  under.clock.stall(LONGER_THAN_A_HOLD_LIVES)
  expect(await under.leaseStore.acquire('a1', 'another bot', 60 * MINUTE, 0)).toMatchObject({ held: true })
  await under.clock.pass(0)
  await until(() => under.lab.lease(id)?.state === 'released', 'it is over')
  expect(under.lab.lease(id)?.ended).toBe('somebody else took its board while the bot stood still')
  expect(kinds(under)).toEqual(['lease-ended'])
  await under.deliver()
  expect(inHistory(under)).toEqual([id])
})

test('a board that a check has when its lease lost its hold is taken again after it', async () => {
  const under = await lab()
  const id = await ask(under)
  const token = under.lab.lease(id)?.token
  under.clock.stall(LONGER_THAN_A_HOLD_LIVES)
  await Promise.all([under.lab.check('a1', KAI).catch(() => {}), under.clock.pass(0)])
  await until(async () => {
    await under.lab.expireLeases()
    return under.lab.lease(id)?.token !== token
  }, 'the board is taken again')
  expect(under.lab.lease(id)?.state).toBe('active')
  expect(under.site.violations).toEqual([])
})

test('M3.7 whoever was answered "waiting" is told of the grant, however soon it comes; whoever was not, is not', async () => {
  const under = await lab()
  const first = await ask(under)
  const second = await ask(under, MEI)
  expect(under.lab.lease(second)?.state).toBe('waiting')
  expect(kinds(under)).toEqual([])
  await under.lab.release(first, KAI)
  await until(() => under.lab.lease(second)?.state === 'active', 'the next in line has it')
  expect(under.lab.owed.items().map(item => [item.kind, item.to])).toEqual([['lease-granted', 'mei']])
})

test('M3.6 a lease shorter than its warnings that is extended past them is warned as any other', async () => {
  const under = await lab()
  const { id } = await under.lab.lend({ target: 'a1', termMs: MINUTE }, KAI, HERE)
  await under.lab.extend(id, 30 * MINUTE, KAI)
  await under.clock.pass(21 * MINUTE)
  await until(() => kinds(under).includes(`lease-warning-${10 * MINUTE}`), 'it is warned')
})

test('an operator who releases the lease of somebody else has them told', async () => {
  const OPS = { ...MEI, id: 'ops', name: 'ops' }
  const under = await lab([aBoard('a1')], { people: { admins: [], operators: ['ops'], teams: {} } })
  const own = await ask(under)
  await under.lab.release(own, KAI)
  expect(kinds(under)).toEqual([])
  const other = await ask(under)
  await under.lab.release(other, OPS)
  expect(under.lab.owed.items().map(item => [item.kind, item.to, item.topic])).toEqual([
    ['lease-ended', 'kai', `lease/${other}`],
  ])
  expect(under.lab.lease(other)?.ended).toBe('released by @ops')
})

test('a bot that is being stopped lends no board, hands none over, and leaves no timer behind', async () => {
  const under = await lab([aBoard('a1'), aBoard('a2')])
  await ask(under)
  const asking = under.lab.lend({ target: 'a2', termMs: null }, MEI, HERE)
  await under.lab.stop()
  await asking
  await expect(ask(under, MEI)).rejects.toThrow(RefusedError)
  await expect(ask(under, MEI)).rejects.toThrow('takes no new leases')
  await under.lab.sweep()
  await under.lab.expireLeases()
  expect(under.site.busy.size).toBe(0)
  // The stores have theirs; the lab has none left.
  const left = under.clock.timers
  await under.storage.close()
  expect(left - under.clock.timers).toBe(left)
})

test('P27 a lease that was being handed over when the bot stopped is handed over by the next one', async () => {
  const under = await lab([aBoard('a1')])
  const id = await ask(under)
  await under.storage.store.commit([
    {
      o: 'lease/asked',
      lease: {
        ...(under.lab.lease(id) as never as object),
        id: 'L2',
        wanted: 'a1',
        state: 'waiting',
      } as never,
    },
  ])
  const again = await under.restart()
  open.splice(0, open.length, again)
  expect(again.lab.lease('L2')?.state).toBe('waiting')
  await again.lab.release(id, KAI)
  await until(() => again.lab.lease('L2')?.state === 'active', 'it is handed over')
})

test('settings that make leases shorter leave what was lent alone', async () => {
  const under = await lab()
  const id = await ask(under)
  const end = under.lab.lease(id)?.until
  under.next.inventory = { ...under.inventory, settings: someSettings({ leaseMaxMs: MINUTE }) }
  await under.lab.reload()
  expect(under.lab.lease(id)).toMatchObject({ state: 'active', until: end })
  await expect(under.lab.extend(id, MINUTE, KAI)).rejects.toThrow('at most')
})
