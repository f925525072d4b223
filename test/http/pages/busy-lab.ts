import type { Lab } from '../../../src/lab/lab.ts'
import type { Alert, BoardSummary, Run } from '../../../src/lab/types.ts'
import {
  createLabPort,
  type LabPort,
  makeBoard,
  makeBoardConfig,
  makeBoardState,
  makeLease,
  makeStatus,
  makeWaiting,
  NOON,
  person,
} from '../../commands/lab-port.ts'
import type { Shelf } from '../rig.ts'
import {
  failedByCases,
  panicked,
  passed,
  progressOf,
  queued,
  retried,
  running,
  type Say,
} from './busy-runs.ts'

const MINUTE = 60_000

/** A lab in the middle of a day: tests that wait, run, failed by cases and by a panic, boards in every state. */
export function busyLab(say: Say = usual => usual, more: Partial<Lab> = {}): LabPort {
  // Made anew at each look: what people wrote may be something else by then.
  const all = (): readonly Run[] =>
    [running, queued, failedByCases, panicked, retried, passed].map(make => make(say))
  const alerts = (): readonly Alert[] => [anAlert(say)]
  return createLabPort({
    boards: () => boards(say),
    alerts,
    status: async () =>
      makeStatus({
        alerts: alerts(),
        days: DAYS,
        boards: { available: 1, in_use: 2, flashing: 0, offline: 1, maintenance: 1, recovery: 1, unknown: 0 },
        waiting: 2,
        running: 1,
      }),
    queue: () => ({
      running: [{ run: running(say), progress: progressOf(say), elapsedMs: 42_000 }],
      waiting: [
        makeWaiting({
          id: 'T131',
          what: say('conv2d'),
          who: person(say('mei')),
          priority: 1,
          position: 1,
          startsIn: { medianMs: 0, p90Ms: 0 },
        }),
        makeWaiting({
          id: 'T132',
          what: say('hello'),
          who: person(say('li')),
          position: 2,
          why: [say('soc-a-002 is being recovered')],
        }),
      ],
      averageWaitMs: 4 * MINUTE,
      limit: 50,
    }),
    run: async id => all().find(run => run.id === id) ?? null,
    runs: async ({ limit = 100 }) => all().slice(0, limit),
    waiting: id =>
      id === 'T131'
        ? makeWaiting({ id, what: say('conv2d'), why: [say('2 of 3 socA boards are testing')] })
        : null,
    progress: id => (id === 'T130' ? progressOf(say) : null),
    tail: id =>
      id === 'T130'
        ? { lines: [{ t: NOON, text: say('not ok 31 atomic_swap  (expected 4, got 5)') }], total: 1_412 }
        : null,
    link: (id, file) =>
      `http://lab.test/artifacts/${id}${file === undefined ? '' : `/${encodeURIComponent(file)}`}`,
    logLink: run => `http://lab.test/artifacts/${run.id}/output.log`,
    consoleLink: run => `http://lab.test/artifacts/${run.id}/console.log`,
    ...more,
  })
}

/** The files that these tests have. */
export async function fillShelf(files: Shelf, say: Say = usual => usual): Promise<void> {
  const log = 'Hello from soc-a-003\nnot ok 31 atomic_swap\n'.repeat(300)
  for (const id of ['T127', 'T128', 'T129', 'T126']) {
    await files.put(id, 'output.log', log, { storedAt: NOON - MINUTE })
    await files.put(id, 'console.log', log, { storedAt: NOON - MINUTE })
  }
  await files.put('T129', 'console-2.log', log)
  await files.put('T130', 'console.log', log, { sha256: '' })
  await files.put('T128', 'results.xml', '<testsuites/>', { type: 'application/xml' })
  await files.put('T128', say('core dump.bin').replaceAll('/', '-'), 'x'.repeat(81_234), {
    type: 'application/octet-stream',
  })
  await files.put('L7', 'dmesg.txt', log, { storedAt: NOON - 60 * MINUTE })
}

const DAYS = Array.from({ length: 14 }, (_, n) => ({
  day: new Date(NOON - (13 - n) * 86_400_000).toISOString().slice(0, 10),
  passed: [12, 18, 25, 24, 31, 8, 4, 22, 28, 30, 27, 35, 12, 28][n] ?? 0,
  failed: [3, 2, 0, 4, 1, 0, 1, 6, 2, 2, 3, 1, 3, 2][n] ?? 0,
  other: [0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 1, 0, 0, 1][n] ?? 0,
}))

function anAlert(say: Say): Alert {
  return {
    ...{ id: 'A5', cause: 'wait', since: NOON - 12 * MINUTE, resolvedAt: null },
    text: say('socB waits 31 min on average, over the limit of 30 min'),
  } as Alert
}

function boards(say: Say): readonly BoardSummary[] {
  const at = (id: string, more: Partial<BoardSummary>): BoardSummary => makeBoard(id, more)
  return [
    at('soc-a-001', { status: 'in_use', heldBy: 'T130', usable: true }),
    at('soc-a-002', {
      ...{ status: 'recovery', health: 'degraded', usable: false, reason: say('recovering (power, 2 of 3)') },
      state: makeBoardState('soc-a-002', { condition: 'recovery', reason: say('no byte for 30 s') }),
    }),
    at('soc-a-003', {}),
    at('soc-b-001', {
      status: 'in_use',
      lease: makeLease({ holder: { kind: 'person', person: person(say('kai')) } }),
      heldBy: say('kai'),
    }),
    at('soc-b-002', {
      ...{ status: 'maintenance', usable: false, reason: say('new fan') },
      state: makeBoardState('soc-b-002', {
        maintenance: {
          reason: say('new fan'),
          by: person(say('ops')),
          until: NOON + 48 * 60 * MINUTE,
          since: NOON,
        },
      } as object),
    }),
    at('soc-b-003', {
      ...{ status: 'offline', health: 'unhealthy', usable: false, reason: say('no console since 11:40') },
      config: makeBoardConfig('soc-b-003', { site: say('Lab Site B') }),
    }),
  ]
}
