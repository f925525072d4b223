import type { Lab } from '../../../src/lab/lab.ts'
import type { FailedCase, Run } from '../../../src/lab/types.ts'
import { makeAttempt, makeResult, makeRun, NOON, person } from '../../commands/lab-port.ts'

/** What people and boards wrote, word by word: the usual, or whatever is put in its place. */
export type Say = (usual: string) => string

const MINUTE = 60_000

/** What T130 does right now. */
export function progressOf(say: Say): NonNullable<ReturnType<Lab['progress']>> {
  return {
    ...{ stage: 'running', board: 'soc-a-001', startedAt: NOON - 42_000, logBytes: 18_000 },
    copy: { done: 1_200_000, total: 1_200_000 },
    copied: { bytes: 1_200_000, durationMs: 9_000, repaired: 0 },
    lastLine: say('not ok 31 atomic_swap'),
    cases: {
      totals: { pass: 30, fail: 1, error: 0, skip: 0, xfail: 0, xpass: 0, total: 31, announced: 46 },
      latest: [
        { name: say('memcpy_unaligned'), result: 'pass', reason: null },
        { name: say('atomic_swap'), result: 'fail', reason: say('expected 4, got 5') },
      ],
    },
  } as NonNullable<ReturnType<Lab['progress']>>
}

export function running(say: Say): Run {
  return makeRun({
    ...{ id: 'T130', state: 'running', submitter: person(say('mei')), args: [say('--all'), '3'] },
    program: { kind: 'binary', name: say('hello'), size: 1_200_000, sha256: 'a'.repeat(64) },
    times: { queued: NOON - 90_000, running: NOON - 42_000 },
    attempts: [makeAttempt({ board: 'soc-a-001' })],
  })
}

export function queued(say: Say): Run {
  return makeRun({ id: 'T131', priority: 1, program: { kind: 'shell', command: say('conv2d --size 512') } })
}

const FAILED: readonly FailedCase[] = [
  {
    ...{ name: 'atomic_swap', result: 'fail', reason: 'expected 4, got 5', line: 412 },
    output: ['# swapping 4 and 5', 'not ok 31 atomic_swap', '#   expected 4, got 5'],
    passed: { run: 'T121', at: NOON - 2 * 86_400_000 },
    isNew: true,
  },
  { name: 'rwlock_stress', result: 'error', reason: null, line: 518, output: ['timed out'] },
]

export function failedByCases(say: Say): Run {
  const failed = FAILED.map(each => ({
    ...each,
    name: say(each.name),
    output: each.output.map(say),
    reason: each.reason && say(each.reason),
  }))
  return makeRun({
    ...{ id: 'T128', state: 'failed', submitter: person(say('mei')), args: ['--seed', say('7')] },
    program: { kind: 'binary', name: say('hello'), size: 1_200_000, sha256: 'a'.repeat(64) },
    times: { queued: NOON - 5 * MINUTE, failed: NOON - MINUTE },
    attempts: [makeAttempt({ endedAt: NOON })],
    result: makeResult({
      exitStatus: 1,
      failure: { class: 'test', cause: 'test cases', blame: 'none' },
      title: '2 cases',
      message: say('2 of 46 cases failed.'),
      cases: {
        totals: { pass: 44, fail: 1, error: 1, skip: 0, xfail: 0, xpass: 0, total: 46, announced: 46 },
        problems: [],
        notes: [],
        failed,
        compared: {
          with: { run: 'T121', at: NOON - 2 * 86_400_000 },
          ...{
            newlyFailing: 1,
            newlyPassing: 0,
            stillFailing: 1,
            changed: 0,
            appeared: 0,
            gone: 0,
            same: 44,
          },
        },
      },
    }),
  })
}

export function panicked(say: Say): Run {
  return makeRun({
    ...{ id: 'T127', state: 'failed', submitter: person(say('li')) },
    program: { kind: 'binary', name: say('nbench'), size: 410_000, sha256: 'd'.repeat(64) },
    times: { queued: NOON - 15 * MINUTE, failed: NOON - 10 * MINUTE },
    attempts: [makeAttempt({ startedAt: NOON - 12 * MINUTE, endedAt: NOON - 10 * MINUTE })],
    result: makeResult({
      exitStatus: null,
      failure: { class: 'test', cause: 'panic', blame: 'none' },
      title: say('kernel panic: Fatal exception in interrupt'),
      message: say('The kernel panicked: Fatal exception in interrupt.'),
      proof: [
        say('[  812.118] Kernel panic - not syncing: Fatal exception in interrupt'),
        '[  812.119] pc : dwmac_rx+0x1d4/0x5a0',
        '[  812.119] lr : napi_poll+0x3c/0x1f0',
      ],
      lines: [210, 212],
      events: [
        {
          at: NOON - 11 * MINUTE,
          kind: 'warning',
          severity: 'told',
          title: say('warning: WARNING at foo+0x10'),
          lines: [112, 140],
        },
        {
          at: NOON - 10 * MINUTE,
          kind: 'panic',
          severity: 'ends',
          title: say('kernel panic: Fatal exception'),
          lines: [210, 212],
        },
      ],
    }),
  })
}

export function retried(say: Say): Run {
  return makeRun({
    ...{ id: 'T129', state: 'error', submitter: person(say('li')) },
    program: { kind: 'binary', name: say('sort'), size: 90_000, sha256: 'e'.repeat(64) },
    times: { queued: NOON - 30 * MINUTE, error: NOON - 20 * MINUTE },
    attempts: [
      makeAttempt({
        startedAt: NOON - 27 * MINUTE,
        endedAt: NOON - 25 * MINUTE,
        failure: { class: 'infrastructure', cause: 'console lost', blame: 'board' },
        message: say('soc-a-003 stopped answering in the middle of the copy (no byte for 30 s).'),
        events: [
          {
            at: NOON - 26 * MINUTE,
            kind: 'oops',
            severity: 'told',
            title: say('oops: NULL pointer'),
            lines: [40, 61],
          },
        ],
      }),
      makeAttempt({
        ...{ number: 2, board: 'soc-a-001', startedAt: NOON - 22 * MINUTE, endedAt: NOON - 20 * MINUTE },
        failure: { class: 'infrastructure', cause: 'power', blame: 'site' },
        message: say('pdu-a did not switch outlet 1.'),
      }),
    ],
    result: makeResult({
      exitStatus: null,
      failure: { class: 'infrastructure', cause: 'power', blame: 'site' },
      title: say('power'),
      message: say('pdu-a did not switch outlet 1.'),
      hint: say('Look at the PDU, then run it again.'),
    }),
  } as Partial<Run>)
}

export function passed(say: Say): Run {
  return makeRun({
    ...{ id: 'T126', state: 'passed', submitter: person(say('jin')) },
    program: { kind: 'shell', command: say('memtester 64M 1 && echo "done"') },
    times: { queued: NOON - 60 * MINUTE, passed: NOON - 50 * MINUTE },
    attempts: [makeAttempt({ startedAt: NOON - 52 * MINUTE, endedAt: NOON - 50 * MINUTE })],
    result: makeResult(),
  })
}
