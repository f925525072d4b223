import { afterEach, describe, expect, test } from 'vitest'
import type { BoardConfig, Settings } from '../../src/config/types.ts'
import { labModel } from '../../src/lab/state.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, POWER, someSettings } from './samples.ts'

const MINUTE = 60_000
const open: LabUnderTest[] = []

afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

async function lab(part: Partial<BoardConfig>, settings: Partial<Settings> = {}): Promise<LabUnderTest> {
  const under = await openLab({
    boards: [aBoard('a1', part)],
    inventory: { settings: someSettings(settings) },
  })
  open.push(under)
  await under.lab.check('a1', null)
  return under
}

/** It falls silent, and the next check finds it so; settles when its ladder has come to its end. */
async function fallsSilent(under: LabUnderTest, afterMs = 20 * MINUTE): Promise<void> {
  under.site.dead.add('a1')
  await under.clock.pass(afterMs)
  await under.lab.checkBoards()
}

const stepsOf = (under: LabUnderTest): string[] =>
  (under.lab.board('a1')?.state.steps ?? []).map(({ step, outcome }) => `${step}: ${outcome}`)

const taken = (under: LabUnderTest): string[] => [
  ...under.site.resets.map(() => 'reset'),
  ...under.site.powered.map(({ action }) => action),
]

