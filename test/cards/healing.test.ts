import { expect, test } from 'vitest'
import { boardCard } from '../../src/cards/board.ts'
import { runTelling } from '../../src/cards/run-telling.ts'
import { textOf } from '../../src/cards/text.ts'
import type { BoardStep, RunResult } from '../../src/lab/types.ts'
import { makeAttempt, makeBoard, makeBoardState, makeResult, makeRun, NOON } from '../commands/lab-port.ts'
import { draw, FRAME } from './draw.ts'

const MINUTE = 60_000

function step(part: Partial<BoardStep> & Pick<BoardStep, 'step' | 'outcome'>): BoardStep {
  const startedAt = NOON - 10 * MINUTE
  return { startedAt, endedAt: startedAt + 21_000, message: null, run: null, ...part }
}

function shown(...steps: BoardStep[]): string {
  const board = makeBoard('soc-b-001', { state: makeBoardState('soc-b-001', { steps }) })
  return draw(boardCard(board, [], FRAME), null).join('\n')
}

test('H10.3 a board’s card has how it was brought back, with times and results', () => {
  expect(
    shown(step({ step: 'console', outcome: 'no answer' }), step({ step: 'reset', outcome: 'back' })),
  ).toContain('Looked after: 11:50 console: no answer · 11:50 reset: back after 21 s')
  expect(
    shown(
      step({ step: 'reset', outcome: 'done', run: 'T12' }),
      step({ step: 'console', outcome: 'back' }),
      step({ step: 'reset', outcome: 'failed', message: 'no break at tcp cs-1:7001: every byte is data' }),
      step({ step: 'power', outcome: 'cut short' }),
      step({ step: 'power', outcome: 'no answer' }),
      step({ step: 'power', outcome: null, startedAt: NOON - 7_000, endedAt: null }),
    ),
  ).toContain(
    'Looked after: 11:50 reset to end T12: done · 11:50 console: answered · ' +
      '11:50 reset: failed (no break at tcp cs-1:7001: every byte is data) · ' +
      '11:50 power: cut short by a restart of the bot · 11:50 power: not back after 21 s · 11:59 power: going on for 7 s',
  )
  expect(shown()).not.toContain('Looked after')
})

test('a kernel that lived through its own failure is told with when, under which test, and how to be rid of it', () => {
  const tainted = { since: NOON - 10 * MINUTE, title: 'oops: bad access, demo+0x1c', run: 'T12' }
  const state = makeBoardState('soc-b-001', { kernel: '6.1.0-28', tainted })
  const card = draw(boardCard(makeBoard('soc-b-001', { state }), [], FRAME), null).join(' ')
  expect(card.replaceAll(/\s+/g, ' ')).toContain(
    '6.1.0-28 that failed at 11:50 under T12 and was not restarted since (oops: bad access, demo+0x1c): it may say less of its next failure. Restart it: power cycle soc-b-001',
  )
})

test.each<[RunResult['endedBy'], string]>([
  ['interrupt', 'was ended on soc-a-003.'],
  ['kill', 'was ended on soc-a-003.'],
  ['sysrq', 'was ended on soc-a-003 by SysRq.'],
  ['reset', 'was ended on soc-a-003 by a reset of the board.'],
  ['nothing', 'could not be ended on soc-a-003.'],
])('M6.4 whoever is told of a time limit is told how it ended: %s', (endedBy, words) => {
  const failure = { class: 'timeout', cause: 'time limit', blame: 'none' } as const
  const result = makeResult({ exitStatus: null, endedBy, failure, title: 'time limit' })
  const run = makeRun({ state: 'timeout', attempts: [makeAttempt()], result, times: { timeout: NOON } })
  expect(textOf(runTelling(run, 'http://lab/T128', FRAME).title, FRAME)).toContain(words)
})
