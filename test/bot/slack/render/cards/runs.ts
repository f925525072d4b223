/** The cards of a test: waiting, under way, over, and all that one can be asked about. */

import { compareCard } from '../../../../../src/cards/compare.ts'
import { logCard } from '../../../../../src/cards/log.ts'
import { type RunFacts, runCard } from '../../../../../src/cards/run.ts'
import { runTelling } from '../../../../../src/cards/run-telling.ts'
import { testsCard } from '../../../../../src/cards/tests.ts'
import { type ComparedRuns, RUN_STATES, type Run, type RunProgress } from '../../../../../src/lab/types.ts'
import { FRAME } from '../../../../cards/draw.ts'
import { makeAttempt, makeResult, makeRun, makeWaiting, NOON } from '../../../../commands/lab-port.ts'
import { each, type Maker, named, shown, times } from './shown.ts'
import { casesOf, collectedOf, copiedOf, eventsOf, failedCasesOf, storedOf, totalsOf } from './told.ts'

const LOG = 'http://lab/T128'

function runFacts(more: Partial<RunFacts> = {}): RunFacts {
  return {
    run: makeRun(),
    waiting: null,
    waitingInAll: 5,
    progress: null,
    tail: null,
    logUrl: LOG,
    fileUrl: name => `${LOG}/${name}`,
    pageUrl: LOG,
    released: true,
    elsewhere: 'soc-a-001',
    attempts: 3,
    ...more,
  }
}

export function progressOf(word: string): RunProgress {
  return {
    stage: 'running',
    board: 'soc-a-003',
    startedAt: NOON - 60_000,
    copy: { done: 1, total: 2 },
    copied: null,
    lastLine: word,
    logBytes: 99,
  }
}

function running(word: string, more: Partial<Run> = {}): Run {
  const attempts = [makeAttempt({ message: word }), makeAttempt({ number: 2 })]
  const submitter = named(word)
  return makeRun({ state: 'running', times: { running: NOON - 42_000 }, attempts, submitter, ...more })
}

const cases = (size: number, word: string): NonNullable<RunProgress['cases']> => ({
  totals: totalsOf(size, size + 1),
  latest: times(size, () => ({ name: word, result: 'fail', reason: word })),
})

/** Of a program that failed, with all that a failure can have. */
export function failed(size: number, word: string, more: Partial<Run> = {}): Run {
  return makeRun({
    state: 'failed',
    times: { queued: NOON - 90_000, running: NOON - 80_000, failed: NOON },
    attempts: times(Math.min(size, 50), at => makeAttempt({ number: at + 1, message: word, endedAt: NOON })),
    submitter: named(word),
    result: makeResult({
      exitStatus: 1,
      failure: { class: 'test', cause: 'exit status', blame: 'none' },
      title: word,
      message: word,
      hint: word,
      copied: copiedOf(word),
      proof: times(size, () => word),
      tail: times(size, () => word),
      tailTotal: size,
      files: storedOf(size, at => `f${at}.log`),
    }),
    ...more,
  })
}

function withResult(run: Run, more: Partial<NonNullable<Run['result']>>): Run {
  return { ...run, result: makeResult({ ...run.result, ...more }) }
}

const byCases = (size: number, word: string): Run =>
  withResult(failed(size, word), {
    failure: { class: 'test', cause: 'test cases', blame: 'none' },
    cases: casesOf(size, word),
  })

/** Its kernel died, and had told of it before. */
const panicked = (size: number, word: string): Run =>
  withResult(
    failed(size, word, {
      attempts: times(2, at => makeAttempt({ number: at + 1, endedAt: NOON, events: eventsOf(size, word) })),
    }),
    {
      failure: { class: 'test', cause: 'panic', blame: 'none' },
      lines: [2205, 2251],
      events: eventsOf(size, word),
      omitted: size,
      endedBy: 'sysrq',
    },
  )

/** Its kernel told of failing, and lived on. */
const survivor = (size: number, word: string): Run =>
  withResult(failed(size, word), { events: eventsOf(size, word) })

const collecting = (size: number, word: string): Run =>
  withResult(failed(size, word), {
    collected: collectedOf(size, word),
    files: storedOf(size, at => `c${at}`),
  })

/** In one of its states, with what people wrote of it. */
function inState(state: Run['state'], size: number, word: string): Run {
  const run = failed(size, word, {
    state,
    program: { kind: 'shell', command: word },
    times: { [state]: NOON },
    cancelledBy: state === 'cancelled' ? named(word) : null,
  })
  return ['passed', 'failed', 'timeout', 'error'].includes(state) ? run : { ...run, result: null }
}

const STATES: Readonly<Record<string, Maker>> = Object.fromEntries(
  RUN_STATES.map(state => [
    `a test that is ${state}`,
    shown(runCard, (size, word) => [
      runFacts({ run: inState(state, size, word), waiting: makeWaiting({ why: times(size, () => word) }) }),
      FRAME,
    ]),
  ]),
)

/** A page of many, each other in another state. */
export function runsOf(size: number, word: string, more: Partial<Run> = {}): readonly Run[] {
  return times(size, at => ({ ...inState(each(RUN_STATES, at), 1, word), id: `T${at}`, ...more }))
}