describe('H10.3 H18.3 a board that falls silent', () => {
  test('is reset where that is allowed, and that is all when it helps', async () => {
    const under = await lab({ sysrq: true, power: POWER })
    under.site.mends.set('a1', 'reset')
    await fallsSilent(under)
    expect([taken(under), stepsOf(under)]).toEqual([['reset'], ['console: no answer', 'reset: back']])
    expect(under.lab.board('a1')).toMatchObject({ usable: true, status: 'available', health: 'healthy' })
    expect(under.lab.owed.items().filter(({ kind }) => kind === 'alert')).toEqual([])
  })

  test('is cycled when a reset did not help, then set aside, and people are told once, until it answers', async () => {
    const under = await lab({ sysrq: true, power: POWER })
    await fallsSilent(under)
    expect(taken(under)).toEqual(['reset', 'cycle'])
    expect(stepsOf(under)).toEqual(['console: no answer', 'reset: no answer', 'power: no answer'])
    expect(under.lab.board('a1')).toMatchObject({ usable: false, status: 'offline' })
    const alerts = async () => (await under.lab.status()).alerts.map(({ text }) => text)
    expect(await alerts()).toEqual([
      expect.stringMatching(
        /^a1 does not answer and is set aside: no answer to a health check; .* Tried: 12:20 console: no answer · 12:20 reset: no answer · 12:20 power: no answer\. Look at it; when it is mended: boards health a1$/,
      ),
    ])
    await under.clock.pass(2 * MINUTE)
    await under.lab.checkBoards()
    expect(await alerts()).toHaveLength(1)
    under.site.dead.clear()
    await under.clock.pass(2 * MINUTE)
    await under.lab.checkBoards()
    expect([under.lab.board('a1')?.usable, await alerts()]).toEqual([true, []])
  })

  test('is only asked where its policy says so, and where there is nothing else', async () => {
    const only = await lab({ sysrq: true, power: POWER, recovery: { steps: ['console'] } })
    const bare = await lab({})
    for (const under of [only, bare]) {
      await fallsSilent(under)
      expect([taken(under), stepsOf(under)]).toEqual([[], ['console: no answer']])
      expect(under.lab.board('a1')?.reason).toMatch(/^offline since 12:20: a1 does not answer$/)
    }
  })

  test('is not taken down again within the cool-down, nor more often than the cap in a day; why is said', async () => {
    const under = await lab(
      { sysrq: true, power: POWER },
      { recovery: { ...someSettings().recovery, mostInADay: 3 } },
    )
    under.site.mends.set('a1', 'reset')
    await fallsSilent(under)
    await fallsSilent(under, 6 * MINUTE)
    expect(taken(under)).toEqual(['reset', 'cycle'])
    expect(under.lab.board('a1')?.reason).toContain('; no reset before 12:30')
    under.site.dead.clear()
    await under.clock.pass(2 * MINUTE)
    await under.lab.checkBoards()
    await fallsSilent(under)
    expect(taken(under)).toEqual(['reset', 'reset', 'cycle'])
    await fallsSilent(under)
    expect(taken(under)).toEqual(['reset', 'reset', 'cycle'])
    expect(under.lab.board('a1')?.reason).toContain(
      'no reset: reset or power-cycled 3 times within a day already',
    )
    under.site.dead.clear()
    await under.clock.pass(25 * 60 * MINUTE)
    await under.lab.checkBoards()
    await fallsSilent(under)
    expect(taken(under)).toEqual(['reset', 'reset', 'reset', 'cycle'])
  })

  test('a step that was passed over for its cool-down is taken when that is over, once; the alert says when', async () => {
    const under = await lab({ power: POWER })
    under.site.mends.set('a1', 'power')
    await fallsSilent(under)
    under.site.mends.clear()
    await fallsSilent(under, 6 * MINUTE)
    const alert = async () => (await under.lab.status()).alerts[0]?.text
    expect(await alert()).toMatch(
      /Tried: 12:26 console: no answer\. Next try: power cycle at 12:30\. Look at it/,
    )
    const minutes = async (count: number): Promise<void> => {
      for (let minute = 0; minute < count; minute++) {
        await under.clock.pass(MINUTE)
        await under.lab.checkBoards()
      }
    }
    await minutes(3)
    expect(taken(under)).toEqual(['cycle'])
    expect(under.lab.board('a1')?.reason).toMatch(/; next try: power cycle at 12:30$/)
    await minutes(1)
    expect(taken(under)).toEqual(['cycle', 'cycle'])
    expect(stepsOf(under).slice(-2)).toEqual(['console: no answer', 'power: no answer'])
    expect(await alert()).toMatch(/12:30 power: no answer\. Look at it/)
    expect(under.lab.owed.items().filter(({ kind }) => kind === 'alert')).toHaveLength(1)
    await minutes(60)
    expect(taken(under)).toEqual(['cycle', 'cycle'])
    expect(under.lab.board('a1')?.reason).not.toContain('next try')
  })

  test('and heals the board, over a restart of the bot too; never beyond the cap', async () => {
    for (const mostInADay of [4, 1]) {
      const under = await lab({ power: POWER }, { recovery: { ...someSettings().recovery, mostInADay } })
      under.site.mends.set('a1', 'power')
      await fallsSilent(under)
      await fallsSilent(under, 6 * MINUTE)
      const again = await under.restart(['a1'])
      open.splice(open.indexOf(under), 1, again)
      again.site.mends.set('a1', 'power')
      await again.clock.pass(5 * MINUTE)
      await again.lab.checkBoards()
      expect(taken(again)).toEqual(mostInADay === 1 ? [] : ['cycle'])
      expect(again.lab.board('a1')?.usable).toBe(mostInADay > 1)
    }
  })

  test('P18 in maintenance, or switched off on purpose, is not touched', async () => {
    const kept = await lab({ sysrq: true, power: POWER })
    await kept.lab.maintain('a1', { reason: 'hands inside', untilMs: null }, KAI)
    await fallsSilent(kept)
    const off = await lab({ sysrq: true, power: POWER })
    const { id } = await off.lab.power('a1', 'off', KAI, '')
    await off.lab.ending(`power/${id}`, AbortSignal.timeout(10_000))
    await fallsSilent(off)
    expect([stepsOf(kept), stepsOf(off), kept.site.resets, off.site.resets]).toEqual([[], [], [], []])
    expect(off.site.powered.map(({ action }) => action)).toEqual(['off'])
  })
})

