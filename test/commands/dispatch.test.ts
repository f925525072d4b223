import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDispatcher } from '../../src/commands/dispatch.ts'
import { faultJson } from '../../src/commands/fault.ts'
import { commands } from '../../src/commands/registry.ts'
import { LabError, StaleError } from '../../src/errors.ts'
import { type Log, silentLog } from '../../src/log.ts'
import { anyText } from '../cards/arbitrary-view.ts'
import { draw } from '../cards/draw.ts'
import { createFakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'
import { ask, done, read } from './ask.ts'
import { createLabPort, makeBoard, makeLease, makePower, makeRun, makeState, person } from './lab-port.ts'

const roles = { ops: 'operator', root: 'admin' } as const

test('S4 every line is audited: allowed, refused and invalid, with who, what was typed, arguments and result', async () => {
  const lab = createLabPort({ roles })
  await ask(lab, 'mei: run-test socA --shell "uname -a"')
  await ask(lab, 'mei: power cycle soc-b-001')
  await ask(lab, 'mei: run-test scoA x', { typed: '@mei: run-test scoA x' })
  await ask(lab, 'mei: nonsense "')
  await ask(lab, 'mei: run-test')
  expect(lab.entries.map(({ who, line, decision, args }) => [who.name, line, decision, args])).toEqual([
    ['mei', 'run-test socA --shell "uname -a"', 'allowed', { family: 'socA', shell: 'uname -a' }],
    ['mei', 'power cycle soc-b-001', 'refused', { board: 'soc-b-001' }],
    ['mei', '@mei: run-test scoA x', 'invalid', { family: 'scoA', binary: 'x' }],
    ['mei', 'nonsense "', 'invalid', null],
    ['mei', 'run-test', 'allowed', {}],
  ])
  expect(lab.entries.map(entry => entry.result)[0]).toContain('T1 · uname -a on socA · queued')
  expect(lab.entries.map(entry => entry.result)[1]).toBe(
    'not-allowed: power cycle soc-b-001 needs the role operator.',
  )
})

test('S4 the audit tells from where: the channel, and the thread in it', async () => {
  const lab = createLabPort()
  await ask(lab, 'mei: queue')
  await ask(lab, 'mei: queue', { origin: { channel: 'slack', place: 'C1' } })
  await ask(lab, 'mei: "', { origin: { channel: 'slack', place: 'C1', thread: '7.0' } })
  const wheres = ['terminal', 'slack C1', 'slack C1/7.0']
  expect(lab.entries.map(entry => entry.where)).toEqual(wheres)
})

test('S4 whatever is typed, it is one outcome with an exit of 0 to 3 and one entry in the audit', async () => {
  const names = fc.constantFrom(...commands.map(each => each.name))
  const line = fc.oneof(
    anyText,
    fc.tuple(names, anyText).map(words => words.join(' ')),
  )
  await fc.assert(
    fc.asyncProperty(line, async typed => {
      const lab = createLabPort()
      const outcome = await ask(lab, `mei: ${typed}`)
      expect([0, 1, 2, 3]).toContain(outcome.exit)
      expect(lab.entries).toHaveLength(1)
      expect(draw(outcome.view).length).toBeGreaterThan(0)
    }),
    { numRuns: 200 },
  )
})

test('an audit that cannot be written is logged and silences nobody; one that is late is no error unless it fails', async () => {
  const errors: string[] = []
  const late: unknown[] = []
  const log: Log = {
    ...silentLog,
    error: (_, message) => void errors.push(message),
    warn: ({ entry }) => void late.push(entry),
  }
  const failing = createLabPort({ record: () => Promise.reject(new Error('disk')) })
  expect((await ask(failing, 'queue', {}, log)).kind).toBe('done')
  const clock = createFakeClock()
  const slow = Promise.withResolvers<void>()
  const hanging = createLabPort({ record: () => slow.promise })
  const asked = createDispatcher({ commands, lab: hanging, log, clock }).line({
    line: 'queue',
    person: person('mei'),
    origin: { channel: 'terminal', place: 'terminal' },
    file: async () => null,
  })
  await until(() => clock.timers > 0, 'the deadline of the audit')
  await clock.pass(2_000)
  expect((await asked).kind).toBe('done')
  expect(errors).toEqual(['the audit could not be written'])
  expect(late).toEqual([expect.objectContaining({ line: 'queue', decision: 'allowed' })])
  slow.reject(new Error('disk'))
  await until(() => errors.length === 2, 'it is an error after all')
})

test('run-test with nothing is a form; with anything it is not', async () => {
  const outcome = await ask(createLabPort(), 'run-test')
  expect(outcome).toMatchObject({ kind: 'form', exit: 3, fault: { code: 'input' } })
  expect(
    outcome.kind === 'form' && outcome.fields.map(field => [field.name, field.kind, field.required]),
  ).toEqual([
    ['family', 'select', true],
    ['binary', 'file', false],
    ['args', 'text', false],
    ['priority', 'select', false],
    ['timeout', 'text', false],
    ['env', 'lines', false],
    ['board', 'select', false],
    ['collect', 'lines', false],
    ['entry', 'text', false],
    ['shell', 'text', false],
  ])
  expect((await ask(createLabPort(), 'run-test socA')).kind).toBe('fault')
})

test('a dangerous act asks first, and the button runs the very line, confirmed', async () => {
  const boards = [makeBoard('soc-b-001', { lease: makeLease(), status: 'in_use' })]
  const state = makeState({ leases: { L7: makeLease() } })
  let switched = 0
  const power = async (): ReturnType<ReturnType<typeof createLabPort>['power']> =>
    makePower({ id: `W${++switched}` })
  const lab = createLabPort({ roles, boards: () => boards, state: () => state, power })
  const asked = await ask(lab, 'ops: power cycle soc-b-001 --reason "no answer"')
  expect(asked).toMatchObject({ kind: 'confirm', exit: 3, fault: { code: 'needs-confirmation' } })
  expect(draw(asked.view, null)).toEqual([
    'power cycle soc-b-001?',
    '@kai holds soc-b-001 until 15:30 and will be told.',
    "  1) power cycle   power cycle soc-b-001 --reason 'no answer' --yes",
  ])
  expect(switched).toBe(0)
  expect(await done(lab, "ops: power cycle soc-b-001 --reason 'no answer' --yes")).toMatchObject({
    started: 'power/W1',
  })
  expect(await done(lab, 'ops: power cycle soc-b-001', { confirmed: true })).toMatchObject({
    started: 'power/W2',
  })
})

test('the holder is not asked about the own board, nor is anybody about a reading', async () => {
  const boards = [makeBoard('soc-b-001', { lease: makeLease(), status: 'in_use' })]
  const lab = createLabPort({
    roles,
    boards: () => boards,
    power: async (_board, action) => makePower({ action, endedAt: 1, after: 'on' }),
  })
  expect((await ask(lab, 'kai: power cycle soc-b-001')).kind).toBe('done')
  expect((await ask(lab, 'ops: power status soc-b-001')).kind).toBe('done')
})

test('a confirmation drawn from what has moved on is asked again, and does nothing', async () => {
  const boards = [makeBoard('soc-b-001', { lease: makeLease({ rev: 99 }), status: 'in_use' })]
  const lab = createLabPort({
    roles,
    boards: () => boards,
    state: () => makeState({ leases: { L7: makeLease({ rev: 99 }) } }),
  })
  const outcome = await ask(lab, 'ops: power cycle soc-b-001 --yes', {
    expect: { topic: 'lease/L7', rev: 20 },
  })
  expect(outcome.kind).toBe('confirm')
  expect(draw(outcome.view, null)[1]).toBe(
    'This changed since it was shown; nothing was done. @kai holds soc-b-001 until 15:30 and will be told.',
  )
})

test('a click on an old card is answered with the fresh one and never acts', async () => {
  const runs = { T12: makeRun({ id: 'T12', rev: 11, state: 'running' }) }
  const lab = createLabPort({ state: () => makeState({ runs }) })
  const outcome = await ask(lab, 'queue cancel T12', { expect: { topic: 'run/T12', rev: 10 } })
  expect(outcome).toMatchObject({ kind: 'fault', exit: 3, fault: { code: 'stale' } })
  expect(draw(outcome.view, null).slice(0, 2)).toEqual([
    'T12 · hello on socA · running                                      @mei · normal',
    'This moved on since it was shown: nothing was done. Here is how it is now.',
  ])
})

test('a click on a card of what is gone says so', async () => {
  const outcome = await ask(createLabPort(), 'lease release L7', { expect: { topic: 'lease/L7', rev: 10 } })
  expect(outcome.view.summary).toBe(
    'This moved on since it was shown: nothing was done.\nIt is no longer there.',
  )
  for (const topic of ['constructor', '__proto__/x', 'toString/1', ''])
    expect((await ask(createLabPort(), 'queue', { expect: { topic, rev: 0 } })).kind).toBe('fault')
})

test('a click that is right is handed on with its revision, and one that loses the race is shown the fresh card', async () => {
  const runs = { T12: makeRun({ id: 'T12' }) }
  const revs: (number | undefined)[] = []
  const lab = createLabPort({
    state: () => makeState({ runs }),
    move: async (_id, _priority, _by, rev) => {
      revs.push(rev)
      if (revs.length === 1) return runs.T12
      throw new StaleError('T12 is running now.', { hint: 'Look again.' })
    },
  })
  const expected = { expect: { topic: 'run/T12', rev: 10 } }
  expect((await ask(lab, 'queue move T12 high', expected)).kind).toBe('done')
  const lost = await ask(lab, 'queue move T12 high', expected)
  expect(lost).toMatchObject({ kind: 'fault', fault: { code: 'stale' } })
  expect(draw(lost.view, null)[1]).toBe('T12 is running now.')
  expect(revs).toEqual([10, 10])
})

test('an error of the lab is its message and its hint, with the exit of its class', async () => {
  const infrastructure = new LabError('board-silent', 'soc-a-001 does not answer', {
    hint: 'Power-cycle it.',
    failure: 'infrastructure',
  })
  const lab = createLabPort({ check: () => Promise.reject(infrastructure) })
  expect(await read(lab, 'boards health soc-a-001')).toEqual(['soc-a-001 does not answer', 'Power-cycle it.'])
  const outcome = await ask(lab, 'boards health soc-a-001')
  expect(outcome.exit).toBe(2)
  expect(outcome.kind === 'fault' && faultJson(outcome.fault)).toEqual({
    error: {
      code: 'board-silent',
      message: 'soc-a-001 does not answer',
      hint: 'Power-cycle it.',
      class: 'infrastructure',
    },
  })
})

test('a result keeps what its schema names and nothing else: no log-in leaves through it', async () => {
  const lab = createLabPort({ boards: () => [makeBoard('soc-a-001', { lease: makeLease() })] })
  for (const line of ['boards', 'boards show soc-a-001']) {
    const { result, view } = await done(lab, line)
    expect(JSON.stringify(result)).toContain('telnet 10.1.2.101:23')
    expect(JSON.stringify([result, view])).not.toContain('hunter2')
  }
})

test('where words open no files, a binary is asked for in another way', async () => {
  expect((await read(createLabPort(), 'run-test socA ./hello'))[0]).toContain('"./hello" is only a word here')
})

test('--form asks for what is missing, with what was typed filled in; a lease has a form too', async () => {
  const lab = createLabPort()
  const filled = await ask(lab, 'run-test socA --priority high --form')
  if (filled.kind !== 'form') throw new Error(filled.kind)
  const initial = Object.fromEntries(filled.fields.map(field => [field.name, field.initial]))
  expect(initial).toMatchObject({ family: 'socA', priority: 'high', binary: undefined })
  expect(await ask(lab, 'lease')).toMatchObject({ kind: 'form', command: 'lease' })
})
