import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { boardCard } from '../../src/cards/board.ts'
import { judgeIncidents } from '../../src/lab/boards/judging.ts'
import { type Core, createCore, type LabDeps } from '../../src/lab/core.ts'
import { createNews } from '../../src/lab/news.ts'
import { labModel, type Operation } from '../../src/lab/state.ts'
import type { BoardState, Incident } from '../../src/lab/types.ts'
import { silentLog } from '../../src/log.ts'
import { draw } from '../cards/draw.ts'
import { findingOf } from '../reading/finding.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, anInventory, POWER } from './samples.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const START = Date.UTC(2026, 10, 20)
const RUNS = { numRuns: 150 }

// ---- laws -----------------------------------------------------------------------------------------------------

type Deed = { t: number; board: string } & Partial<Pick<Incident, 'during' | 'blame' | 'cause' | 'kind'>>

/** Boards of one site, none with another's kernel; `b4` is somewhere else. */
const BOARDS = ['b0', 'b1', 'b2', 'b3', 'b4']
const INVENTORY = anInventory(
  BOARDS.map(id => aBoard(id, id === 'b4' ? { site: 'there', power: { ...POWER, pdu: 'another' } } : {})),
)

/** The lab's own judgement over these, asked at these moments and once when all is over. */
async function judged(
  deeds: readonly Deed[],
  asked: readonly number[] = [],
  kernelOf = (id: string): string => id,
): Promise<{ boards: Record<string, BoardState>; alerts: number }> {
  const state = labModel.initial()
  let [now, sequence] = [START, 0]
  const commit = async (operations: readonly Operation[]): Promise<number> => {
    for (const each of operations) labModel.apply(state, each, ++sequence)
    return sequence
  }
  const store = { state, commit, sequence: 0 }
  const clock = { now: () => now }
  const deps = { store, clock, inventory: INVENTORY, log: silentLog } as unknown as LabDeps
  const core: Core = createCore(deps, createNews(silentLog))
  for (const id of BOARDS) {
    const event = { kind: 'answered', responseMs: 1, kernel: kernelOf(id) } as const
    await core.commit({ o: 'board/known', id, at: now })
    await core.commit({ o: 'board/step', id, at: now, event })
  }
  const moments = [...deeds.map(({ t }) => t), ...asked].toSorted((a, b) => a - b)
  for (const t of moments) {
    now = START + t
    for (const [offset, { board, t: its, ...part }] of deeds.entries()) {
      if (its !== t || state.boards[board]?.incidents?.some(each => each.offset === offset)) continue
      const incident: Incident = {
        ...{ cause: 'reset', kind: 'reset', severity: 'ends', title: 'reset: U-Boot 2023.01' },
        ...{ at: now, proof: [], offset, during: null },
        ...part,
      }
      await core.commit({ o: 'board/step', id: board, at: now, event: { kind: 'incident', incident } })
    }
    if (asked.includes(t)) await judgeIncidents(core)
  }
  now = START + (moments.at(-1) ?? 0) + MINUTE
  await judgeIncidents(core)
  return { boards: state.boards, alerts: Object.keys(state.alerts).length }
}

const DAY_MINUTES = 23 * 60
const times = (most: number) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: DAY_MINUTES }), { minLength: 1, maxLength: most })
    .map(minutes => minutes.map(each => each * MINUTE))
const moments = fc.array(fc.integer({ min: 0, max: DAY_MINUTES * MINUTE }), { maxLength: 6 })
const blames = ({ incidents = [] }: Partial<BoardState> = {}) => incidents.map(({ blame }) => blame)

