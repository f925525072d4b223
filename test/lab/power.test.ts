import { afterEach, describe, expect, test } from 'vitest'
import type { Storage } from '../../src/app/storage.ts'
import { drawTelling } from '../../src/cards/tellings.ts'
import { textOf } from '../../src/cards/text.ts'
import { labModel } from '../../src/lab/index.ts'
import type { PowerEvent, Run } from '../../src/lab/types.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, POWER } from './samples.ts'

const OPS = { id: 'ops', name: 'ops', platform: 'terminal' }
const REQUEST = {
  family: 'socA',
  board: null,
  program: { kind: 'shell', command: 'true' },
  args: [],
  env: {},
  priority: 2,
  timeoutMs: null,
} as const
const RESTARTED = { class: 'infrastructure', cause: 'restart', blame: 'lab' }

let open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open) await under.close()
  open = []
})

async function lab(stores?: (storage: Storage) => Partial<Storage>): Promise<LabUnderTest> {
  const boards = [aBoard('a1', { power: POWER })]
  const under = await openLab({ boards, ...(stores === undefined ? {} : { stores }) })
  open.push(under)
  return under
}

/** A switch that was acknowledged, and is going on for as long as the site is not told otherwise. */
async function cutShort(
  under: LabUnderTest,
  action: 'on' | 'off' | 'cycle',
  dead: readonly string[] = [],
): Promise<{ again: LabUnderTest; event: PowerEvent }> {
  under.site.stuck.add('a1')
  const { id } = await under.lab.power('a1', action, OPS, 'the fan')
  await until(() => under.site.powered.length > 0, 'it is being switched')
  const again = await under.restart(dead)
  open.splice(open.indexOf(under), 1, again)
  under.site.let('a1')
  const event = await again.lab.powerEvent(id)
  if (event === null) throw new Error(`${id} is lost`)
  return { again, event }
}

async function ended(under: LabUnderTest, id: string): Promise<PowerEvent | null> {
  await under.lab.ending(`power/${id}`, AbortSignal.timeout(10_000))
  return await under.lab.powerEvent(id)
}

function reasonOf(under: LabUnderTest): string | null | undefined {
  return under.lab.board('a1')?.state.reason
}

