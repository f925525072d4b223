import { expect, test } from 'vitest'
import { type RunFacts, runCard } from '../../src/cards/run.ts'
import { runTelling } from '../../src/cards/run-telling.ts'
import { textOf } from '../../src/cards/text.ts'
import { RUN_STATES } from '../../src/lab/types.ts'
import { makeAttempt, makeResult, makeRun, makeWaiting, NOON, person } from '../commands/lab-port.ts'
import { draw, FRAME } from './draw.ts'

function facts(more: Partial<RunFacts> = {}): RunFacts {
  return {
    run: makeRun(),
    waiting: null,
    waitingInAll: 5,
    progress: null,
    tail: null,
    logUrl: 'http://lab/T128',
    fileUrl: name => `http://lab/T128/${name}`,
    released: true,
    elsewhere: null,
    attempts: 3,
    ...more,
  }
}

test('M4.3 a waiting test shows position, estimate and why', () => {
  expect(draw(runCard(facts({ waiting: makeWaiting() }), FRAME))).toEqual([
    'T128 · hello on socA · queued                                      @mei · normal',
    'Position 3 of 5 · starts in about 6 min (9 times of 10 within 11 min)',
    'Why: 2 of 3 socA boards are testing; soc-a-002 is being recovered since 13:58.',
    '  1) Move to high   queue move T128 high',
    '  2) Cancel         queue cancel T128',
    '  3) Show queue     queue',
  ])
})

test('an estimate nobody can make is not made up', () => {
  const waiting = makeWaiting({ startsIn: null, position: 1, why: [] })
  expect(draw(runCard(facts({ waiting }), FRAME))[1]).toBe(
    'Position 1 of 5 · no estimate yet: nothing like it has run before',
  )
})

test('a running test shows stage, elapsed time, what was copied and the last lines', () => {
  const run = makeRun({ state: 'running', times: { running: NOON - 42_000 }, attempts: [makeAttempt()] })
  const progress = {
    stage: 'running' as const,
    board: 'soc-a-003',
    startedAt: NOON - 60_000,
    copy: { done: 1_200_000, total: 1_200_000 },
    copied: { bytes: 1_200_000, durationMs: 9_000, repaired: 0, way: 'raw' as const, packed: true },
    lastLine: 'x',
    logBytes: 99,
  }
  const tail = { lines: ['ok 30 memcpy_unaligned', 'not ok 31 atomic_swap'], total: 31 }
  expect(draw(runCard(facts({ run, progress, tail }), FRAME))).toEqual([
    'T128 · hello on soc-a-003 · running 00:42                          @mei · normal',
    'copied 1.2 MB in 9 s (133 kB/s, raw, packed) · SHA-256 checked',
    '  ok 30 memcpy_unaligned',
    '  not ok 31 atomic_swap',
    '  last 2 of 31 lines · log: http://lab/T128',
    '  1) Cancel   queue cancel T128',
    '  2) Log      tests log T128',
    '  3) Board    boards show soc-a-003',
  ])
})

test('M6.2 how the binary came is said while it runs and when it has ended, and why no faster way was taken', () => {
  const copied = { bytes: 12_000_000, durationMs: 1_090, repaired: 0, way: 'sftp' as const, packed: false }
  const running = (how: object): string => {
    const progress = { stage: 'running' as const, board: 'soc-a-003', startedAt: NOON, copy: null }
    const run = makeRun({ state: 'running', times: { running: NOON }, attempts: [makeAttempt()] })
    const facted = facts({
      run,
      progress: { ...progress, copied: { ...copied, ...how }, lastLine: null, logBytes: 0 },
    })
    return draw(runCard(facted, FRAME)).join(' ')
  }
  const note = 'not by sftp root@10.1.2.103:22: the server has no SFTP (step: sftp)'
  const slower = { ...{ durationMs: 90_000, way: 'raw' as const, packed: true }, note }
  expect(running({})).toContain('copied 12 MB in 1 s (11 MB/s, SFTP) · SHA-256 checked')
  expect(running(slower)).toContain(
    `copied 12 MB in 2 min (133 kB/s, raw, packed) · SHA-256 checked · ${note}`,
  )
  const ended = (how: object): string => {
    const result = makeResult({ exitStatus: 0, copied: { ...copied, ...how } })
    const run = makeRun({ state: 'passed', attempts: [makeAttempt()], result })
    return draw(runCard(facts({ run, released: true }), FRAME)).join(' ')
  }
  expect(ended({})).toContain('copied 12 MB in 1 s (11 MB/s, SFTP)')
  expect(ended(slower)).toContain(`copied 12 MB in 2 min (133 kB/s, raw, packed) · ${note}`)
})