describe('M3.4 H10.3 a board that fails while nobody uses it', () => {
  test('law: alone, it is set aside with the third time of a day and not before, whenever it is looked at; people are told once', async () => {
    await fc.assert(
      fc.asyncProperty(times(7), moments, async (at, asked) => {
        const { boards, alerts } = await judged(
          at.map(t => ({ board: 'b1', t })),
          asked,
        )
        expect(boards['b1']?.failures).toHaveLength(at.length)
        expect([boards['b1']?.unhealthy !== null, alerts]).toEqual(at.length >= 3 ? [true, 1] : [false, 0])
        expect(['b0', 'b2', 'b3', 'b4'].flatMap(id => boards[id]?.failures)).toEqual([])
      }),
      RUNS,
    )
  })

  test('law: what befalls two or more boards of a site within 30 s counts for none of them, however often', async () => {
    const struck = fc.subarray(['b0', 'b1', 'b2', 'b3'], { minLength: 2 })
    const late = fc.array(fc.integer({ min: 0, max: 29 }), { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(times(5), struck, late, moments, async (at, ids, lateBy, asked) => {
        const deeds = at.flatMap(t => ids.map((board, n) => ({ board, t: t + (lateBy[n] ?? 0) * SECOND })))
        const { boards, alerts } = await judged(deeds, asked)
        expect(Object.values(boards).flatMap(({ failures }) => failures)).toEqual([])
        expect([alerts, ...new Set(ids.flatMap(id => blames(boards[id])))]).toEqual([0, 'site'])
      }),
      RUNS,
    )
  })

  test('law: what came while somebody held it, or just after, or of a cut of its power, never counts', async () => {
    const held = fc.constantFrom<Partial<Deed>>(
      ...(['L3', 'T4', 'maintenance', 'recovery'] as const).map(during => ({ during })),
      { blame: 'use' },
      { kind: 'power loss' },
    )
    await fc.assert(
      fc.asyncProperty(
        times(6),
        fc.array(held, { minLength: 6, maxLength: 6 }),
        moments,
        async (at, how, asked) => {
          const { boards, alerts } = await judged(
            at.map((t, n) => ({ board: 'b1', t, ...how[n] })),
            asked,
          )
          expect([boards['b1']?.failures, boards['b1']?.unhealthy, alerts]).toEqual([[], null, 0])
        },
      ),
      RUNS,
    )
  })

  test('law: a kernel that takes half of a family’s other boards down condemns no more of them', async () => {
    await fc.assert(
      fc.asyncProperty(times(6), fc.boolean(), async (at, isOneKernel) => {
        // Two of four others have failed already, hours apart; `b1` is next.
        const before = [
          { board: 'b2', t: 0 },
          { board: 'b3', t: 2 * MINUTE },
        ]
        const asked = [MINUTE, 4 * MINUTE]
        const own = at.map(t => ({ board: 'b1', t: t / 2 + HOUR }))
        const { boards } = await judged([...before, ...own], asked, id => (isOneKernel ? '6.1' : id))
        expect(new Set(blames(boards['b1']))).toEqual(new Set([isOneKernel ? 'kernel' : 'board']))
        expect(boards['b1']?.unhealthy !== null).toBe(!isOneKernel && at.length >= 3)
      }),
      RUNS,
    )
  })

  test('boards that were switched on together say nothing of their kernel', async () => {
    const together = BOARDS.slice(0, 4).map(board => ({ board, t: 0 }))
    const own = [1, 2, 3].map(hour => ({ board: 'b1', t: hour * HOUR }))
    const { boards } = await judged([...together, ...own], [MINUTE], () => '6.1')
    expect(blames(boards['b1'])).toEqual(['site', 'board', 'board', 'board'])
    expect(boards['b1']?.unhealthy).not.toBeNull()
  })

  test('a board of another site says nothing of this one, nor does a panic under a test', async () => {
    const { boards } = await judged([
      { board: 'b1', t: 0, cause: 'panic', kind: 'panic' },
      { board: 'b2', t: 0, cause: 'panic', kind: 'panic', during: 'T3' },
      { board: 'b4', t: 0, cause: 'panic', kind: 'panic' },
    ])
    expect([blames(boards['b1']), blames(boards['b4'])]).toEqual([['board'], ['board']])
  })
})

// ---- the lab --------------------------------------------------------------------------------------------------

const open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

async function lab(): Promise<LabUnderTest> {
  const under = await openLab({ boards: [aBoard('a1', { power: POWER }), aBoard('a2')] })
  open.push(under)
  for (const id of ['a1', 'a2'])
    await until(() => under.lab.check(id, null).catch(() => null), `${id} answers`)
  return under
}

let offset = 0
/** It starts again of its own accord; settles when it was looked after, and what is to be said of it is said. */
async function resets({ lab, site, clock }: LabUnderTest, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    offset += 100
    const part = { cause: 'reset', title: 'reset: U-Boot 2023.01', from: offset, to: offset + 1 } as const
    site.news(id, { kind: 'finding', finding: findingOf(part) })
    site.news(id, { kind: 'trace', finding: findingOf({ ...part, whole: true }) })
  }
  for (const id of ids) await until(() => lab.board(id)?.status !== 'recovery', `${id} was looked after`)
  await clock.pass(5 * MINUTE)
  await lab.checkBoards()
}

