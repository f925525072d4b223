import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Findable, find } from '../../src/commands/find.ts'
import type { RunFilter } from '../../src/lab/lab.ts'
import { ask, done, read } from './ask.ts'
import {
  createLabPort,
  makeAttempt,
  makeBoard,
  makeInventory,
  makeLease,
  makeRun,
  makeState,
  NOON,
} from './lab-port.ts'

const alerts = { A5: { id: 'A5', cause: 'wait', text: 'tests wait for long', since: NOON, resolvedAt: null } }
const runs = {
  T12: makeRun({ id: 'T12', submitter: { id: 'U0LI', name: 'li', platform: 'slack' } }),
  T9: makeRun({ id: 'T9', state: 'failed', attempts: [makeAttempt({ board: 'soc-b-001' })] }),
}
const people = { admins: ['ada'], operators: ['ops'], teams: { compiler: ['mei'] } }
const lab = createLabPort({
  boards: () => ['soc-a-001', 'soc-a-003', 'soc-b-001'].map(id => makeBoard(id)),
  state: () => makeState({ alerts, runs, leases: { L7: makeLease() } }),
  inventory: () => makeInventory({ people }),
})

async function found(words: string): Promise<readonly string[]> {
  const { result } = await done(lab, `find ${words}`)
  return (result as { found: readonly { kind: string; id: string }[] }).found.map(
    ({ kind, id }) => `${kind} ${id}`,
  )
}

test('S1 boards, families, tests, leases, people and alerts are found, what is named so before what has to do with it', async () => {
  expect((await found('soc-b-001'))[0]).toBe('board soc-b-001')
  expect(await found('soc-b-001')).toEqual(['board soc-b-001', 'lease L7', 'test T9'])
  expect(await found('socB')).toContain('family socB')
  expect(await found('t12')).toEqual(['test T12'])
  expect((await found('@li')).slice(0, 2)).toEqual(['person @li', 'test T12'])
  expect(await found('U0LI')).toEqual(['person @li', 'test T12'])
  expect(await found('kai')).toEqual(['person @kai', 'lease L7'])
  expect(await found('hello failed')).toEqual(['test T9'])
  expect(await found('long wait')).toEqual(['alert A5'])
})

test('S1 a name that is only nearly right finds what was meant, when nothing else fits', async () => {
  expect((await found('soc-b-01'))[0]).toBe('board soc-b-001')
  expect(await found('xyzzy')).toEqual([])
})

test('S1 what is found has a line that shows it; with nothing found, what was looked through', async () => {
  expect(await read(lab, 'find ops')).toEqual([
    'Find ops · 1 found',
    '  what    name            to see it',
    '  person  @ops  operator  tests --by ops',
    '  1) Show @ops   tests --by ops',
  ])
  expect((await read(lab, 'find xyzzy'))[0]).toBe('Find xyzzy · nothing')
  expect(await ask(lab, 'find')).toMatchObject({ kind: 'fault', exit: 3 })
})

test('S1 twenty are shown, and how many more there are', async () => {
  const boards = Array.from({ length: 27 }, (_, index) => makeBoard(`soc-a-${index}`))
  const wide = createLabPort({ boards: () => boards, families: () => [] })
  const lines = await read(wide, 'find soc-a')
  expect(lines[0]).toBe('Find soc-a · 27 found')
  expect(lines).toContain('and 7 more: say more words to narrow it down')
})

test('the history is asked for the words, and not read whole', async () => {
  const asked: RunFilter[] = []
  const port = createLabPort({
    runs: async filter => {
      asked.push(filter)
      return []
    },
  })
  await ask(port, 'find "mei" failed')
  expect(asked).toEqual([{ words: ['mei', 'failed'] }])
})

test('whatever is searched: each result fits every word, an exact name comes first, and nothing that fits is left out', () => {
  const word = fc.stringMatching(/^[abAB-]{1,4}$/)
  const thing: fc.Arbitrary<Findable> = fc.record({
    names: fc.array(word, { minLength: 1, maxLength: 2 }),
    words: fc.array(word, { maxLength: 3 }),
  })
  const holds = (each: Findable, wanted: string): boolean =>
    [...each.names, ...each.words].some(text => text.toLowerCase().includes(wanted.toLowerCase()))
  const isNamed = (each: Findable, wanted: string): boolean =>
    each.names.some(name => name.toLowerCase() === wanted.toLowerCase())
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.array(thing, { maxLength: 8 }),
      (words, things) => {
        const fitting = things.filter(each => words.every(wanted => holds(each, wanted)))
        const result = find(words, things)
        if (fitting.length > 0) expect(new Set(result)).toEqual(new Set(fitting))
        const [first] = words
        if (words.length === 1 && first !== undefined && things.some(each => isNamed(each, first)))
          expect(isNamed(result[0] as Findable, first)).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
  expect(find([], [{ names: ['a'], words: [] }])).toEqual([])
})