test('a copy that goes on is a bar', () => {
  const run = makeRun({ state: 'preparing', attempts: [makeAttempt()] })
  const progress = {
    stage: 'copying' as const,
    board: 'soc-a-003',
    startedAt: NOON,
    copy: { done: 600_000, total: 1_200_000 },
    copied: null,
    lastLine: null,
    logBytes: 0,
  }
  const lines = draw(runCard(facts({ run, progress }), FRAME))
  expect(lines[0]).toContain('· copying ')
  expect(lines[1]).toBe('▓▓▓▓▓░░░░░ 600 kB of 1.2 MB copied')
})

test('M5.3 a failed test shows what, proof, status, that the board is released, and the log', () => {
  const failure = { class: 'test', cause: 'exit status', blame: 'none' } as const
  const result = makeResult({
    exitStatus: 1,
    failure,
    title: 'exit status 1',
    message: 'hello ended with exit status 1',
    tail: ['1', '2'],
    tailTotal: 30,
  })
  const run = makeRun({
    state: 'failed',
    times: { failed: NOON },
    attempts: [makeAttempt({ endedAt: NOON })],
    result,
  })
  expect(draw(runCard(facts({ run, elsewhere: 'soc-a-001' }), FRAME))).toEqual([
    'T128 · hello on soc-a-003 · failed: exit status 1                   @mei · 01:12',
    'hello ended with exit status 1.',
    '  1',
    '  2',
    '  last 2 of 30 lines',
    'exit status 1 · board released · log (18 kB): http://lab/T128 · copied 1.2 MB in',
    '9 s (133 kB/s)',
    '  1) Run again              tests rerun T128',
    '  2) Run on another board   tests rerun T128 --board soc-a-001',
    '  3) Log                    tests log T128',
  ])
})

test('M6.7 a panic is named in the title and proved by its line', () => {
  const proof = ['Kernel panic - not syncing: Fatal exception in interrupt']
  const failure = { class: 'test', cause: 'panic', blame: 'none' } as const
  const result = makeResult({
    exitStatus: null,
    failure,
    title: 'kernel panic: Fatal exception in interrupt',
    proof,
    endedBy: 'nothing',
  })
  const run = makeRun({ state: 'failed', attempts: [makeAttempt()], result, times: { failed: NOON } })
  const lines = draw(runCard(facts({ run, released: false }), FRAME))
  expect(lines[0]).toContain('failed: kernel panic ')
  expect(lines[1]).toBe('kernel panic: Fatal exception in interrupt.')
  expect(lines[2]).toBe('  Kernel panic - not syncing: Fatal exception in interrupt')
  expect(lines[3]).toMatch(/^board being released · log/)
})

test('M6.4 a timeout says how long it had and which step ended it', () => {
  const failure = { class: 'timeout', cause: 'time limit', blame: 'none' } as const
  const result = makeResult({ exitStatus: null, endedBy: 'kill', failure, title: 'time limit' })
  const run = makeRun({ state: 'timeout', attempts: [makeAttempt()], result, times: { timeout: NOON } })
  const lines = draw(runCard(facts({ run }), FRAME))
  expect(lines[0]).toContain('timeout after 30 min')
  expect(lines.join('\n')).toContain('ended by kill')
})