function compared(size: number, word: string): ComparedRuns {
  const listed = times(size, at => ({
    name: `${at} ${word}`,
    before: 'pass' as const,
    now: at % 2 === 0 ? null : ('fail' as const),
    why: word,
    flaky: { failed: 2, of: 9 },
  }))
  const groups = ['newlyFailing', 'newlyPassing', 'stillFailing', 'changed', 'appeared', 'gone'] as const
  const counts = Object.fromEntries(groups.map(group => [group, size]))
  const all = Object.fromEntries(groups.map(group => [group, listed]))
  return {
    now: byCases(size, word),
    before: { ...byCases(size, word), id: 'T121', family: word, program: { kind: 'shell', command: word } },
    comparison: { counts: { ...NONE, ...counts, same: size }, listed: { ...NO_CASES, ...all } },
    isWhole: false,
  }
}

const NONE = { newlyFailing: 0, newlyPassing: 0, stillFailing: 0, changed: 0, appeared: 0, gone: 0, same: 0 }
const NO_CASES = {
  ...{ newlyFailing: [], newlyPassing: [], stillFailing: [] },
  ...{ changed: [], appeared: [], gone: [] },
}

const MARKS = ['connected', 'lost', 'dropped', null] as const

/** Lines, some of them marks of what happened to the console meanwhile. */
export function linesOf(size: number, text: string): { t: number; text: string }[] {
  return times(size, at => {
    const mark = each(MARKS, at + 3)
    return { t: NOON, text, ...(mark === null ? {} : { mark }) }
  })
}

export const RUN_CARDS: Readonly<Record<string, Maker>> = {
  ...STATES,
  'a waiting test': shown(runCard, (size, word) => [
    runFacts({ waiting: makeWaiting({ why: times(size, () => word) }) }),
    FRAME,
  ]),
  'a test that waits to be tried again': shown(runCard, (size, word) => [
    runFacts({
      run: { ...failed(Math.max(size, 1), word), state: 'queued' },
      waiting: makeWaiting({ why: times(size, () => word), retrying: true, startsIn: null }),
    }),
    FRAME,
  ]),
  'a running test': shown(runCard, (size, word) => [
    runFacts({
      run: running(word),
      progress: progressOf(word),
      tail: { lines: times(size, () => word), total: size },
    }),
    FRAME,
  ]),
  'a running test with cases': shown(runCard, (size, word) => [
    runFacts({
      run: running(word),
      progress: { ...progressOf(word), copied: copiedOf(word), cases: cases(size, word) },
      tail: { lines: times(size, () => word), total: size },
    }),
    FRAME,
  ]),
  'a test whose files are collected': shown(runCard, (size, word) => [
    runFacts({
      run: running(word, { collect: [word] }),
      progress: {
        ...progressOf(word),
        stage: 'collecting',
        fetching: { path: word, files: size, bytes: size },
      },
    }),
    FRAME,
  ]),
  'a failed test': shown(runCard, (size, word) => [runFacts({ run: failed(size, word) }), FRAME]),
  'a test that failed by its cases': shown(runCard, (size, word) => [
    runFacts({ run: byCases(size, word) }),
    FRAME,
  ]),
  'a test with its failed cases one by one': shown(runCard, (size, word) => [
    runFacts({ run: byCases(size, word), failedCases: failedCasesOf(size, word) }),
    FRAME,
  ]),
  'a test whose kernel died': shown(runCard, (size, word) => [
    runFacts({ run: panicked(size, word) }),
    FRAME,
  ]),
  'a test whose kernel lived on': shown(runCard, (size, word) => [
    runFacts({ run: survivor(size, word) }),
    FRAME,
  ]),
  'a test with files of its board': shown(runCard, (size, word) => [
    runFacts({ run: collecting(size, word) }),
    FRAME,
  ]),
  'that a test has ended': shown(runTelling, (size, word) => [
    failed(size, word),
    LOG,
    FRAME,
    times(size, () => word),
  ]),
  'that a test failed by its cases': shown(runTelling, (size, word) => [byCases(size, word), LOG, FRAME]),
  'that a test was cancelled': shown(runTelling, (size, word) => [
    inState('cancelled', size, word),
    LOG,
    FRAME,
  ]),
  'that a test did not get through': shown(runTelling, (size, word) => [
    inState('error', size, word),
    LOG,
    FRAME,
  ]),
  'that a test waits': shown(runTelling, (size, word) => [
    inState('queued', size, word),
    LOG,
    FRAME,
    times(size, () => word),
  ]),
  'all tests': shown(testsCard, (size, word) => [
    runsOf(size, word),
    ` by ${word}`,
    `tests --by ${word}`,
    FRAME,
  ]),
  'two tests side by side': shown(compareCard, (size, word) => [compared(size, word), FRAME]),
  'a log': shown(logCard, (size, word) => [
    {
      run: failed(1, word),
      url: LOG,
      whole: true,
      lines: linesOf(size, word),
      total: size,
      matched: size,
      grep: word,
      times: false,
    },
    FRAME,
  ]),
}
