import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Lab } from '../../src/lab/lab.ts'
import type { Person } from '../../src/lab/types.ts'
import { draw } from '../cards/draw.ts'
import { ask, done, read } from './ask.ts'
import {
  aLog,
  createLabPort,
  makeBoard,
  makeBoardState,
  makeLease,
  makePower,
  makeRun,
  makeState,
  makeWaiting,
  NOON,
  person,
} from './lab-port.ts'

const file = async (name: string) => ({
  name: name.replace('./', ''),
  size: 5,
  open: () => Readable.from([Buffer.from('hello')]),
})

test('M6.1 run-test submits what was typed, and answers with the card of the run', async () => {
  const lab = createLabPort()
  const outcome = await done(
    lab,
    'run-test socA ./hello --priority high --timeout 1h30m --env A=1 --board soc-a-001 -- -v "2 3"',
    { file },
  )
  expect(lab.submitted[0]).toMatchObject({
    family: 'socA',
    board: 'soc-a-001',
    program: { kind: 'file', file: { name: 'hello', size: 5 } },
    args: ['-v', '2 3'],
    env: { A: '1' },
    priority: 1,
    timeoutMs: 5_400_000,
  })
  expect(outcome).toMatchObject({
    started: 'run/T1',
    view: { topic: 'run/T1' },
    result: { run: { id: 'T1' }, waiting: null },
  })
})

test('run-test takes a command line instead, with the lab’s defaults for the rest', async () => {
  const lab = createLabPort()
  await done(lab, 'run-test socB --shell “echo hi”')
  expect(lab.submitted).toEqual([
    {
      family: 'socB',
      board: null,
      program: { kind: 'shell', command: 'echo hi' },
      args: [],
      env: {},
      priority: 2,
      timeoutMs: null,
      collect: [],
    },
  ])
})

test.each([
  ['run-test socA', 'BINARY is missing: name a program, or give a command line with --shell "…"'],
  ['run-test socA ./x --shell y', '--shell stands alone: no BINARY and no ARGS beside it'],
  ['run-test socA --shell y -- z', '--shell stands alone: no BINARY and no ARGS beside it'],
  ['run-test socA ./x --env 1A=2', '--env "1A" is no name: letters, digits and _, not a digit first'],
  ['queue move T12', 'PRIORITY is missing'],
  ['queue move 12 high', 'TEST "12" is no test: they are written T12'],
  ['lease extend L3', 'TIME is missing'],
  ['lease extend T3 30m', 'LEASE "T3" is no lease: they are written L12'],
  ['boards maintain soc-a-001 --off --until 2h', '--off stands alone: no --until and no --reason beside it'],
  ['tests log T1 --lines many', '--lines "many" is no number'],
  ['tests log T1 --lines 0', '--lines "0" is too small: at least 1'],
])('%j is refused: %s', async (line, message) => {
  const outcome = await ask(createLabPort(), line, { file })
  expect(outcome).toMatchObject({ exit: 3 })
  expect(outcome.view.summary.split('\n')[0]).toBe(message)
})

test('queue shows who waits and who runs', async () => {
  const lab = createLabPort({
    queue: () => ({ waiting: [makeWaiting()], running: [], averageWaitMs: 1, limit: 50 }),
  })
  expect((await read(lab, 'queue'))[0]).toContain('Queue · 1 waiting, 0 running')
})

test('tests filters as asked, and offers the next page only when there is one', async () => {
  const filters: unknown[] = []
  const many = Array.from({ length: 100 }, (_, index) => makeRun({ id: `T${200 - index}` }))
  const lab = createLabPort({
    runs: async filter => {
      filters.push(filter)
      return filters.length === 1 ? many : many.slice(0, 3)
    },
  })
  const first = await done(lab, 'tests --family socA --state failed --by @mei --board soc-a-001')
  expect(filters[0]).toEqual({
    limit: 100,
    family: 'socA',
    states: ['failed'],
    submitter: 'mei',
    board: 'soc-a-001',
  })
  expect(first.result).toMatchObject({
    older: 'tests --family socA --state failed --by @mei --board soc-a-001 --before T101',
  })
  expect((await done(lab, 'tests --before t101')).result).toMatchObject({ older: null })
  expect(filters[1]).toEqual({ limit: 100, before: 'T101' })
})

