import { expect, test } from 'vitest'
import { drawTelling } from '../../src/cards/tellings.ts'
import { drawTopic } from '../../src/cards/topics.ts'
import {
  createLabPort,
  makeAttempt,
  makeLease,
  makePower,
  makeRun,
  makeState,
  makeWaiting,
  NOON,
  person,
} from '../commands/lab-port.ts'

const runs = {
  T12: makeRun({ id: 'T12', state: 'running', times: { running: NOON }, attempts: [makeAttempt()] }),
}
const leases = { L7: makeLease({ warned: [600_000], until: NOON + 600_000 }) }
const alerts = { A1: { id: 'A1', cause: 'wait', text: 'long waits', since: NOON, resolvedAt: null } }
const lab = createLabPort({
  state: () => makeState({ runs, leases, alerts }),
  powerEvent: async id => (id === 'W1' ? makePower({ id }) : null),
  queue: () => ({
    waiting: [makeWaiting({ id: 'T133', family: 'socB' })],
    running: [],
    averageWaitMs: 0,
    limit: 50,
  }),
  tail: () => ({
    lines: [
      { t: NOON, text: 'one' },
      { t: NOON, text: 'two' },
    ],
    total: 2,
  }),
})

test.each([
  'run/T12',
  'lease/L7',
  'power/W1',
  'board/soc-a-001',
  'queue',
  'boards',
  'status',
  'alerts',
  'alert/A1',
  'home',
])('%s has a card of that topic', async topic => {
  expect(await drawTopic(topic, lab, person('kai'))).toMatchObject({ topic })
})

test.each([
  'run/T9',
  'lease/L9',
  'power/W9',
  'board/none',
  'alert/A9',
  'constructor',
  '__proto__',
  'run',
  '',
  'queue/x',
])('%j has none', async topic => {
  expect(await drawTopic(topic, lab)).toBeNull()
})

test('a running test’s card has its last lines', async () => {
  const view = await drawTopic('run/T12', lab)
  expect(view?.parts.find(part => part.t === 'log')).toMatchObject({ lines: ['one', 'two'], total: 2 })
})

test('tellings are drawn from the state as it is when they are delivered', async () => {
  expect((await drawTelling('lease/L7', lab))?.summary).toBe(
    '@kai L7 soc-b-001 ends in 10 min. @mei waits for it (T133).',
  )
  expect((await drawTelling('power/W1', lab))?.summary).toContain('power cycle by @ops')
  expect((await drawTelling('alert/A1', lab))?.summary).toContain('A1 alert: long waits')
  expect((await drawTelling('run/T12', lab))?.summary).toContain('@mei T12 is running.')
  for (const topic of ['run/T9', 'lease/L9', 'alert/A9', 'constructor/x', 'queue', ''])
    expect(await drawTelling(topic, lab)).toBeNull()
})