test('M6.4 a reset that ended a test is of its board, with no blame; it is asked, and nothing counts when it answers', async () => {
  const under = await lab({ sysrq: true, power: POWER })
  const program = { kind: 'shell', command: 'true' } as const
  const request = { family: 'socA', board: null, program, args: [], env: {}, timeoutMs: null }
  const { id } = await under.lab.submit({ ...request, priority: 2 }, MEI, HERE)
  const going = await until(() => under.site.tests.get(id), 'it runs')
  const failure = { class: 'timeout', cause: 'time limit', blame: 'none' } as const
  going.finish({
    ...{ status: null, endedBy: 'reset', resetBack: false, boardClean: false },
    failure: { failure, message: 'x', hint: '' },
  })
  await until(() => under.lab.board('a1')?.usable && under.lab.board('a1')?.lease === null, 'it answers')
  expect((await under.lab.run(id))?.result?.endedBy).toBe('reset')
  expect(under.lab.board('a1')?.state).toMatchObject({
    failures: [],
    steps: [
      { step: 'reset', outcome: 'done', run: id },
      { step: 'console', outcome: 'back', run: null },
    ],
  })
  await fallsSilent(under, 6 * MINUTE)
  expect(taken(under)).toEqual(['reset', 'cycle'])
})

test('H10.3 M3.4 what a bad kernel brought about is put right as often as it takes: a healthy board is never set aside for it', async () => {
  const under = await lab({ power: POWER })
  under.site.mends.set('a1', 'power')
  const program = { kind: 'shell', command: 'panic' } as const
  const request = {
    family: 'socA',
    board: null,
    program,
    args: [],
    env: {},
    timeoutMs: null,
    priority: 2,
  } as const
  const failure = { class: 'test', cause: 'panic', blame: 'none' } as const
  for (let count = 1; count <= 7; count++) {
    const { id } = await under.lab.submit(request, MEI, HERE)
    const going = await until(() => under.site.tests.get(id), 'it runs')
    under.site.dead.add('a1')
    going.finish({
      ...{ status: null, endedBy: 'nothing', boardClean: false },
      failure: { failure, message: 'x', hint: '' },
    })
    await until(() => under.lab.board('a1')?.usable && under.lab.board('a1')?.lease === null, 'it is back')
    expect(taken(under)).toHaveLength(count)
    await under.clock.pass(MINUTE)
  }
  expect((await under.lab.status()).alerts).toEqual([])
  // Falling silent by itself is another matter, and has its whole cap still.
  await fallsSilent(under)
  expect(taken(under)).toHaveLength(8)
  expect(under.lab.board('a1')?.state.steps.at(-1)).not.toHaveProperty('after')
})

test('P27 a step that a kill of the bot cut short is said to be, counts, and is done again', async () => {
  const under = await lab({ power: POWER })
  under.site.dead.add('a1')
  under.site.stuck.add('a1')
  await under.clock.pass(20 * MINUTE)
  void under.lab.checkBoards()
  await until(() => under.site.powered.length === 1, 'it is being cycled')
  const again = await under.restart(['a1'])
  open.splice(open.indexOf(under), 1, again)
  under.site.let('a1')
  await until(() => again.lab.board('a1')?.status === 'offline', 'it is set aside')
  expect(stepsOf(again)).toEqual([
    'console: no answer',
    'power: cut short',
    'console: no answer',
    'power: no answer',
  ])
})

test('a state stored before steps were part of it is brought up, and its cool-down goes on', () => {
  const before = labModel.initial()
  labModel.apply(before, { o: 'board/known', id: 'a1', at: 1 }, 1)
  labModel.apply(before, { o: 'board/known', id: 'a2', at: 1 }, 2)
  const recovering = { kind: 'recovering', reason: 'x', cycle: true } as const
  labModel.apply(before, { o: 'board/step', id: 'a1', at: 5, event: recovering }, 3)
  for (const board of Object.values(before.boards)) Reflect.deleteProperty(board, 'steps')
  const after = labModel.upgrade(2, 'snapshot', before) as typeof before
  expect(after.boards['a1']?.steps).toEqual([
    { step: 'power', startedAt: 5, endedAt: 5, outcome: 'done', message: null, run: null },
  ])
  expect(after.boards['a2']?.steps).toEqual([])
})
