import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Lab } from '../../../src/lab/lab.ts'
import type { Run } from '../../../src/lab/types.ts'
import { createFakeClock, type FakeClock } from '../../fake-clock.ts'
import { HERE, KAI, MEI } from '../../lab/harness.ts'
import { createDayBoard, type DayBoard } from './board.ts'
import { type Bot, type BotDeps, inventoryOf, openBot } from './bot.ts'
import { textOf } from './deeds.ts'
import { type Act, DAY, type DayPlan, HOUR } from './plan.ts'

/** What came of a day. */
export type DayReport = {
  plan: DayPlan
  boards: ReadonlyMap<string, DayBoard>
  /** In the order in which they were submitted. */
  runs: readonly { act: Submitting; run: Run }[]
  /** When the bot was restarted. */
  restarts: readonly number[]
  states: ReadonlyMap<string, ReturnType<Lab['state']>['boards'][string]>
  /** How often a board was attacked while nobody had it, and nobody just had. */
  idleAttacks: ReadonlyMap<string, number>
  /** Work and leases that did not end. */
  unfinished: readonly string[]
} & Pick<BotDeps, 'aside' | 'lookedAfter' | 'broken'>

type Submitting = Extract<Act, { kind: 'submit' }>
type Submitted = { act: Submitting; id: string }
type World = BotDeps & {
  bot: Bot
  submitted: Submitted[]
  restarts: number[]
  idleAttacks: Map<string, number>
}

/** The last run and the last lease are over by then, and their boards are looked after. */
const AFTERWARDS = 2 * HOUR
/** What a test or a person left on a board may end it so long after them (docs/recovery.md). */
const JUST_USED = 2 * 60_000
/** Turns of the event loop without anything under way. */
const QUIET_TURNS = 2

/** Lets a lab work through the day that was drawn: everything is real but time, the boards, and their PDUs. */
export async function liveDay(plan: DayPlan): Promise<DayReport> {
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  const clock = createFakeClock(Date.UTC(2026, 10, 20, 0), settled)
  const boards = new Map(plan.boards.map(({ id }) => [id, createDayBoard(id, clock)]))
  const noted = { broken: [], aside: new Map(), lookedAfter: new Set<string>(), heldUntil: new Map() }
  const deps: BotDeps = { boards, clock, dir, inventory: inventoryOf(plan.boards), ...noted }
  const idleAttacks = new Map<string, number>()
  const world: World = { ...deps, bot: await openBot(deps), submitted: [], restarts: [], idleAttacks }
  try {
    const begin = clock.now()
    for (const what of plan.acts) {
      await clock.pass(Math.max(0, begin + what.atMs - clock.now()))
      await act(world, what)
    }
    await clock.pass(Math.max(0, begin + DAY + AFTERWARDS - clock.now()))
    return { plan, boards, restarts: world.restarts, idleAttacks, ...noted, ...(await outcomeOf(world)) }
  } finally {
    await during(clock, world.bot.close())
    await rm(dir, { recursive: true, force: true })
  }
}

async function act(world: World, what: Act): Promise<void> {
  const { bot, boards, clock, submitted, restarts, broken, idleAttacks } = world
  switch (what.kind) {
    case 'submit':
      submitted.push({ act: what, id: (await bot.lab.submit(requestOf(what), MEI, HERE)).id })
      return
    case 'lease':
      // A person is answered when the board has answered, or a place in line is sure: time must go on meanwhile.
      bot.lab
        .lend({ target: what.family, termMs: what.termMs }, KAI, HERE)
        .catch((error: unknown) => broken.push(`lease: ${String(error)}`))
      return
    case 'befall':
      boards.get(what.board)?.befall(what.sickness)
      return
    case 'attack': {
      const isIdle = isFree(world, what.board)
      if (boards.get(what.board)?.attack() && isIdle)
        idleAttacks.set(what.board, (idleAttacks.get(what.board) ?? 0) + 1)
      return
    }
    case 'restart':
      restarts.push(clock.now())
      await during(clock, bot.close())
      world.bot = await openBot(world)
  }
}

function isFree({ bot: { lab }, clock, heldUntil }: World, id: string): boolean {
  const board = lab.board(id)
  if (board === null || board.lease !== null || !['ready', 'unknown'].includes(board.state.condition))
    return false
  return clock.now() - (heldUntil.get(id) ?? -Infinity) > JUST_USED
}

async function outcomeOf({
  bot: { lab },
  boards,
  submitted,
}: World): Promise<Pick<DayReport, 'runs' | 'states' | 'unfinished'>> {
  const runs = await Promise.all(
    submitted.map(async ({ id, act }) => ({ act, run: (await lab.run(id)) as Run })),
  )
  const waiting = runs.filter(({ run }) => !FINAL.has(run.state)).map(({ run }) => `${run.id} ${run.state}`)
  const kept = lab
    .leases()
    .filter(({ state }) => !LEFT.has(state))
    .map(({ id, state }) => `${id} ${state}`)
  const states = [...boards.keys()].flatMap(id => {
    const state = lab.state().boards[id]
    return state === undefined ? [] : [[id, structuredClone(state)] as const]
  })
  return { runs, states: new Map(states), unfinished: [...waiting, ...kept] }
}

const FINAL: ReadonlySet<string> = new Set(['passed', 'failed', 'timeout', 'cancelled', 'error'])
const LEFT: ReadonlySet<string> = new Set(['released', 'expired'])

function requestOf({ family, deed, seconds, timeoutMs, isFile }: Submitting) {
  const text = textOf(deed, seconds)
  const rest = { family, board: null, args: [], env: {}, timeoutMs, priority: 2 as const }
  if (!isFile) return { ...rest, program: { kind: 'shell' as const, command: text } }
  const bytes = Buffer.from(`#!/bin/sh\n${text}\n${'# what a test is made of\n'.repeat(200)}`)
  const file = { name: 'day', size: bytes.length, open: () => Readable.from([bytes]) }
  return { ...rest, program: { kind: 'file' as const, file } }
}

/** Lets time go on until it is done. */
async function during<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let over = false
  const done = work.finally(() => {
    over = true
  })
  for (let passed = 0; !over && passed < HOUR; passed += 100) await clock.pass(100)
  if (!over) throw new Error('not done within an hour of the clock')
  return await done
}

/** Time stands still while anything real is under way: a file that is written, or a promise that goes on. */
async function settled(): Promise<void> {
  for (let quiet = 0; quiet < QUIET_TURNS; ) {
    await turn()
    quiet = process.getActiveResourcesInfo().some(name => name.startsWith('FSReq')) ? 0 : quiet + 1
  }
}

function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  return promise
}
