import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../until.ts'
import { type LawWatch, watchLaw } from './law.ts'
import { startWorld, type World, wordsOf } from './world.ts'

const PEOPLE = Array.from({ length: 50 }, (_, at) => `p${at + 1}`)
const PRIORITIES = ['normal', 'low', 'high', 'normal', 'normal']
/** A board that somebody waits for is not left alone for as long as this. */
const FORGOTTEN_MS = 15_000

let world: World
let law: LawWatch
beforeAll(async () => {
  world = await startWorld({ families: { socA: {}, socB: { limit: 2 } } })
  law = watchLaw(world.lab)
})
afterAll(async () => {
  law.stop()
  await world.close()
})

/** Families in turn, three priorities, and every tenth wants one board and no other. */
function lineOf(person: string, at: number): string {
  const family = at % 2 === 0 ? 'socA' : 'socB'
  const board = at % 10 === 4 ? '--board soc-a-002' : ''
  const own =
    'echo "begin $WHO" >> /root/record; sleep 0.02; echo "end $WHO" >> /root/record; echo "$WHO ran"'
  return `run-test ${family} ${board} --priority ${PRIORITIES[at % PRIORITIES.length]} --env WHO=${person} --shell '${own}'`
}

/** Who was on the board, by the board's own record. Throws when one began before another had ended. */
function ranOn(board: string): readonly string[] {
  const text = readFileSync(join(world.board(board).dir, 'fs/root/record'), 'utf8')
  const lines = text.trim().split('\n')
  const people = lines.filter((_, at) => at % 2 === 0).map(line => line.replace('begin ', ''))
  expect(lines).toEqual(people.flatMap(who => [`begin ${who}`, `end ${who}`]))
  return people
}

it('50 people submit at once on 4 boards: nobody is overtaken, no board has two holders, each is told once, all pass (M1.5, M4.2, P25, P26)', async () => {
  const outcomes = await Promise.all(
    PEOPLE.map((person, at) => world.type(lineOf(person, at), { as: person })),
  )
  for (const outcome of outcomes) expect(outcome, wordsOf(outcome)).toMatchObject({ kind: 'done', exit: 0 })
  const ids = outcomes.map(outcome => (outcome.kind === 'done' ? (outcome.started ?? '').slice(4) : ''))
  expect(new Set(ids).size).toBe(50)

  await until(
    () => {
      const forgotten = [...law.idle].filter(([, since]) => performance.now() - since > FORGOTTEN_MS)
      expect(forgotten).toEqual([])
      return world.told.length >= 50
    },
    'all are told',
    50_000,
  )
  expect(law.broken).toEqual([])
  expect(law.starts).toBe(50)
  const runs = await Promise.all(ids.map(id => world.finished(id)))
  expect(runs.map(({ state, attempts }) => [state, attempts.length])).toEqual(runs.map(() => ['passed', 1]))
  expect(runs.map(({ result }) => result?.tail)).toEqual(PEOPLE.map(person => [`${person} ran`]))
}, 60_000)

it('by the boards’ own record each ran once, and one after the other (P25)', () => {
  const boards = world.plan.boards.map(({ id }) => id)
  const ran = boards.map(ranOn)
  expect(ran.flat().toSorted()).toEqual(PEOPLE.toSorted())
  for (const people of ran) expect(people.length).toBeGreaterThan(0)
})

it('each of them was told exactly once, of their own test', () => {
  expect(world.told.map(({ to }) => to).toSorted()).toEqual(PEOPLE.toSorted())
  expect(new Set(world.told.map(({ topic }) => topic)).size).toBe(50)
  for (const { to, text } of world.told) expect(text).toMatch(new RegExp(`^@${to} T\\d+ passed on `))
})

it('nothing is left over: no lease, no waiting, no debt, no error', async () => {
  const { runs, leases, outbox } = world.lab.state()
  const left = (): string[] => [runs, leases, outbox].flatMap(part => Object.keys(part))
  await until(() => left().length === 0, 'all of it has gone to history')
  expect(world.lab.boards().map(({ status, state }) => [status, state.failures])).toEqual(
    world.plan.boards.map(() => ['available', []]),
  )
  expect(world.errors).toEqual([])
})
