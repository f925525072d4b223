import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SimulatorProcess, startSimulatorProcess } from '../simulator-process.ts'
import { until } from '../until.ts'
import { type Bot, startBot } from './bot.ts'
import { startChild } from './child.ts'
import type { DriverSaid } from './children/driver.ts'
import { print, spread } from './figures.ts'
import { openTap, type Tap } from './tap.ts'

const ROUNDS = 40
const LEASES = 10
const BOARD = 'a-1'
/** A program that says, by its own clock, when its first act was. */
const PROGRAM = 'date +%s%N >/root/began'

let dir = ''
let simulator: SimulatorProcess
let tap: Tap
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
  simulator = await startSimulatorProcess(dir, {
    dir,
    boards: [{ id: BOARD, port: 0, bootMs: 30 }],
    pdus: [],
  })
  tap = await openTap(simulator.port(BOARD))
})
afterAll(async () => {
  await tap.close()
  await simulator.close()
  rmSync(dir, { recursive: true, force: true })
})

function began(): number {
  return Number(readFileSync(join(dir, BOARD, 'fs/root/began'), 'utf8')) / 1e6
}

type Times = { answered: number[]; typed: number[]; begun: number[] }

function take(times: Times, from: number): void {
  times.typed.push((tap.firstTyped(from) ?? Number.NaN) - from)
  times.begun.push(began() - from)
}

/** The same, done by the driver alone. */
async function bareDriver(): Promise<Times> {
  const times: Times = { answered: [], typed: [], begun: [] }
  const child = startChild<DriverSaid>('driver', [String(tap.port)])
  for (let n = 1; n <= ROUNDS; n++) {
    child.tell({ test: PROGRAM })
    let seen = 0
    const { from } = await child.hear(said => ('cpuMs' in said && ++seen === n ? said : null), 'a test')
    take(times, from)
  }
  await child.end()
  return times
}

async function oneAfterTheOther(bot: Bot): Promise<Times> {
  const times: Times = { answered: [], typed: [], begun: [] }
  for (let n = 0; n < ROUNDS; n++) {
    const { from, to, run } = await bot.submit(`run-test chipA --shell '${PROGRAM}'`)
    await bot.reached(run, 'passed')
    times.answered.push(to - from)
    take(times, from)
  }
  return times
}

/** Two at a time: the second gets the board when the first has let it go. */
async function oneBehindTheOther(bot: Bot): Promise<Times> {
  const times: Times = { answered: [], typed: [], begun: [] }
  for (let n = 0; n < ROUNDS; n++) {
    const first = await bot.submit(`run-test chipA --shell true`)
    const second = await bot.submit(`run-test chipA --shell '${PROGRAM}'`)
    // The board is free in the same step in which the outcome is stored.
    const freed = await bot.reached(first.run, 'collecting')
    await bot.reached(second.run, 'passed')
    take(times, freed)
  }
  return times
}

/** From asking for a board to having it, the check that it answers included (M3.9). */
async function leases(bot: Bot): Promise<number[]> {
  const samples: number[] = []
  for (let n = 0; n < LEASES; n++) {
    const { from, to, started } = await bot.type(`lease ${BOARD} 1${n}m`)
    samples.push(to - from)
    await bot.type(`lease release ${started?.replace('lease/', '')} --yes`)
  }
  return samples
}

test('from submitting, and from a board that came free, to the next test', async () => {
  const floor = await bareDriver()
  const boardsFile = join(dir, 'boards.yaml')
  const console = `{ driver: telnet, host: 127.0.0.1, port: ${tap.port} }`
  writeFileSync(boardsFile, `boards:\n  - { id: ${BOARD}, family: chipA, console: ${console} }\n`)
  const bot = await startBot(join(dir, 'data'), boardsFile)
  await until(async () => (await bot.usage()).connected === 1, 'the console is connected')
  const submitted = await oneAfterTheOther(bot)
  const freed = await oneBehindTheOther(bot)
  const leased = await leases(bot)
  await bot.end()

  const first = { what: 'driver: attach', value: spread(floor.typed).value }
  const act = { what: 'driver: attach, folder, program', value: spread(floor.begun).value }
  print('From one thing to the next, one simulated board, unpaced', [
    { what: 'submit → answered', unit: 'ms', goal: '< 3 s', ...spread(submitted.answered) },
    { what: 'lease → granted, checked', unit: 'ms', goal: '< 10 s', ...spread(leased) },
    { what: 'submit → first byte typed', unit: 'ms', floor: first, ...spread(submitted.typed) },
    { what: 'submit → first act of the program', unit: 'ms', floor: act, ...spread(submitted.begun) },
    { what: 'board free → first byte typed', unit: 'ms', floor: first, ...spread(freed.typed) },
    { what: 'board free → first act of the next program', unit: 'ms', floor: act, ...spread(freed.begun) },
    {
      what: 'submit → first act, beyond what the board needs',
      unit: 'ms',
      value: spread(submitted.begun).value - act.value,
      goal: '≤ 200 ms',
    },
    {
      what: 'board free → first act, beyond what the board needs',
      unit: 'ms',
      value: spread(freed.begun).value - act.value,
      goal: '≤ 100 ms',
    },
  ])
  for (const { typed, begun } of [floor, submitted, freed])
    expect([...typed, ...begun].every(Number.isFinite)).toBe(true)
})
