import { expect, test } from 'vitest'
import { completer } from '../../../src/bot/terminal/complete.ts'
import type { TerminalFaceOptions } from '../../../src/bot/terminal/face.ts'
import { commands } from '../../../src/commands/registry.ts'
import type { LiveCard } from '../../../src/lab/types.ts'
import {
  aLog,
  createLabPort,
  type LabPort,
  makeAttempt,
  makeBoard,
  makeLease,
  makeResult,
  makeRun,
  NOON,
} from '../../commands/lab-port.ts'
import { until } from '../../until.ts'
import { item, type Stage, stage } from './stage.ts'

const signal = new AbortController().signal
const CTRL_C = '\x03'
const CTRL_D = '\x04'

function prompt(lab: LabPort, more: Partial<TerminalFaceOptions> = {}): Stage & { over: Promise<number> } {
  const on = stage(lab, { isTTY: true, ...more })
  return { ...on, over: on.face.run() }
}

test('a line at the prompt is answered, and exit leaves', async () => {
  const on = prompt(createLabPort())
  await on.sees('me> ')
  on.type('queue\r')
  await on.sees('Queue · 0 waiting, 0 running')
  on.type('exit\r')
  expect(await on.over).toBe(0)
})

test('the number of a button runs its line, with the revision it was drawn from', async () => {
  const lab = createLabPort()
  const on = prompt(lab)
  on.type('run-test socA --shell true\r')
  await on.sees('  1) Move to high   queue move T1 high')
  const runs = lab.state().runs as Record<string, ReturnType<typeof makeRun>>
  runs['T1'] = makeRun({ id: 'T1', rev: 99, state: 'running' })
  on.type('1\r')
  await on.sees('This moved on since it was shown: nothing was done.')
  expect(lab.entries.map(entry => [entry.line, entry.decision])).toEqual([
    ['run-test socA --shell true', 'allowed'],
    ['queue move T1 high', 'invalid'],
  ])
  on.face.close()
  await on.over
})

test('the card of what was started is shown again at each transition, not at each tick, and its end in full', async () => {
  const cards: LiveCard[] = []
  const lab = createLabPort({ card: async card => void cards.push(card) })
  const on = prompt(lab)
  on.type('run-test socA --shell true\r')
  await on.sees('T1 · true on socA · queued')
  const runs = lab.state().runs as Record<string, ReturnType<typeof makeRun>>
  const queued = runs['T1'] ?? makeRun()
  runs['T1'] = { ...queued, rev: 11, state: 'running', times: { running: NOON }, attempts: [makeAttempt()] }
  lab.publish('run/T1')
  await on.sees('T1 · true on soc-a-003 · running 00:00')
  lab.publish('run/T1')
  runs['T1'] = { ...runs['T1'], rev: 12, state: 'passed', result: makeResult() }
  lab.publish('run/T1')
  await on.sees('T1 · true on soc-a-003 · passed')
  await on.sees('  1) Run again              tests rerun T1')
  expect(on.shown().match(/running 00:00/g)).toHaveLength(1)
  expect(cards.map(({ topic, place, told }) => [topic, place, told])).toEqual([
    ['run/T1', 'terminal', false],
    ['run/T1', 'terminal', true],
  ])
  expect(await on.face.channel.deliver(item('run/T1'), signal)).toBe('delivered')
  await on.sees('@me T1 passed on soc-a-003 after 01:12: true. Log: ')
  expect(on.shown().match(/ {2}hello, world/g)).toHaveLength(1)
  on.face.close()
  await on.over
})

test('cards that this terminal had before a restart go on, others’ do not', async () => {
  const lab = createLabPort()
  const card = { topic: 'run/T7', place: 'terminal', reference: 'run/T7', shown: 10, told: false }
  Object.assign(lab.state().cards, { a: card, b: { ...card, topic: 'run/T8', place: 'C123' } })
  Object.assign(lab.state().runs, {
    T7: makeRun({ id: 'T7', rev: 11, state: 'running' }),
    T8: makeRun({ id: 'T8', rev: 11 }),
  })
  const on = prompt(lab)
  await on.sees('T7 · hello on socA · running')
  expect(on.shown()).not.toContain('T8')
  on.face.close()
  await on.over
})

test('a warning is told above the prompt, with its buttons', async () => {
  const lab = createLabPort({ lease: () => makeLease({ warned: [600_000], until: NOON + 600_000 }) })
  const on = prompt(lab)
  on.type('half a line')
  await on.sees('half a line')
  expect(await on.face.channel.deliver(item('lease/L7', { kind: 'lease-warning-600000' }), signal)).toBe(
    'delivered',
  )
  await on.sees('@kai L7 soc-b-001 ends in 10 min.')
  await on.sees('  1) Extend 30 min   lease extend L7 30m')
  await until(() => on.shown().trimEnd().endsWith('half a line'), 'the line that was being typed')
  on.face.close()
  await on.over
})

