import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatWord } from '../../src/commands/words.ts'
import type { Lease, Run } from '../../src/lab/types.ts'
import type { Random } from '../../src/simulator/random.ts'
import type { Answer } from './ledger.ts'
import { BOARDS, FAMILIES } from './outside.ts'
import { KILL_MOMENTS, type Trap } from './words.ts'

/** A line and who types it. */
export type Typed = { as: string; line: string }

const PEOPLE = ['ada', 'mei', 'kai', 'li'] as const
const PROGRAM = 'tester'
/** Of 0.05 s each: from a test that is over at once to one that a restart surely meets. */
const TICKS = [0, 1, 2, 4, 16] as const

let words = 0

/** The file that some of the tests are run from. */
export function writeProgram(dir: string): void {
  writeFileSync(join(dir, PROGRAM), '#!/bin/sh\nexec "$HOME/t" "$@"\n')
  chmodSync(join(dir, PROGRAM), 0o755)
}

/** A busy moment of the lab: tests on every family, some on one board, and people who want boards too. */
export function burst(random: Random): Typed[] {
  const runs = Array.from({ length: 6 + pick(random, [0, 1, 2, 3]) }, () => runLine(random))
  const leases = Array.from({ length: pick(random, [0, 1, 1, 2]) }, () => {
    const target = pick(random, [...BOARDS, ...FAMILIES])
    return `lease ${target} ${pick(random, ['10m', '45m', '2h'])}`
  })
  const lines = [...runs, ...leases].map(line => ({ line, at: random() }))
  return lines.sort((a, b) => a.at - b.at).map(({ line }) => ({ as: pick(random, PEOPLE), line }))
}

function runLine(random: Random): string {
  const word = `n${++words}`
  const status = random() < 0.25 ? 3 : 0
  const how = random() < 0.2 ? ' stubborn' : ''
  const args = `${pick(random, TICKS)} ${word} ${status}${how}`
  const family = pick(random, FAMILIES)
  const boards = BOARDS.filter(id => id.startsWith(family === FAMILIES[0] ? 'a' : 'b'))
  const board = random() < 0.3 ? ` --board ${pick(random, boards)}` : ''
  const collect = random() < 0.4 ? ' --collect left.txt' : ''
  const flags = `${board}${collect} --priority ${pick(random, ['high', 'normal', 'low'])}`
  if (random() < 0.3) return `run-test ${family} ./${PROGRAM}${flags} -- ${args}`
  return `run-test ${family}${flags} --shell ${formatWord(`exec $HOME/t ${args}`)}`
}

/** A test for one board that must pass, to show that nobody holds it. */
export function proofLine(board: string): Typed {
  const family = board.startsWith('a') ? FAMILIES[0] : FAMILIES[1]
  const command = formatWord(`exec $HOME/t 0 n${++words} 0`)
  return { as: 'ada', line: `run-test ${family} --board ${board} --shell ${command}` }
}

/** What somebody does about an answer, if anything. */
export function reaction(random: Random, { started, result }: Answer): Typed | null {
  const { run, lease } = (result ?? {}) as { run?: Run; lease?: Lease }
  const chance = random()
  const as = pick(random, PEOPLE)
  if (started === null) return null
  if (run !== undefined && chance < 0.12) return { as, line: `queue cancel ${run.id} --yes` }
  if (run !== undefined && chance < 0.25) return { as, line: `queue move ${run.id} high` }
  if (lease?.state === 'active' && chance < 0.4) return { as, line: `lease extend ${lease.id} 15m` }
  if (lease?.state === 'active' && chance < 0.6) return { as, line: `lease release ${lease.id} --yes` }
  return null
}

/**
 * How a life of the bot ends. `start`: it dies at an append that it makes on its way up, with the work of the life
 * before still in pieces; `afterMs`: at a moment that nothing of the bot decides.
 */
export type Death =
  | { kind: 'append'; trap: Trap }
  | { kind: 'start'; trap: Trap }
  | { kind: 'moment'; afterMs: number }

const APPENDS_OF_A_BURST = 44
const APPENDS_OF_A_START = 8
const LONGEST_LIFE_MS = 1_500

/** The first life has nothing to find on its way up. */
export function drawDeaths(random: Random, count: number): Death[] {
  return Array.from({ length: count }, (_, at) => drawDeath(random, at > 0))
}

function drawDeath(random: Random, mayBeEarly: boolean): Death {
  const chance = random()
  const moment = pick(random, KILL_MOMENTS)
  const nth = (most: number): number => 1 + Math.floor(random() * most)
  if (chance < 0.12) return { kind: 'moment', afterMs: Math.floor(random() * LONGEST_LIFE_MS) }
  if (chance < 0.3) return { kind: 'append', trap: { file: 'beside', nth: nth(APPENDS_OF_A_BURST), moment } }
  if (chance < 0.5 && mayBeEarly)
    return { kind: 'start', trap: { file: 'journal', nth: nth(APPENDS_OF_A_START), moment } }
  return { kind: 'append', trap: { file: 'journal', nth: nth(APPENDS_OF_A_BURST), moment } }
}

export function tellDeath(death: Death): string {
  if (death.kind === 'moment') return `after ${death.afterMs} ms`
  const { file, nth, moment } = death.trap
  const where = file === 'journal' ? 'of the journal' : 'beside the journal'
  return `${death.kind === 'start' ? 'on the way up, ' : ''}${moment} of append ${nth} ${where}`
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T
}
