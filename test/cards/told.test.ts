import { expect, test } from 'vitest'
import { boardCard } from '../../src/cards/board.ts'
import { type RunFacts, runCard } from '../../src/cards/run.ts'
import { runTelling } from '../../src/cards/run-telling.ts'
import type { BoardStep, ConsoleEvent, Incident, Run } from '../../src/lab/types.ts'
import { makeAttempt, makeBoard, makeResult, makeRun, NOON } from '../commands/lab-port.ts'
import { draw, FRAME } from './draw.ts'

const OOPS: ConsoleEvent = {
  ...{ at: NOON - 9_000, kind: 'oops', severity: 'ends', lines: [2205, 2231] },
  title: 'oops: bad access, dwmac_rx+0x1d4',
}
const PANIC: ConsoleEvent = {
  ...{ at: NOON - 8_000, kind: 'panic', severity: 'ends', lines: [2232, 2251] },
  title: 'kernel panic: Fatal exception in interrupt, dwmac_rx+0x1d4',
}
const WARNING: ConsoleEvent = {
  ...{ at: NOON - 60_000, kind: 'warning', severity: 'told', lines: [812, 840] },
  title: 'warning: dwmac_open+0x40 drivers/net/dwmac.c:311',
}
const PROOF = [
  'Unable to handle kernel NULL pointer dereference at virtual address 8',
  'pc : dwmac_rx+0x1d4/0x5a0',
  'lr : napi_poll+0x3c/0x1f0',
  'Call trace:',
  ' dwmac_rx+0x1d4/0x5a0',
  ' napi_poll+0x3c/0x1f0',
  'Kernel panic - not syncing: Fatal exception in interrupt',
]
const ENDED = makeAttempt({ startedAt: NOON - 200_000, endedAt: NOON - 6_000 })
const BEFORE = makeAttempt({
  board: 'soc-a-001',
  endedAt: NOON - 90_000,
  failure: { class: 'infrastructure', cause: 'panic', blame: 'board' },
  title: PANIC.title,
  lines: [12, 40],
  events: [{ ...PANIC, lines: [12, 40] }],
  message: `soc-a-001 reported it while the program was being copied: ${PANIC.title}`,
})

function panicked(more: Partial<Run> = {}): Run {
  const result = makeResult({
    exitStatus: null,
    endedBy: 'nothing',
    failure: { class: 'test', cause: 'panic', blame: 'none' },
    title: PANIC.title,
    message: `The board's kernel reported it while the program ran: ${PANIC.title}`,
    hint: 'The lines around it are in the log.',
    proof: PROOF,
    lines: [2205, 2251],
    events: [WARNING, OOPS, PANIC],
    durationMs: 190_000,
  })
  return makeRun({ state: 'failed', attempts: [ENDED], result, times: { failed: NOON - 5_000 }, ...more })
}

function facts(run: Run, more: Partial<RunFacts> = {}): RunFacts {
  return {
    ...{ run, waiting: null, waitingInAll: 0, progress: null, tail: null, released: true },
    ...{ elsewhere: null, attempts: 3, logUrl: 'http://lab/T128/output.log', pageUrl: 'http://lab/T128' },
    consoleUrl: 'http://lab/T128/console.log',
    fileUrl: name => `http://lab/T128/${name}`,
    ...more,
  }
}

function step(part: Partial<BoardStep>): BoardStep {
  const times = { startedAt: NOON - 5_000, endedAt: NOON - 1_000 }
  return { step: 'console', ...times, outcome: 'back', message: null, run: null, ...part }
}

function text(view: Parameters<typeof draw>[0]): string {
  return draw(view, null).join('\n')
}

const RESET = [step({ outcome: 'no answer' }), step({ step: 'reset' })]

test('M5.3 M6.7 a kernel panic: its title, first lines, place in the log, what came before, and how the board is', () => {
  expect(draw(runCard(facts(panicked(), { steps: RESET }), FRAME))).toEqual([
    'T128 · hello on soc-a-003 · failed: kernel panic                    @mei · 03:10',
    "The board's kernel reported it while the program ran: kernel panic: Fatal",
    'exception in interrupt, dwmac_rx+0x1d4.',
    '  Unable to handle kernel NULL pointer dereference at virtual address 8',
    '  pc : dwmac_rx+0x1d4/0x5a0',
    '  lr : napi_poll+0x3c/0x1f0',
    '  Call trace:',
    '   dwmac_rx+0x1d4/0x5a0',
    '   napi_poll+0x3c/0x1f0',
    '  Kernel panic - not syncing: Fatal exception in interrupt',
    'The board was reset and is well again. Not counted against it.',
    'What the console told, in order (3)',
    '    when      line       what',
    '    11:59:00  812–840    warning: dwmac_open+0x40 drivers/net/dwmac.c:311',
    '    11:59:51  2205–2231  oops: bad access, dwmac_rx+0x1d4',
    '    11:59:52  2232–2251  kernel panic: Fatal exception in interrupt, dwmac_rx+0…',
    'line 2205: http://lab/T128/console.log#L2205 · board released · log (18 kB):',
    'http://lab/T128/output.log · copied 1.2 MB in 9 s (133 kB/s)',
    '  1) Run again   tests rerun T128',
    '  2) Trace       tests log T128 --line 2200 --lines 40',
    '  3) Log         tests log T128',
  ])
})