describe('P27 H18.5 a switch that was acknowledged', () => {
  test('and cut short by a kill is in history as failed, and what its outlet may be is said', async () => {
    const { again, event } = await cutShort(await lab(), 'cycle')
    expect(event).toMatchObject({ action: 'cycle', by: OPS, reason: 'the fan', failure: RESTARTED })
    expect(event.endedAt).not.toBeNull()
    expect(event.message).toBe(
      'the bot was restarted while a1 was being switched: its outlet may have been left off. Read it: power status a1',
    )
    expect((await again.lab.powerEvents('a1')).map(each => each.id)).toEqual([event.id])
    expect(again.storage.power.has(event.id)).toBe(true)
    expect(again.lab.state().power).toEqual({})
  })

  test('is asked for an answer after the restart; one that answers is not switched', async () => {
    const { again } = await cutShort(await lab(), 'on')
    await until(() => again.lab.board('a1')?.usable, 'it answered')
    expect(again.site.powered).toEqual([])
  })

  test('is cycled after the restart if it is silent, with an event of its own that says why', async () => {
    const { again, event } = await cutShort(await lab(), 'cycle', ['a1'])
    await until(() => again.site.powered.length > 0, 'it is cycled')
    await until(() => again.lab.board('a1')?.status === 'offline', 'it is set aside')
    expect(again.site.powered).toMatchObject([{ action: 'cycle' }])
    const [own, first] = await again.lab.powerEvents('a1')
    expect(first?.id).toBe(event.id)
    expect(own).toMatchObject({
      by: null,
      reason: 'power cycle by @ops was cut short by a restart of the bot',
    })
    expect(again.lab.board('a1')?.power).toBe('on')
  })

  test('to be off is left alone after the restart, however long', async () => {
    const { again } = await cutShort(await lab(), 'off', ['a1'])
    await again.clock.pass(3_600_000)
    await again.lab.checkBoards()
    expect(again.site.powered).toEqual([])
    expect(again.lab.board('a1')).toMatchObject({ status: 'offline', usable: false })
    expect(reasonOf(again)).toBe('power off by @ops was cut short by a restart of the bot')
  })

  test('on a board that was off and is held leaves it theirs, and asked when their lease is over', async () => {
    const under = await lab()
    const { id } = await under.lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
    await ended(under, (await under.lab.power('a1', 'off', OPS, '')).id)
    under.site.powered.splice(0)
    const { again } = await cutShort(under, 'on')
    expect(again.lab.board('a1')).toMatchObject({ heldBy: '@kai', status: 'in_use' })
    await again.lab.release(id, KAI)
    await until(() => again.lab.board('a1')?.usable, 'it answered')
  })

  test('is told to who holds the board, and what was owed is still said after a restart', async () => {
    const under = await lab()
    await under.lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
    const { again, event } = await cutShort(under, 'cycle')
    const item = again.lab.owed.items().find(each => each.topic === `power/${event.id}`)
    expect(item).toMatchObject({ to: 'kai', kind: 'power-switched' })
    const view = await drawTelling(item?.topic ?? '', again.lab)
    expect(view && textOf(view.title, { now: 0, timeZone: 'UTC' })).toContain(
      '@kai a1: power cycle by @ops (the fan): the bot was restarted while a1 was being switched',
    )
  })

  test('that ended and was told nobody yet is drawn from history after a restart', async () => {
    const under = await lab()
    await under.lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
    const { id } = await under.lab.power('a1', 'cycle', OPS, '')
    await ended(under, id)
    const again = await under.restart()
    open.splice(open.indexOf(under), 1, again)
    expect(await drawTelling(`power/${id}`, again.lab)).not.toBeNull()
  })

  test('comes to its end though history cannot be written, and goes there with the next', async () => {
    let broken = true
    const under = await lab(({ power }) => ({
      power: {
        ...power,
        append: (event, at) => (broken ? Promise.reject(new Error('I/O error')) : power.append(event, at)),
      },
    }))
    const first = await under.lab.power('a1', 'cycle', OPS, '')
    expect(await under.lab.ending(`power/${first.id}`, AbortSignal.timeout(10_000))).toEqual({
      ok: true,
      exit: 0,
    })
    expect(under.lab.board('a1')).toMatchObject({ usable: true, status: 'available' })
    expect((await under.lab.powerEvents('a1')).map(event => event.id)).toEqual([first.id])
    broken = false
    const second = await under.lab.power('a1', 'cycle', OPS, '')
    await ended(under, second.id)
    await until(
      () => under.storage.power.has(first.id) && under.storage.power.has(second.id),
      'both are there',
    )
    await until(() => Object.keys(under.lab.state().power).length === 0, 'and nowhere else')
    expect(under.storage.power.list()).toHaveLength(2)
  })
})

test('a state stored before switches were part of it is brought up, its boards that were switched off too', () => {
  const { power: _, stranded: __, ...before } = labModel.initial()
  labModel.apply(before as never, { o: 'board/known', id: 'a1', at: 1 }, 1)
  const lost = { kind: 'lost', reason: 'switched off by @ops' }
  const step = { o: 'board/step', id: 'a1', at: 2, event: lost }
  const old = structuredClone(before)
  labModel.apply(old as never, step as never, 2)
  const byOperation = labModel.upgrade(1, 'snapshot', before) as ReturnType<typeof labModel.initial>
  labModel.apply(byOperation, labModel.upgrade(1, 'operation', step) as never, 2)
  const bySnapshot = labModel.upgrade(1, 'snapshot', old) as typeof byOperation
  expect(byOperation).toMatchObject({ power: {}, stranded: {} })
  expect(byOperation.boards['a1']?.condition).toBe('off')
  expect(bySnapshot.boards['a1']?.condition).toBe('off')
})

describe('design 4 a switch under a test', () => {
  async function attemptsOf(under: LabUnderTest, id: string): Promise<Run['attempts']> {
    const run = await until(async () => {
      const found = await under.lab.run(id)
      return found !== null && found.attempts.length > 1 ? found : null
    }, 'its next attempt has begun')
    return run.attempts
  }

  test.each([0, 1, 2, 3, 5, 8, 13, 21])(
    'ends it as infrastructure, power, lab, however lately it was given the board (%i turns ago)',
    async turns => {
      const under = await lab()
      const { id } = await under.lab.submit(REQUEST, MEI, HERE)
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      const { id: event } = await under.lab.power('a1', 'cycle', OPS, '')
      await ended(under, event)
      await until(() => under.site.tests.has(id), 'it runs')
      expect(under.site.violations).toEqual([])
      const { attempts } = (await under.lab.run(id)) as Run
      const cut = attempts.slice(0, -1).map(each => each.failure)
      // Switched before the test had the board at all, or under it: never beside it.
      expect(cut).toEqual(cut.map(() => ({ class: 'infrastructure', cause: 'power', blame: 'lab' })))
      expect(under.site.tests.get(id)?.token).toBeGreaterThan(under.site.powered[0]?.token ?? 0)
    },
  )

  test('that is only just being handed its board', async () => {
    const under = await lab()
    const { id } = await under.lab.submit(REQUEST, MEI, HERE)
    await until(() => under.lab.state().runs[id]?.state === 'leasing', 'it has the board')
    const { id: event } = await under.lab.power('a1', 'cycle', OPS, '')
    await ended(under, event)
    const [first] = await attemptsOf(under, id)
    expect(first?.failure).toEqual({ class: 'infrastructure', cause: 'power', blame: 'lab' })
  })
})