test('tests show, log, follow and rerun find the test, or say that there is none', async () => {
  const runs = { T12: makeRun({ id: 'T12', state: 'passed' }), T13: makeRun({ id: 'T13', state: 'running' }) }
  const again: unknown[] = []
  const lab = createLabPort({
    state: () => makeState({ runs }),
    log: async (_id, options) => aLog([JSON.stringify(options)]),
    rerun: async (id, by, _origin, board) => {
      again.push([id, by.name, board])
      return makeRun({ id: 'T14' })
    },
  })
  expect((await read(lab, 'tests show t12'))[0]).toContain('T12 · hello on socA · passed')
  expect((await read(lab, 'tests log T12 --lines 7 --whole'))[1]).toBe(
    '  {"limit":7,"since":null,"grep":null,"whole":true}',
  )
  expect(await done(lab, 'tests follow T13')).toMatchObject({
    started: 'run/T13',
    follows: { kind: 'run', id: 'T13', whole: false, after: 0 },
  })
  expect(await done(lab, 'tests follow T12')).toMatchObject({ started: null, follows: null })
  expect(await done(lab, 'tests rerun T12 --board soc-a-001')).toMatchObject({ started: 'run/T14' })
  expect(again).toEqual([['T12', 'mei', 'soc-a-001']])
  for (const line of ['tests show T9', 'tests log T9', 'tests follow T9', 'tests rerun T9'])
    expect(await read(lab, line)).toEqual(['There is no test T9.', 'The newest are listed by: tests'])
})

test('M3.7 lease asks for a family or a board, for the time given', async () => {
  const asked: unknown[] = []
  const lab = createLabPort({
    lend: async request => {
      asked.push(request)
      return makeLease()
    },
    state: () =>
      makeState({
        leases: {
          L7: makeLease(),
          'T1.1': makeLease({ id: 'T1.1', holder: { kind: 'run', run: 'T1', attempt: 1 } }),
        },
      }),
  })
  expect(await done(lab, 'kai: lease socB 2h')).toMatchObject({ started: 'lease/L7' })
  await done(lab, 'lease soc-b-001')
  expect(asked).toEqual([
    { target: 'socB', termMs: 7_200_000 },
    { target: 'soc-b-001', termMs: null },
  ])
  expect((await read(lab, 'lease list'))[0]).toBe('Leases · 1 held, 0 waiting')
})

test('extending a board that somebody waits for says so and asks', async () => {
  const lease = makeLease()
  const lab = createLabPort({
    state: () => makeState({ leases: { L7: lease } }),
    queue: () => ({
      waiting: [makeWaiting({ id: 'T133', family: 'socB' })],
      running: [],
      averageWaitMs: 0,
      limit: 50,
    }),
    extend: async (_id, byMs) => makeLease({ until: (lease.until ?? 0) + byMs }),
  })
  expect(await read(lab, 'kai: lease extend L7 30m')).toEqual([
    'Extend L7 by 30 min?',
    '@mei waits for soc-b-001 (T133).',
    '  1) Extend all the same   lease extend L7 30m --yes',
  ])
  expect((await read(lab, 'kai: lease extend L7 30m --yes'))[0]).toContain('yours until 16:00')
  const alone = createLabPort({ state: lab.state, extend: lab.extend })
  expect((await ask(alone, 'kai: lease extend L7 30m')).kind).toBe('done')
})

test('M7.5 boards come in hundreds: each is on one page, and the head counts them all', async () => {
  const all = Array.from({ length: 250 }, (_, at) =>
    makeBoard(`b-${String((at * 7) % 250).padStart(3, '0')}`),
  )
  const lab = createLabPort({ boards: () => all })
  const seen: string[] = []
  const heads: string[] = []
  for (let line: string | null = 'boards'; line !== null; ) {
    const { result, view } = await done(lab, line)
    const page = result as { boards: { config: { id: string } }[]; older: string | null }
    seen.push(...page.boards.map(({ config }) => config.id))
    heads.push(view.summary)
    line = page.older
  }
  expect(seen).toEqual(all.map(({ config }) => config.id).sort())
  expect(heads).toEqual(Array.from({ length: 3 }, () => 'Boards · 250 of 250 usable'))
})

test('boards are shown, filtered, taken out of work and asked for an answer', async () => {
  const calls: unknown[] = []
  const silent = makeBoard('soc-a-001', {
    health: 'unhealthy',
    state: makeBoardState('soc-a-001', { unhealthy: { since: NOON, reason: 'no answer' } }),
  })
  const maintain: Lab['maintain'] = async (id, on, by: Person) => {
    calls.push([id, on, by.name])
    return makeBoard(id)
  }
  const lab = createLabPort({ maintain, check: async () => silent })
  expect((await read(lab, 'boards --family socB'))[0]).toBe('Boards · 1 of 1 usable')
  await done(lab, 'ops: boards maintain soc-a-001 --until 2h --reason "new fan"')
  await done(lab, 'ops: boards maintain soc-a-001 --off')
  expect(calls).toEqual([
    ['soc-a-001', { reason: 'new fan', untilMs: NOON + 7_200_000 }, 'ops'],
    ['soc-a-001', null, 'ops'],
  ])
  expect((await done(lab, 'boards health soc-a-001')).exit).toBe(2)
  expect(
    (await done(createLabPort({ check: async id => makeBoard(id) }), 'boards health soc-a-001')).exit,
  ).toBe(0)
})

