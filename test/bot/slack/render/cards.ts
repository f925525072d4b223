/** The cards that the product makes, each with `size` of what it can have many or much of. */

import { alertsCard } from '../../../../src/cards/alert.ts'
import { auditCard } from '../../../../src/cards/audit.ts'
import { boardCard } from '../../../../src/cards/board.ts'
import { boardsCard } from '../../../../src/cards/boards.ts'
import { confirmCard } from '../../../../src/cards/confirm.ts'
import { errorCard } from '../../../../src/cards/error.ts'
import { findCard } from '../../../../src/cards/find.ts'
import { formCard } from '../../../../src/cards/form.ts'
import { commandHelpCard, type HelpEntry, helpCard } from '../../../../src/cards/help.ts'
import { homeCard } from '../../../../src/cards/home.ts'
import { leaseCard } from '../../../../src/cards/lease.ts'
import { leaseTelling } from '../../../../src/cards/lease-telling.ts'
import { leasesCard } from '../../../../src/cards/leases.ts'
import { logCard } from '../../../../src/cards/log.ts'
import { maintenanceCard } from '../../../../src/cards/maintenance.ts'
import { powerCard } from '../../../../src/cards/power.ts'
import { queueCard } from '../../../../src/cards/queue.ts'
import { reloadCard } from '../../../../src/cards/reload.ts'
import { type RunFacts, runCard } from '../../../../src/cards/run.ts'
import { runTelling } from '../../../../src/cards/run-telling.ts'
import { statusCard } from '../../../../src/cards/status.ts'
import { testsCard } from '../../../../src/cards/tests.ts'
import type { View } from '../../../../src/cards/view.ts'
import { welcomeCard } from '../../../../src/cards/welcome.ts'
import { FRAME } from '../../../cards/draw.ts'
import {
  makeAttempt,
  makeBoard,
  makeLease,
  makePower,
  makeResult,
  makeRun,
  makeStatus,
  makeWaiting,
  NOON,
  person,
} from '../../../commands/lab-port.ts'

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

export function runFacts(more: Partial<RunFacts> = {}): RunFacts {
  return {
    run: makeRun(),
    waiting: null,
    waitingInAll: 5,
    progress: null,
    tail: null,
    logUrl: 'http://lab/T128',
    fileUrl: name => `http://lab/T128/${name}`,
    released: true,
    elsewhere: 'soc-a-001',
    attempts: 3,
    ...more,
  }
}

/** `word` is what people and boards have written, wherever they can. */
type Maker = (size: number, word: string) => View

const running = (word: string): ReturnType<typeof makeRun> =>
  makeRun({ state: 'running', times: { running: NOON - 42_000 }, attempts: [makeAttempt({ message: word })] })

const progress = (word: string): NonNullable<RunFacts['progress']> => ({
  stage: 'running',
  board: 'soc-a-003',
  startedAt: NOON - 60_000,
  copy: { done: 1, total: 2 },
  copied: null,
  lastLine: word,
  logBytes: 99,
})

const failed = (size: number, word: string): ReturnType<typeof makeRun> =>
  makeRun({
    state: 'failed',
    times: { queued: NOON - 90_000, running: NOON - 80_000, failed: NOON },
    attempts: times(Math.min(size, 50), at => makeAttempt({ number: at + 1, message: word })),
    result: makeResult({
      exitStatus: 1,
      failure: { class: 'test', cause: 'exit status', blame: 'none' },
      title: word,
      message: word,
      hint: word,
      proof: times(size, () => word),
      tail: times(size, () => word),
      tailTotal: size,
      files: times(size, at => ({
        name: `f${at}.log`,
        size: at,
        sha256: 'a'.repeat(64),
        type: 'text/plain',
        storedAt: NOON,
      })),
    }),
  })

const entries = (size: number, word: string): HelpEntry[] =>
  times(size, at => ({
    name: `verb${at}`,
    group: 'run a test',
    summary: word,
    usage: `verb${at} ${word}`,
    role: 'everyone',
    examples: times(2, () => `verb${at}`),
    arguments: [{ name: 'WORD', about: word }],
  }))

