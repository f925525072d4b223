import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HomeFacts, homeCard } from '../../src/cards/home.ts'
import { drawTopic } from '../../src/cards/topics.ts'
import type { Action, Part, View } from '../../src/cards/view.ts'
import { welcomeCard } from '../../src/cards/welcome.ts'
import { parseLine } from '../../src/commands/grammar.ts'
import { commands } from '../../src/commands/registry.ts'
import {
  createLabPort,
  makeAttempt,
  makeLease,
  makeResult,
  makeRun,
  makeState,
  makeWaiting,
  NOON,
  person,
} from '../commands/lab-port.ts'
import { draw, FRAME } from './draw.ts'

const KAI = person('kai')
const alert = { id: 'A5', cause: 'wait', text: 'long waits', since: NOON - 60_000, resolvedAt: null }

function facts(more: Partial<HomeFacts> = {}): HomeFacts {
  return {
    viewer: KAI,
    leases: [],
    runs: [],
    progress: () => null,
    waiting: () => null,
    families: [{ name: 'socA', boards: 3, usable: 2, free: 1, running: 1, limit: 3 }],
    queue: { waiting: 2, running: 1, averageWaitMs: 240_000 },
    usable: 5,
    boards: 6,
    alerts: [],
    hasConsoles: true,
    ...more,
  }
}

function actions({ parts }: View): readonly Action[] {
  return parts.flatMap((part: Part) => (part.t === 'actions' ? part.items : []))
}

test('S1 the page of somebody with nothing: where to begin, what is free, and when it was drawn', () => {
  expect(draw(homeCard(facts(), FRAME))).toEqual(
    [
      'Your lab · 5 of 6 boards usable',
      '  1) Run a test      run-test',
      '  2) Lease a board   lease',
      '  3) Boards          boards',
      '  4) Queue           queue',
      '  5) Status          status',
      '  6) Help            help',
      'Find a board, a test, a person: find WORDS, such as soc-b or @mei',
      '─'.repeat(80),
      'Your boards',
      'You hold no board.',
      '─'.repeat(80),
      'Your tests',
      'You have run no test lately.',
      '─'.repeat(80),
      'Boards',
      'socA · 1 of 3 free, 1 not usable',
      '   7) Run a test   run-test socA --form',
      '   8) Lease        lease socA',
      '─'.repeat(80),
      'Queue',
      '2 waiting, 1 running, average wait 4 min',
      'as of 12:00',
    ].map(line => line.replace(/^ {3}(\d\))/, '  $1')),
  )
})

test('S1 leases, tests and alerts, each with what can be done about it', () => {
  const view = homeCard(
    facts({
      leases: [
        makeLease(),
        makeLease({ id: 'L8', state: 'waiting', board: null, family: 'socA', until: null }),
        makeLease({ id: 'L9', holder: { kind: 'person', person: person('li') } }),
        makeLease({ id: 'L6', state: 'released' }),
      ],
      runs: [
        makeRun({ id: 'T12', submitter: KAI }),
        makeRun({
          id: 'T9',
          submitter: KAI,
          state: 'passed',
          times: { passed: NOON - 600_000 },
          attempts: [makeAttempt()],
          result: makeResult(),
        }),
      ],
      waiting: id => makeWaiting({ id, position: 2 }),
      alerts: [alert],
    }),
    FRAME,
  )
  const text = draw(view).join('\n')
  expect(text).toContain('alert A5: long waits (since 11:59)')
  expect(text).toContain('L7 · soc-b-001 · yours until 15:30 (in 3 h 30 min)')
  expect(text).toContain('L8 · socA · position 2, in about 6 min')
  expect(text).toContain('T12 · hello on socA · queued, position 2, in about 6 min')
  expect(text).toContain('T9 · hello on soc-a-003 · passed (10 min ago)')
  expect(text).not.toMatch(/L9|L6/)
  expect(actions(view).map(each => each.line)).toEqual([
    'run-test',
    'lease',
    'boards',
    'queue',
    'status',
    'help',
    'alerts ack A5',
    'lease extend L7 30m',
    'lease release L7',
    'lease console L7',
    'lease release L8',
    'queue cancel T12',
    'tests log T9',
    'tests rerun T9',
    'run-test socA --form',
    'lease socA',
  ])
})

test('S1 whatever somebody has, the page has room for it, and says how many more there are', () => {
  const some = fc.nat(40)
  fc.assert(
    fc.property(some, some, some, some, (leases, live, families, alerts) => {
      const view = homeCard(
        facts({
          leases: Array.from({ length: leases }, (_, n) => makeLease({ id: `L${n + 1}` })),
          runs: Array.from({ length: live }, (_, n) => makeRun({ id: `T${n + 1}`, submitter: KAI })),
          families: Array.from({ length: families }, (_, n) => ({
            name: `soc${n}`,
            boards: 1,
            usable: 1,
            free: 1,
            running: 0,
            limit: 1,
          })),
          alerts: Array.from({ length: alerts }, (_, n) => ({ ...alert, id: `A${n + 1}` })),
        }),
        FRAME,
      )
      // A block a part, and one for the title: Slack takes a hundred.
      expect(view.parts.length).toBeLessThan(80)
      const text = draw(view).join('\n')
      for (const [number, most, words] of [
        [leases, 6, 'more lease'],
        [live, 6, 'more test'],
        [families, 8, 'more famil'],
        [alerts, 4, 'more alert'],
      ] as const)
        expect(text.includes(`and ${number - most} ${words}`)).toBe(number > most)
    }),
    { numRuns: 100 },
  )
})

test('S1 every button of the page and of the first message is a line that is understood', () => {
  const full = facts({
    leases: [makeLease()],
    runs: [makeRun({ submitter: KAI, attempts: [makeAttempt()] })],
    alerts: [alert],
  })
  const views = [homeCard(full, FRAME), welcomeCard('/lab', 'socA'), welcomeCard('@boardroom', null)]
  for (const view of views)
    for (const { line } of actions(view)) expect(parseLine(line, commands), line).toMatchObject({ ok: true })
})

test('S1 the page shows the tests of its viewer on this platform, and there is none without a viewer', async () => {
  const runs = {
    T1: makeRun({ id: 'T1', submitter: KAI }),
    T2: makeRun({ id: 'T2', submitter: { ...KAI, platform: 'slack' } }),
  }
  const lab = createLabPort({ state: () => makeState({ runs }) })
  const view = await drawTopic('home', lab, KAI)
  expect(view).toMatchObject({ kind: 'home', topic: 'home' })
  const text = draw(view as View).join('\n')
  expect(text).toContain('T1 · hello')
  expect(text).not.toContain('T2')
  expect(await drawTopic('home', lab)).toBeNull()
})

test('the first message where the bot was invited: what it is, three lines to type as one types there, and help', () => {
  const view = welcomeCard('@boardroom', 'socA')
  expect(draw(view).slice(0, 5)).toEqual([
    'Boardroom runs tests on the boards of the lab, lends boards, and tells here how',
    'it went.',
    '@boardroom run-test  run a program on a board; a form asks what is needed',
    '@boardroom lease socA  have a board to yourself, or wait in line for it',
    '@boardroom boards  all boards: what they do, how they are',
  ])
  expect(view.summary).toContain('All there is: @boardroom help')
})
