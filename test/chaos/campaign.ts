import { createRandom, type Random } from '../../src/simulator/random.ts'
import { boardsAgree } from './board-laws.ts'
import * as laws from './laws.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { BOARDS, type Outside, startOutside } from './outside.ts'
import { readStored, type Stored } from './stored.ts'
import { startVictim, type Victim } from './victim.ts'
import type { Seen, When } from './words.ts'
import { burst, type Death, drawDeaths, proofLine, reaction, tellDeath, writeProgram } from './work.ts'

export type Report = {
  deaths: readonly string[]
  /** Tests seen, attempts cut short, and outcomes that were stored when a kill came. */
  runs: number
  cut: number
  ended: number
  faults: readonly string[]
}

const AT_ONCE = 5

type Scene = {
  dir: string
  outside: Outside
  ledger: Ledger
  random: Random
  lives: Victim[]
  deaths: string[]
}

/**
 * One lab, its machines in a process that outlives every bot, and `kills` deaths of the bot on the same data. Each
 * life is kept busy and killed; the next finds the pieces. It ends early when anything is found wrong.
 */
export async function campaign(dir: string, seed: number, kills: number): Promise<Report> {
  writeProgram(dir)
  const outside = await startOutside(dir, seed)
  const ledger = createLedger()
  const scene: Scene = { dir, outside, ledger, random: createRandom(seed), lives: [], deaths: [] }
  try {
    await lifeAfterLife(scene, drawDeaths(scene.random, kills))
  } finally {
    for (const life of scene.lives) life.kill()
    await outside.close()
  }
  const cut = [...ledger.cut.values()].flat().length
  const { deaths } = scene
  return { deaths, runs: ledger.known().length, cut, ended: ledger.ended.size, faults: ledger.faults }
}

async function lifeAfterLife(scene: Scene, deaths: readonly Death[]): Promise<void> {
  const { faults } = scene.ledger
  let victim = await born(scene, null)
  for (const [at, death] of deaths.entries()) {
    const found = await dies(scene, victim, death)
    const next = deaths[at + 1]
    victim = await born(scene, next?.kind === 'start' ? next : null)
    await afterStart(scene, victim, found)
    if (next?.kind !== 'start') await atRest(scene, victim)
    if (faults.length > 0) return
  }
  await allBoardsWork(scene, victim)
  await victim.stop()
  await lastLook(scene)
}

async function born({ dir, outside, ledger, lives }: Scene, death: Death | null): Promise<Victim> {
  const trap = death?.kind === 'start' ? death.trap : null
  const victim = await startVictim({ dir, boardsFile: outside.boardsFile, ears: ledger.ears, trap })
  lives.push(victim)
  return victim
}

/** Keeps the bot busy until it is dead; one that outlived its work is killed then. */
async function dies(scene: Scene, victim: Victim, death: Death): Promise<Stored> {
  scene.deaths.push(tellDeath(death))
  if (death.kind === 'append') victim.trap(death.trap)
  if (death.kind !== 'start') keepBusy(scene, victim)
  const timer = death.kind === 'moment' ? setTimeout(victim.kill, death.afterMs) : null
  await comesTo(scene, victim, 'at rest')
  if (timer !== null) clearTimeout(timer)
  victim.kill()
  await victim.killed()
  const found = await readStored(scene.dir)
  laws.answeredIsStored(scene.ledger, found)
  scene.ledger.killed(found)
  return found
}

function keepBusy({ ledger, random }: Scene, victim: Victim): void {
  const react = createRandom(Math.floor(random() * 2 ** 32))
  ledger.onAnswer = answer => {
    const next = reaction(react, answer)
    if (next !== null) victim.type(next.as, next.line)
  }
  const lines = burst(random)
  const typeNext = (): void => {
    const next = lines.shift()
    if (next !== undefined) victim.type(next.as, next.line)
  }
  // Some at once, and one for each test that ends: answers are owed as long as there is work.
  for (let n = 0; n < AT_ONCE; n++) typeNext()
  ledger.onTelling = typeNext
}

/** What the new life makes of what the last one left, before anything else is asked of it. */
async function afterStart({ ledger }: Scene, victim: Victim, { live }: Stored): Promise<void> {
  ledger.onAnswer = () => {}
  ledger.onTelling = () => {}
  const seen = await victim.look([], 'now')
  if (seen !== null) laws.leasesAfterStart(ledger, live, seen.live)
}

/** People give back what they have; then everything comes to its end, and nothing of it was lost or done twice. */
async function atRest(scene: Scene, victim: Victim): Promise<void> {
  const { ledger, outside, dir } = scene
  const held = await victim.look([], 'now')
  for (const id of Object.keys(held?.live.leases ?? {}))
    if (/^L/.test(id)) victim.type('ada', `lease release ${id} --yes`)
  await comesTo(scene, victim, 'at the end')
  const seen = await victim.look(ledger.known(), 'now')
  if (seen === null) {
    await victim.killed()
    throw new Error('somebody else killed the bot')
  }
  laws.noLeaseOfTheDead(ledger, seen.live)
  laws.runsHaveEnded(ledger, seen.runs)
  boardsAgree(ledger, new Map(BOARDS.map(id => [id, outside.record(id)])), seen.runs)
  laws.artifactsAreWhole(ledger, dir, seen.runs)
}

/** Waits for it, or for the bot's death. */
async function comesTo({ ledger }: Scene, victim: Victim, when: When): Promise<void> {
  try {
    await victim.answered()
    await victim.look([], when)
  } catch (error) {
    const seen = await victim.look([], 'now')
    ledger.faults.push(`${String(error)}: ${JSON.stringify(unfinished(seen))}`)
  }
}

function unfinished(seen: Seen | null): unknown {
  const { runs = {}, leases = {}, outbox = {} } = seen?.live ?? {}
  return { boards: seen?.boards, runs: Object.values(runs), leases: Object.values(leases), outbox }
}

/** Nobody is left who holds a board: a test on each passes. */
async function allBoardsWork(scene: Scene, victim: Victim): Promise<void> {
  for (const board of BOARDS) {
    const { as, line } = proofLine(board)
    victim.type(as, line)
  }
  await atRest(scene, victim)
}

/** After an orderly stop: nothing is unfinished, and no line is torn. */
async function lastLook({ dir, ledger }: Scene): Promise<void> {
  const found = await readStored(dir)
  laws.answeredIsStored(ledger, found)
  const { runs, leases, outbox } = found.live
  for (const id of [...Object.keys(runs), ...Object.keys(leases), ...Object.keys(outbox)])
    ledger.faults.push(`${id} is still unfinished after everything has ended`)
  if (found.torn > 0) ledger.faults.push(`${found.torn} lines of history or audit are torn`)
}