describe('H18.6 a board that was switched off', () => {
  async function off(under: LabUnderTest): Promise<void> {
    const { id } = await under.lab.power('a1', 'off', OPS, '')
    await ended(under, id)
    under.site.dead.add('a1')
  }
  const news = { since: 0, lastByteAt: 0, problem: null, head: 0 }

  test('stays so, with who did it, when its console comes back, is asked, or is reset', async () => {
    const under = await lab()
    await off(under)
    under.site.news('a1', { kind: 'state', state: { ...news, connected: false, problem: 'closed' } })
    under.site.news('a1', { kind: 'state', state: { ...news, connected: true } })
    await until(() => under.lab.board('a1')?.connected, 'its console is back')
    const asked = (): Promise<boolean> =>
      under.lab.check('a1', OPS).then(
        () => true,
        () => false,
      )
    await until(asked, 'it is asked')
    await under.clock.pass(3_600_000)
    await under.lab.checkBoards()
    expect(reasonOf(under)).toBe('switched off by @ops')
    expect(under.lab.board('a1')).toMatchObject({ status: 'offline', usable: false })
    expect(under.site.powered).toMatchObject([{ action: 'off' }])
  })

  test('stays so over a restart', async () => {
    const under = await lab()
    await off(under)
    const again = await under.restart(['a1'])
    open.splice(open.indexOf(under), 1, again)
    await again.clock.pass(600_000)
    await again.lab.checkBoards()
    expect(reasonOf(again)).toBe('switched off by @ops')
    expect(again.site.powered).toEqual([])
  })

  test('is in the lab again when it is switched on, or answers because somebody did it by hand', async () => {
    const under = await lab()
    await off(under)
    under.site.dead.delete('a1')
    const { id } = await under.lab.power('a1', 'cycle', OPS, '')
    await ended(under, id)
    expect(under.lab.board('a1')?.usable).toBe(true)
    await off(under)
    under.site.dead.delete('a1')
    under.site.outlets.set('a1', 'on')
    under.site.news('a1', { kind: 'state', state: { ...news, connected: true } })
    await until(() => under.lab.board('a1')?.usable, 'it answered')
    expect(reasonOf(under)).toBeNull()
  })

  test('under somebody else’s lease stays off when the lease is over; one that its holder left off is brought back', async () => {
    const under = await lab()
    const lease = await under.lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
    await off(under)
    await under.lab.release(lease.id, KAI)
    await under.clock.pass(60_000)
    expect(reasonOf(under)).toBe('switched off by @ops')
    under.site.dead.delete('a1')
    await ended(under, (await under.lab.power('a1', 'cycle', OPS, '')).id)
    const own = await under.lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
    await ended(under, (await under.lab.power('a1', 'off', KAI, '')).id)
    under.site.dead.add('a1')
    await under.lab.release(own.id, KAI)
    await until(() => under.site.powered.length === 4, 'the lab switches it on again')
    expect(under.site.powered.at(-1)?.action).toBe('cycle')
  })
})

test('a board that could not be opened is set aside with the reason, never cycled, and back when it is open', async () => {
  const under = await lab()
  const state = {
    connected: false,
    since: 0,
    lastByteAt: null,
    problem: 'a1 could not be opened: no room',
    head: 0,
  }
  under.site.unopened.add('a1')
  under.site.news('a1', { kind: 'state', state })
  await until(() => under.lab.board('a1')?.status === 'offline', 'it is set aside')
  expect(under.site.powered).toEqual([])
  under.site.unopened.delete('a1')
  under.site.news('a1', { kind: 'state', state: { ...state, connected: true, problem: null } })
  await until(() => under.lab.board('a1')?.usable, 'it is back')
})