test('M5.3 whoever asked for it is told the first lines of the proof, with a link to them', () => {
  expect(draw(runTelling(panicked(), 'http://lab/T128/console.log#L2205', FRAME))).toEqual([
    '@mei T128 failed after 03:10: kernel panic: Fatal exception in interrupt,',
    'dwmac_rx+0x1d4. Log: http://lab/T128/console.log#L2205',
    '  Unable to handle kernel NULL pointer dereference at virtual address 8',
    '  pc : dwmac_rx+0x1d4/0x5a0',
    '  lr : napi_poll+0x3c/0x1f0',
    '  Call trace:',
    '   dwmac_rx+0x1d4/0x5a0',
    '  1) Run again   tests rerun T128',
  ])
})

test.each([
  ['reset', RESET, 'The board was reset and is well again. Not counted against it.'],
  [
    'still going on',
    [step({ outcome: null, endedAt: null })],
    'The board is being brought back. Not counted against it.',
  ],
  ['set aside', [step({ outcome: 'no answer' })], 'The board is not back yet. Not counted against it.'],
  ['restarted by itself', [step({})], 'The board answers again. Not counted against it.'],
  ['nobody looked yet', [step({ startedAt: NOON - 900_000 })], 'Not counted against it.'],
])('E how a board is after its kernel died under a test: %s', (_, steps, words) => {
  expect(draw(runCard(facts(panicked(), { steps }), FRAME))).toContain(words)
})

test('what a kernel survived is said calmly on the card of a test that passed', () => {
  const twice = [WARNING, { ...WARNING, lines: [900, 920] as const }]
  const passed = makeRun({ state: 'passed', attempts: [ENDED], result: makeResult({ events: twice }) })
  const card = text(runCard(facts(passed), FRAME))
  expect(card).toContain('T128 · hello on soc-a-003 · passed')
  expect(card).toContain(
    'The kernel warned 2×: dwmac_open+0x40 drivers/net/dwmac.c:311, line 812: http://lab/T128/console.log#L812.',
  )
  expect(card).not.toContain('Trace')
})

test('M3.5 an attempt that was made anew says why, and keeps its events beside those of the next', () => {
  const retrying = text(runCard(facts(makeRun({ state: 'queued', attempts: [BEFORE] })), FRAME))
  expect(retrying).toContain('retrying: infrastructure')
  expect(retrying).toContain('soc-a-001 reported it while the program was being copied: kernel panic: Fatal')
  const passed = makeRun({
    state: 'passed',
    attempts: [BEFORE, { ...ENDED, number: 2 }],
    result: makeResult({ events: [WARNING] }),
  })
  const card = text(runCard(facts(passed), FRAME))
  expect(card).toMatch(/when +attempt +line +what/)
  expect(card).toMatch(/1 +12–40 +kernel panic: Fatal exception/)
  expect(card).toMatch(/2 +812–840 +warning: dwmac_open/)
})

test('H10.5 what befell a board while nobody used it is on its card: when, what, its lines, and the way to the log', () => {
  const incident: Incident = {
    ...{ cause: 'panic', kind: 'panic', severity: 'ends', title: PANIC.title, during: null },
    ...{ at: NOON - 9 * 3_600_000, proof: PROOF, offset: 18_211 },
  }
  const board = makeBoard('soc-b-001')
  const state = { ...board.state, incidents: [incident], steps: RESET }
  const card = text(boardCard({ ...board, state }, [], FRAME))
  expect(card).toContain(
    '03:00:00 kernel panic: Fatal exception in interrupt, dwmac_rx+0x1d4 (while nobody used it)',
  )
  expect(card).toContain('pc : dwmac_rx+0x1d4/0x5a0')
  expect(card).toContain('boards log soc-b-001 --at 18211 --lines 40')
  expect(card).toContain('Looked after: 11:59 console: no answer · 11:59 reset: back after 4 s')
})
