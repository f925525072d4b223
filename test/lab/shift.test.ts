import fc from 'fast-check'
import { expect, test } from 'vitest'
import { incidentOf } from '../../src/lab/boards/incidents.ts'
import { newPowerEvent } from '../../src/lab/boards/power-event.ts'
import { cancelledResult } from '../../src/lab/runs/cancelling.ts'
import { compareCases } from '../../src/lab/runs/cases/compare.ts'
import { summaryOf } from '../../src/lab/runs/cases/summary.ts'
import { shiftTimes } from '../../src/lab/shift.ts'
import { labModel, type Operation } from '../../src/lab/state.ts'
import type { ConsoleEvent, LabState, RunCases } from '../../src/lab/types.ts'
import { findingOf } from '../reading/finding.ts'
import { until } from '../until.ts'
import { aCase, aReport } from './cases/samples.ts'
import { HERE, KAI, MEI, openLab } from './harness.ts'
import { aBoard, aLease, aRun } from './samples.ts'

/** Times are from here on, and nothing else is as large: any number of a state is known for what it is. */
const EPOCH = 1_700_000_000_000
const HOUR = 3_600_000

const at = fc.integer({ min: EPOCH, max: EPOCH + HOUR })
const maybe = fc.option(at)
const avoid = fc.array(fc.record({ board: fc.constant('a1'), until: at }), { maxLength: 2 })
const person = { id: 'mei', name: 'mei', platform: 'terminal' }

/** Cases held against a run that ended then. */
function summaryWith(passedAt: number, at: number): { cases: RunCases } {
  const cases = summaryOf(aReport([aCase('a', 'fail')]))
  const { counts } = compareCases([], [])
  const failed = cases.failed.map(each => ({ ...each, passed: { run: 'T0', at: passedAt } }))
  return { cases: { ...cases, failed, compared: { with: { run: 'T1', at }, ...counts } } }
}

function told(at: number): ConsoleEvent {
  return { at, kind: 'panic', severity: 'ends', title: 'x', lines: [1, 2] }
}

const anyState: fc.Arbitrary<LabState> = fc
  .record({
    t: fc.array(at, { minLength: 12, maxLength: 12 }),
    n: fc.array(maybe, { minLength: 8, maxLength: 8 }),
    avoid,
  })
  .map(({ t, n, avoid: avoided }) => {
    const [a, b, c, d, e, f, g, h, i, j, k, l] = t as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const state = labModel.initial()
    const apply = (op: Operation): void => labModel.apply(state, op, 1)
    const attempt = {
      number: 1,
      board: 'a1',
      token: 3,
      startedAt: a,
      endedAt: n[0] ?? null,
      failure: null,
      message: null,
      uncounted: false,
      events: [told(c)],
    }
    apply({
      o: 'run/submitted',
      run: aRun({ arrivedAt: b, times: { queued: c, leasing: d }, attempts: [attempt], avoid: avoided }),
    })
    const { cases } = summaryWith(k, l)
    const result = { ...cancelledResult(person, 'x'), cases, events: [told(d)] }
    apply({ o: 'run/submitted', run: aRun({ id: 'T2', arrivedAt: b, times: {}, result }) })
    apply({
      o: 'lease/asked',
      lease: aLease({ askedAt: e, since: n[1] ?? null, until: n[2] ?? null, avoid: avoided }),
    })
    apply({ o: 'board/known', id: 'a1', at: f })
    const board = state.boards['a1']
    if (board !== undefined)
      state.boards['a1'] = {
        ...board,
        unhealthy: n[3] === null ? null : { since: g, reason: 'x' },
        maintenance: n[4] === null ? null : { since: h, until: n[5] ?? null, reason: 'x', by: person },
        failures: [{ at: i, run: 'T1', message: 'x' }],
        lastUsedAt: n[6] ?? null,
        lastCheckAt: n[7] ?? null,
        lastCycleAt: n[0] ?? null,
        again: n[2] == null ? null : { step: 'power', at: n[2], from: b },
        incidents: [incidentOf(findingOf({ cause: 'panic', title: 'x' }), e, { during: null })],
        steps: [
          { step: 'reset', startedAt: a, endedAt: n[1] ?? null, outcome: null, message: null, run: null },
        ],
      }
    const item = {
      key: 'k',
      channel: 'c',
      topic: 't',
      kind: 'x',
      to: 'mei',
      createdAt: j,
      attempts: 2,
      nextAt: k,
    }
    apply({ o: 'outbox/owed', item })
    apply({
      o: 'inbox/heard',
      entry: { key: 'i', source: 's', receivedAt: l, heard: 'queue', stage: 'heard' },
    })
    apply({
      o: 'alert/raised',
      alert: { id: 'A1', cause: 'c', text: 'x', since: a, resolvedAt: n[1] ?? null },
    })
    apply({ o: 'alert/acknowledged', id: 'A1', by: person, at: h })
    const asked = { id: 'W1', board: 'a1', action: 'cycle', by: person, reason: 'x' } as const
    const event = newPowerEvent(asked, b, 1)
    apply({ o: 'power/began', event: { ...event, steps: [{ stage: 'off', t: c }], endedAt: n[2] ?? null } })
    apply({ o: 'claim/stranded', id: 'T1', at: d })
    return state
  })

test('when the clock steps, every time of the live state moves by the step, and nothing else changes', () => {
  fc.assert(
    fc.property(anyState, fc.integer({ min: -EPOCH / 2, max: EPOCH }), (state, by) => {
      const expected = JSON.parse(JSON.stringify(state), (_key, value: unknown) =>
        typeof value === 'number' && value >= EPOCH ? value + by : value,
      ) as LabState
      shiftTimes(state, by)
      expect(state).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})

test.each([5 * HOUR, -5 * HOUR, 20_000 * HOUR])(
  'design 4: the clock of the machine steps by %d ms: a lease keeps its length, nobody is warned early, no wait alarms',
  async by => {
    const under = await openLab({ boards: [aBoard('a1')] })
    const { lab, clock } = under
    try {
      const { id } = await lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
      const waiting = await lab.lend({ target: 'a1', termMs: null }, MEI, HERE)
      const left = (): number => (lab.lease(id)?.until ?? 0) - lab.now()
      const before = left()
      clock.step(by)
      await lab.expireLeases()
      expect(left()).toBe(before)
      await lab.sweep()
      await lab.checkWaits()
      expect(lab.now()).toBe(clock.now())
      expect(left()).toBe(before)
      expect(lab.queue().averageWaitMs).toBeLessThan(1_000)
      expect(lab.owed.items()).toEqual([])
      await clock.pass(before)
      await until(async () => {
        await clock.pass(0)
        return lab.lease(waiting.id)?.state === 'active'
      }, 'it ends when its time is up')
    } finally {
      await under.close()
    }
  },
)