export const CARDS: Readonly<Record<string, Maker>> = {
  'a waiting test': (size, word) =>
    runCard(runFacts({ waiting: makeWaiting({ why: times(size, () => word) }) }), FRAME),
  'a running test': (size, word) =>
    runCard(
      runFacts({
        run: running(word),
        progress: progress(word),
        tail: { lines: times(size, () => word), total: size },
      }),
      FRAME,
    ),
  'a failed test': (size, word) => runCard(runFacts({ run: failed(size, word) }), FRAME),
  'that a test has ended': (size, word) =>
    runTelling(
      failed(size, word),
      'http://lab/T128',
      FRAME,
      times(size, () => word),
    ),
  'the queue': (size, word) =>
    queueCard(
      {
        waiting: times(size, at =>
          makeWaiting({ id: `T${at}`, position: at + 1, what: word, who: person(word) }),
        ),
        running: times(size, at => ({
          run: makeRun({ id: `T9${at}` }),
          progress: progress(word),
          elapsedMs: 1,
        })),
        averageWaitMs: 1,
        limit: 50,
      },
      FRAME,
    ),
  'all tests': size =>
    testsCard(
      times(size, at => makeRun({ id: `T${at}` })),
      '',
      null,
      FRAME,
    ),
  'all boards': size =>
    boardsCard(
      times(size, at => makeBoard(`soc-a-${at}`)),
      FRAME,
    ),
  'a board': (size, word) =>
    boardCard(
      makeBoard('soc-b-001'),
      times(size, at => makePower({ id: `W${at}`, reason: word })),
      FRAME,
    ),
  'a board that is set aside': () => maintenanceCard(makeBoard('soc-b-001'), FRAME),
  'all leases': size =>
    leasesCard(
      times(size, at => makeLease({ id: `L${at}` })),
      FRAME,
    ),
  'a lease': (_, word) =>
    leaseCard(
      {
        lease: makeLease({ holder: { kind: 'person', person: person(word) } }),
        waiting: null,
        waitingInAll: 0,
        board: makeBoard('soc-b-001'),
        gateway: null,
        viewer: null,
      },
      FRAME,
    ),
  'that a lease ends': (size, word) =>
    leaseTelling(
      { lease: makeLease(), waiter: makeWaiting({ what: word }), why: times(size, () => word) },
      FRAME,
    ),
  'a switch of power': (_, word) => powerCard(makePower({ reason: word, message: word }), FRAME),
  'a log': (size, word) =>
    logCard(
      {
        run: makeRun(),
        url: 'http://lab/T128',
        whole: true,
        lines: times(size, () => ({ t: NOON, text: word })),
        total: size,
        matched: size,
        grep: word,
        times: false,
      },
      FRAME,
    ),
  'what was done': (size, word) =>
    auditCard(
      times(size, at => audited(at, word)),
      [word],
      FRAME,
    ),
  'what was found': (size, word) =>
    findCard(
      word,
      times(size, at => ({ kind: 'board' as const, id: `b${at}`, about: word, line: `boards show b${at}` })),
      size,
      FRAME,
    ),
  'what is wrong': (size, word) =>
    alertsCard(
      times(size, at => alert(at, word)),
      FRAME,
    ),
  'the lab': () => statusCard(makeStatus(), FRAME),
  "somebody's own page": (size, word) =>
    homeCard(
      {
        viewer: person('mei'),
        leases: times(size, at => makeLease({ id: `L${at}` })),
        runs: times(size, at => makeRun({ id: `T${at}` })),
        progress: () => progress(word),
        waiting: () => makeWaiting(),
        families: [],
        queue: { waiting: 1, running: 1, averageWaitMs: 1 },
        usable: 1,
        boards: 2,
        alerts: times(size, at => alert(at, word)),
        hasConsoles: true,
      },
      FRAME,
    ),
  'a reload': size => {
    const names = times(size, at => `soc-a-${at}`)
    return reloadCard({ file: 'boards.yaml', added: names, removed: names, changed: names }, FRAME)
  },
  help: (size, word) => helpCard(entries(size, word), ['run a test']),
  'help of one': (size, word) => commandHelpCard(entries(1, word)[0] ?? NO_HELP, entries(size, word)),
  'a fault': (size, word) =>
    errorCard({
      code: 'input',
      message: times(size, () => word).join('\n'),
      hint: word,
      ours: false,
      tries: times(size, () => word),
    }),
  'a question': (_, word) =>
    confirmCard({
      title: 'Cut the power?',
      text: word,
      ok: 'Cut it',
      line: `power off ${word}`,
      expect: { topic: 'a', rev: 1 },
    }),
  'a form': (size, word) =>
    formCard(
      { name: 'run-test', summary: word, usage: 'run-test FAMILY' },
      times(size, at => ({
        name: `n${at}`,
        label: word,
        kind: 'text' as const,
        required: at === size - 1,
        hint: word,
      })),
    ),
  'the first words': () => welcomeCard('/lab', 'socA'),
}

function alert(at: number, text: string): Parameters<typeof alertsCard>[0][number] {
  return { id: `A${at}`, cause: `c${at}`, text, since: NOON, resolvedAt: null }
}

function audited(at: number, word: string): Parameters<typeof auditCard>[0][number] {
  return {
    at: NOON + at,
    who: { id: 'U1', name: word, platform: 'slack' },
    line: word,
    args: {},
    decision: 'allowed',
    result: word,
  }
}

const NO_HELP: HelpEntry = {
  ...{ name: '', group: '', summary: '', usage: '', role: '' },
  ...{ examples: [], arguments: [] },
}