test('run-test alone asks for each field, with choices, and shows the line that it stands for', async () => {
  const lab = createLabPort()
  const on = prompt(lab)
  on.type('run-test\r')
  await on.sees('  1 socA (1 of 3 free)')
  await on.sees('family (Kind of board to run on): ')
  on.type('\r')
  await on.sees('family is needed.')
  for (const [question, answer] of [
    ['family (', '2'],
    ['binary (', ''],
    ['args (', ''],
    ['priority (Who goes first) [normal]: ', 'high'],
    ['timeout (', 'soon'],
    ['env (', "A=1 B='2 3'"],
    ['board (', ''],
    ['collect (', "'*.xml' log.txt"],
    ['entry (', ''],
    ['shell (', 'uname -a'],
  ] as const) {
    await on.sees(question)
    on.type(`${answer}\r`)
  }
  await on.sees(
    "= run-test socB --priority high --timeout soon --env A=1 --env 'B=2 3' --collect '*.xml' --collect log.txt --shell 'uname -a'",
  )
  await on.sees('--timeout "soon" is no duration')
  await on.sees('[soon]: ')
  on.type('5m\r')
  await on.sees('T1 · uname -a on socB · queued')
  expect(lab.submitted).toMatchObject([
    {
      family: 'socB',
      env: { A: '1', B: '2 3' },
      priority: 1,
      timeoutMs: 300_000,
      collect: ['*.xml', 'log.txt'],
    },
  ])
  on.face.close()
  await on.over
})

test('a quote left open in a form’s list is pointed at', async () => {
  const on = prompt(createLabPort())
  on.type('run-test\r')
  for (const [question, answer] of [
    ['family (', 'socA'],
    ['binary (', ''],
    ['args (', '"a b'],
    ['priority (', ''],
    ['timeout (', ''],
    ['env (', ''],
    ['board (', ''],
    ['collect (', ''],
    ['entry (', ''],
    ['shell (', 'true'],
  ] as const) {
    await on.sees(question)
    on.type(`${answer}\r`)
  }
  await on.sees('is never closed')
  on.face.close()
  await on.over
})

test('Ctrl-C gives a form up, clears a line, and leaves only when typed twice', async () => {
  const lab = createLabPort()
  const on = prompt(lab)
  on.type('run-test\r')
  await on.sees('family (')
  on.type(CTRL_C)
  await until(() => on.shown().trimEnd().endsWith('me>'), 'the prompt again')
  on.type('garbage')
  await on.sees('garbage')
  on.type(CTRL_C)
  on.type('queue\r')
  await on.sees('Queue ·')
  on.type(CTRL_C)
  await on.sees('Ctrl-C again, or exit, leaves.')
  on.type(CTRL_C)
  expect(await on.over).toBe(0)
  expect(lab.entries.map(entry => entry.line)).toEqual(['run-test', 'queue'])
})

test('Ctrl-D leaves, unless the bot is to go on', async () => {
  const on = prompt(createLabPort())
  await on.sees('me> ')
  on.type(CTRL_D)
  expect(await on.over).toBe(0)
  const staying = prompt(createLabPort(), { stays: true })
  await staying.sees('me> ')
  staying.type(CTRL_D)
  await staying.sees('The bot goes on without a prompt')
  staying.face.close()
  expect(await staying.over).toBe(0)
})

test('following prints output above the prompt; Ctrl-C stops following and nothing else', async () => {
  const lab = createLabPort({ log: async (_id, { after }) => aLog(['one'], after) })
  Object.assign(lab.state().runs, { T5: makeRun({ id: 'T5', state: 'running', attempts: [makeAttempt()] }) })
  const on = prompt(lab)
  on.type('tests follow T5\r')
  await on.sees('Following; Ctrl-C stops following, the test goes on.')
  await until(() => on.clock.timers > 0, 'following')
  on.type(CTRL_C)
  await until(() => on.clock.timers === 0, 'no more following')
  on.type('queue\r')
  await on.sees('Queue ·')
  on.face.close()
  await on.over
})

test('what is dangerous stands in a box, and its number does it', async () => {
  const done: string[] = []
  const lab = createLabPort({
    boards: () => [makeBoard('soc-b-001', { lease: makeLease(), status: 'in_use' })],
    lease: () => makeLease(),
    power: async (board, action) => {
      done.push(`${action} ${board}`)
      throw new Error('enough')
    },
  })
  const on = prompt(lab, { colour: true, columns: () => 60 })
  on.type('power off soc-b-001\r')
  await on.sees('│   1) power off   power off soc-b-001 --yes')
  expect(done).toEqual([])
  on.type('1\r')
  await on.sees('Something broke on our side (reference ')
  expect(done).toEqual(['off soc-b-001'])
  on.face.close()
  await on.over
})

test('Tab completes commands, families, boards and flags', () => {
  const complete = completer(commands, createLabPort())
  expect(complete('qu')).toEqual([['queue', 'queue cancel', 'queue move'], 'qu'])
  expect(complete('run-test so')).toEqual([['socA', 'socB', 'soc-a-001', 'soc-a-003', 'soc-b-001'], 'so'])
  expect(complete('run-test socA --ti')).toEqual([['--timeout'], '--ti'])
  expect(complete('power off soc-b')).toEqual([['soc-b-001'], 'soc-b'])
  expect(complete('nothing here')).toEqual([[], 'here'])
})