function cardOf({ lab }: LabUnderTest, id: string): string {
  const board = lab.board(id)
  if (board === null) throw new Error(`no ${id}`)
  return draw(boardCard(board, [], { now: lab.now(), timeZone: 'UTC' }), null).join('\n')
}

const failuresOf = ({ lab }: LabUnderTest, id: string) => lab.board(id)?.state.failures.length

describe('M3.4 H10.3 E what the lab does about a board that resets by itself', () => {
  test('it is looked after each time, and set aside with the third; its card says why; boards health takes it back', async () => {
    const under = await lab()
    await resets(under, 'a1')
    await resets(under, 'a1')
    expect(under.lab.board('a1')).toMatchObject({ usable: true, health: 'degraded' })
    await resets(under, 'a1')
    expect(under.lab.board('a1')).toMatchObject({ usable: false, health: 'unhealthy' })
    const card = cardOf(under, 'a1')
    expect(card).toContain(
      'No work: unhealthy since 12:15: 3 infrastructure failures in a day, last: reset: U-Boot 2023.01, while nobody used it.',
    )
    expect(card).toContain('reset: U-Boot 2023.01 (while nobody used it: counts against the board)')
    expect((await under.lab.status()).alerts.map(({ text }) => text)).toEqual([
      'a1 is unhealthy and gets no work: 3 infrastructure failures in a day, last: reset: U-Boot 2023.01, while nobody used it. When it is mended: boards health a1',
    ])
    await under.lab.check('a1', MEI)
    expect(under.lab.board('a1')).toMatchObject({ usable: true, health: 'healthy' })
    await under.lab.checkBoards()
    expect(failuresOf(under, 'a1')).toBe(0)
  })

  test('a flicker that both boards of a site hear condemns neither, and their cards say so', async () => {
    const under = await lab()
    for (const _ of [1, 2, 3, 4]) await resets(under, 'a1', 'a2')
    expect(['a1', 'a2'].map(id => [under.lab.board(id)?.health, failuresOf(under, id)])).toEqual([
      ['healthy', 0],
      ['healthy', 0],
    ])
    expect(cardOf(under, 'a1')).toContain(
      '(while nobody used it: not counted, other boards of its site failed at the same time)',
    )
  })

  test('what it does under a person, or in the two minutes after a test, is theirs', async () => {
    const under = await lab()
    const lease = await under.lab.lend({ target: 'a1', termMs: 5 * HOUR }, KAI, HERE)
    await until(() => under.lab.lease(lease.id)?.state === 'active', 'it is theirs')
    for (const _ of [1, 2, 3]) await resets(under, 'a1')
    await under.lab.release(lease.id, KAI)
    await until(() => under.lab.board('a1')?.lease === null, 'it is free')
    await resets(under, 'a1')
    expect([failuresOf(under, 'a1'), blames(under.lab.board('a1')?.state)]).toEqual([
      0,
      [undefined, undefined, undefined, 'use'],
    ])
    expect(cardOf(under, 'a1')).toContain('not counted, it was in use just before')
  })

  test('a restart of the bot neither forgets one nor counts it twice', async () => {
    const under = await lab()
    const finding = findingOf({ cause: 'panic', title: 'kernel panic: x', from: 7, to: 8 })
    under.site.news('a1', { kind: 'finding', finding })
    await until(() => under.lab.board('a1')?.status === 'available', 'it was looked after')
    await under.storage.store.settled()
    const again = await under.restart()
    open[0] = again
    await again.clock.pass(MINUTE)
    for (const _ of [1, 2]) await again.lab.checkBoards()
    expect(failuresOf(again, 'a1')).toBe(1)
  })
})