test('H18.6 power says what it started, and a reading what was read', async () => {
  const calls: unknown[] = []
  const lab = createLabPort({
    power: async (board, action, by, reason) => {
      calls.push([board, action, by?.name, reason])
      return action === 'status'
        ? makePower({ action, endedAt: NOON, after: reason === '' ? 'on' : 'unknown' })
        : makePower({ action })
    },
  })
  expect(await done(lab, 'power cycle soc-a-001 --reason "no answer"')).toMatchObject({
    started: 'power/W1',
    exit: 0,
  })
  expect(await done(lab, 'power status soc-a-001')).toMatchObject({ started: null, exit: 0 })
  expect(await done(lab, 'power status soc-a-001 --reason x')).toMatchObject({ exit: 2 })
  expect(calls[0]).toEqual(['soc-a-001', 'cycle', 'mei', 'no answer'])
})

test('a test on the board is named before its power is switched', async () => {
  const lease = makeLease({
    id: 'T131.1',
    holder: { kind: 'run', run: 'T131', attempt: 1 },
    since: NOON - 12_000,
  })
  const lab = createLabPort({ boards: () => [makeBoard('soc-a-001', { lease })] })
  expect((await read(lab, 'power off soc-a-001'))[1]).toBe(
    'T131 runs on soc-a-001 (00:12): it would be cut off and tried again.',
  )
})

test('status, audit and reload answer with what the lab says', async () => {
  const searched: unknown[] = []
  const lab = createLabPort({
    audit: async (words, limit) => {
      searched.push([words, limit])
      return [{ at: NOON, who: person('mei'), line: 'queue', args: {}, decision: 'allowed', result: 'Queue' }]
    },
    reload: async () => ({ added: ['soc-a-009'], removed: [], changed: [] }),
  })
  expect((await read(lab, 'status'))[0]).toContain('Lab · 5 waiting, 3 running')
  expect((await read(lab, 'audit 7F3K "two words"'))[0]).toBe('Audit · 1 entry with 7F3K two words')
  expect(searched).toEqual([[['7F3K', 'two', 'words'], 50]])
  expect((await read(lab, 'settings reload'))[0]).toBe('Settings · boards.yaml · reloaded')
})

test('help shows only what the asker may do', async () => {
  const roles = { ops: 'operator', root: 'admin' } as const
  const lab = createLabPort({ roles })
  const shown = async (who: string, from = lab): Promise<string> =>
    (await read(from, `${who}: help`)).join('\n')
  expect(await shown('mei')).not.toMatch(/power|maintain|audit|reload/)
  expect(await shown('ops')).toMatch(/power[\s\S]*maintain/)
  expect(await shown('ops')).not.toMatch(/audit|reload/)
  expect(await shown('root')).toMatch(/power[\s\S]*audit[\s\S]*reload/)
  const holding = createLabPort({ roles, leases: () => [makeLease()] })
  expect(await shown('kai', holding)).toMatch(/power/)
})

test('help in chat has examples that work there: a file is attached, and named by its name', async () => {
  const lab = createLabPort()
  const there = async (line: string): Promise<string> => {
    const { view } = await ask(lab, line, { origin: { channel: 'slack', place: 'C1' } })
    return draw(view).join('\n')
  }
  expect(await there('help run-test')).toContain(
    "  run-test socA suite.tar.gz --entry run.sh --collect 'results/*.xml' -- quick",
  )
  expect(await there('help run-test')).toContain('  run-test socA hello\n')
  expect(await there('help run-test')).toContain('Attach it to the message to the bot')
  expect(await there('help lease send')).toContain('  lease send L3 hello /root/')
  for (const name of ['run-test', 'lease send', 'tests follow', 'queue'])
    expect(await there(`help ${name}`)).not.toMatch(/\.\/|&/)
})

test('help of one command has its arguments, flags, who may and real examples', async () => {
  const text = (await read(createLabPort(), 'help run-test')).join('\n')
  for (const word of [
    'FAMILY',
    'BINARY',
    '-- ARGS',
    '--priority high|normal|low',
    '--timeout 30m',
    '--env K=V',
    '--shell',
    'for everyone',
    '  run-test socA ./hello',
  ])
    expect(text).toContain(word)
  const power = (await read(createLabPort(), 'help power')).join('\n')
  expect(power).toContain('for operators, and whoever holds the board')
  expect(power).toContain('power status BOARD')
  expect((await read(createLabPort(), 'help /queue move'))[0]).toContain('queue move')
})