test('M3.5 not the test’s fault: it says so, which attempt, and that its place is kept', () => {
  const failure = { class: 'infrastructure', cause: 'console lost', blame: 'board' } as const
  const message = 'soc-a-002 stopped answering in the middle of the copy'
  const run = makeRun({ attempts: [makeAttempt({ board: 'soc-a-002', failure, message, endedAt: NOON })] })
  expect(draw(runCard(facts({ run }), FRAME)).slice(0, 3)).toEqual([
    'T128 · hello on soc-a-002 · retrying: infrastructure       @mei · attempt 2 of 3',
    'soc-a-002 stopped answering in the middle of the copy. Its place in the queue is',
    'kept.',
  ])
  const again = makeRun({
    state: 'running',
    times: { running: NOON },
    attempts: [...run.attempts, makeAttempt({ number: 2 })],
  })
  const lines = draw(runCard(facts({ run: again }), FRAME))
  expect(lines[0]).toContain('@mei · attempt 2 of 3')
  expect(lines[1]).toBe('Before, on soc-a-002: soc-a-002 stopped answering in the middle of the copy.')
})

test('an attempt cut by a restart does not count against the three', () => {
  const attempts = [
    makeAttempt({ uncounted: true, endedAt: NOON }),
    makeAttempt({ number: 2, endedAt: NOON }),
  ]
  expect(draw(runCard(facts({ run: makeRun({ attempts }) }), FRAME))[0]).toContain('attempt 2 of 3')
})

test('every state has a card; a final one is final and offers to run again, another to cancel', () => {
  for (const state of RUN_STATES) {
    const view = runCard(facts({ run: makeRun({ state, times: { [state]: NOON } }) }), FRAME)
    const lines = view.parts.flatMap(part => (part.t === 'actions' ? part.items.map(item => item.line) : []))
    expect(lines.includes('tests rerun T128')).toBe(view.final === true)
    expect(lines.includes('queue cancel T128')).toBe(view.final !== true)
    expect(view.summary).toContain('T128 · hello')
  }
})

test('buttons that act carry the revision they were drawn from', () => {
  const view = runCard(facts({ waiting: makeWaiting() }), FRAME)
  const actions = view.parts.flatMap(part => (part.t === 'actions' ? part.items : []))
  const wanted = (line: string) =>
    // However far it has got: who cancels it does not want it any more.
    line === 'queue' || line.startsWith('queue cancel') ? undefined : { topic: 'run/T128', rev: 10 }
  for (const { line, expect: expected } of actions) expect(expected).toEqual(wanted(line))
})

const told = (more: Parameters<typeof makeRun>[0]): string =>
  textOf(runTelling(makeRun({ attempts: [makeAttempt()], ...more }), 'http://lab/T128', FRAME).title, FRAME)

test('M5.2 a pass is told with id, board and duration', () => {
  expect(told({ state: 'passed', result: makeResult() })).toBe(
    '@mei T128 passed on soc-a-003 after 01:12: hello. Log: http://lab/T128',
  )
})

test('M5.3 a failure is told with its error and the log', () => {
  const result = makeResult({ exitStatus: 3, title: 'exit status 3' })
  expect(told({ state: 'failed', result })).toBe(
    '@mei T128 failed after 01:12: exit status 3. Log: http://lab/T128',
  )
})

test('the other ends are told under their own names', () => {
  expect(told({ state: 'timeout', result: makeResult() })).toContain(
    'T128 timeout after 30 min: hello was ended on soc-a-003.',
  )
  expect(told({ state: 'cancelled', cancelledBy: person('li') })).toContain('was cancelled by @li.')
  const result = makeResult({ message: 'no console on any board', hint: 'Ask an operator.', tail: [] })
  expect(told({ state: 'error', result })).toContain(
    'did not get through (infrastructure, 1 attempt): no console on any board. Ask an operator.',
  )
})

test('a telling shows the last lines of the log', () => {
  const result = makeResult({ tail: ['a', 'b', 'c', 'd', 'e', 'f'], tailTotal: 6 })
  const run = makeRun({ state: 'passed', attempts: [makeAttempt()], result })
  expect(draw(runTelling(run, 'http://lab/T128', FRAME), null).slice(1)).toEqual([
    '  b',
    '  c',
    '  d',
    '  e',
    '  f',
    '  last 5 of 6 lines',
  ])
})
