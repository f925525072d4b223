import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CAUSES, type Failure, type FailureClass } from '../../src/errors.ts'
import { becomesUnhealthy, newBoard, recentFailures, stepBoard } from '../../src/lab/boards/board-state.ts'
import {
  dueWarnings,
  extension,
  LEASE_STEPS,
  type LeaseEvent,
  stepLease,
} from '../../src/lab/leases/lease-state.ts'
import {
  countedAttempts,
  finalState,
  isFinal,
  mayRetry,
  RUN_STEPS,
  type RunEvent,
  stepRun,
} from '../../src/lab/runs/run-state.ts'
import { FINAL_STATES, type Lease, RUN_STATES, type Run, type RunResult } from '../../src/lab/types.ts'
import { aLease, aRun, someSettings } from './samples.ts'

const PERSON = { id: 'mei', name: 'mei', platform: 'terminal' }
const CLASSES: FailureClass[] = ['test', 'infrastructure', 'input', 'cancelled', 'timeout']

const anyFailure: fc.Arbitrary<Failure> = fc.record({
  class: fc.constantFrom(...CLASSES),
  cause: fc.constantFrom(...CAUSES),
  blame: fc.constantFrom('board' as const, 'site' as const, 'lab' as const, 'none' as const),
})
const anyResult: fc.Arbitrary<RunResult> = fc.option(anyFailure).map(failure => ({
  exitStatus: null,
  endedBy: 'itself',
  failure,
  title: null,
  message: null,
  hint: null,
  proof: [],
  durationMs: 1,
  copied: null,
  tail: [],
  tailTotal: 0,
  files: [],
}))
const anyRunEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ kind: fc.constant('leased' as const), board: fc.constantFrom('a', 'b'), token: fc.nat() }),
  fc.record({ kind: fc.constantFrom('preparing' as const, 'running' as const) }),
  fc.record({
    kind: fc.constant('retried' as const),
    failure: anyFailure,
    message: fc.string(),
    uncounted: fc.boolean(),
    avoidUntil: fc.option(fc.nat()),
  }),
  fc.record({ kind: fc.constant('ended' as const), result: anyResult }),
  fc.constant({ kind: 'finished' as const, files: [], tail: [], tailTotal: 0 }),
  fc.record({
    kind: fc.constant('moved' as const),
    priority: fc.constantFrom(1 as const, 2 as const, 3 as const),
  }),
  fc.constant({ kind: 'cancel-asked' as const, by: PERSON }),
)

test('a finished run never moves again, whatever happens to it', () => {
  fc.assert(
    fc.property(fc.array(anyRunEvent, { maxLength: 30 }), events => {
      let run: Run = aRun()
      let frozen: string | null = null
      for (const [at, event] of events.entries()) {
        const step = stepRun(run, event, at, at + 1)
        if (step.refused === undefined) {
          expect(frozen).toBeNull()
          run = step.run
          expect(run.rev).toBe(at + 1)
        }
        if (isFinal(run.state)) frozen ??= JSON.stringify(run)
        if (frozen !== null) expect(JSON.stringify(run)).toBe(frozen)
      }
    }),
    { numRuns: 300 },
  )
})

test('attempts are numbered from 1, at most one is open, and it is open exactly while a board is held', () => {
  fc.assert(
    fc.property(fc.array(anyRunEvent, { maxLength: 30 }), events => {
      let run: Run = aRun()
      for (const [at, event] of events.entries()) run = stepRun(run, event, at, at + 1).run ?? run
      expect(run.attempts.map(attempt => attempt.number)).toEqual(run.attempts.map((_, index) => index + 1))
      const open = run.attempts.filter(attempt => attempt.endedAt === null)
      const held = run.state === 'leasing' || run.state === 'preparing' || run.state === 'running'
      expect(open.length).toBe(held ? 1 : 0)
    }),
    { numRuns: 300 },
  )
})

test('a retried run keeps its priority and its time of arrival', () => {
  fc.assert(
    fc.property(fc.array(anyRunEvent, { maxLength: 30 }), events => {
      const first = aRun()
      let run: Run = first
      let priority = first.priority
      for (const [at, event] of events.entries()) {
        const step = stepRun(run, event, at, at + 1)
        if (step.refused !== undefined) continue
        if (event.kind === 'moved') priority = event.priority
        run = step.run
      }
      expect(run.arrivedAt).toBe(first.arrivedAt)
      expect(run.priority).toBe(priority)
    }),
  )
})

test('every state of a run is in the table, every final one ends it, and illegal events are answered', () => {
  expect(Object.keys(RUN_STEPS).sort()).toEqual([...RUN_STATES].sort())
  for (const state of FINAL_STATES) expect(isFinal(state)).toBe(true)
  const step = stepRun({ ...aRun(), state: 'passed' }, { kind: 'running' }, 1, 1)
  expect(step.refused).toBe('a passed run cannot be running')
})

test('the class of a failure decides the final state; none is a pass', () => {
  const of = (name: FailureClass): string =>
    finalState({ ...aRun().result, failure: { class: name, cause: 'internal', blame: 'none' } } as RunResult)
  expect(CLASSES.map(of)).toEqual(['failed', 'error', 'failed', 'cancelled', 'timeout'])
  expect(finalState(null)).toBe('passed')
})

test('M3.5 only infrastructure failures are tried again, at most the allowed number, and restarts do not count', () => {
  fc.assert(
    fc.property(
      anyFailure,
      fc.array(fc.boolean(), { maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      (failure, uncounted, limit) => {
        const attempts = uncounted.map((flag, index) => ({
          number: index + 1,
          board: 'a',
          token: 1,
          startedAt: 0,
          endedAt: 1,
          failure: null,
          message: null,
          uncounted: flag,
        }))
        const run = { ...aRun(), attempts }
        expect(countedAttempts(run)).toBe(uncounted.filter(flag => !flag).length)
        expect(mayRetry(run, failure, limit)).toBe(
          failure.class === 'infrastructure' && countedAttempts(run) < limit,
        )
        expect(mayRetry({ ...run, cancelledBy: PERSON }, failure, limit)).toBe(false)
      },
    ),
  )
})

const anyLeaseEvent: fc.Arbitrary<LeaseEvent> = fc.oneof(
  fc.record({ kind: fc.constant('checking' as const), board: fc.constantFrom('a', 'b'), token: fc.nat() }),
  fc.record({
    kind: fc.constant('granted' as const),
    board: fc.constantFrom('a', 'b'),
    token: fc.nat(),
    until: fc.nat(),
  }),
  fc.record({ kind: fc.constant('passed over' as const), avoidUntil: fc.nat() }),
  fc.record({ kind: fc.constant('extended' as const), until: fc.nat() }),
  fc.record({ kind: fc.constant('warned' as const), before: fc.nat() }),
  fc.record({ kind: fc.constant('kept' as const), token: fc.nat() }),
  fc.record({
    kind: fc.constant('ended' as const),
    as: fc.constantFrom('released' as const, 'expired' as const),
    why: fc.string(),
  }),
)

test('a lease that has ended never holds a board again', () => {
  fc.assert(
    fc.property(fc.array(anyLeaseEvent, { maxLength: 20 }), events => {
      let lease: Lease = aLease()
      let ended = false
      for (const [at, event] of events.entries()) {
        const step = stepLease(lease, event, at, at + 1)
        if (ended) expect(step.refused).toBeDefined()
        lease = step.lease ?? lease
        ended ||= lease.state === 'released' || lease.state === 'expired'
      }
      expect(Object.keys(LEASE_STEPS)).toContain(lease.state)
    }),
    { numRuns: 300 },
  )
})

test('M3.6 each warning is given once, before the end, and never for a lease shorter than the warning', () => {
  const warnings = [600_000, 120_000]
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3_600_000 }),
      fc.array(fc.integer({ min: 0, max: 3_700_000 }), { maxLength: 20 }),
      (term, moments) => {
        let lease: Lease = { ...aLease(), state: 'active', termMs: term, since: 0, until: term }
        const given: number[] = []
        for (const now of [...moments].sort((a, b) => a - b)) {
          for (const before of dueWarnings(lease, warnings, now)) {
            expect(now).toBeGreaterThanOrEqual(term - before)
            expect(now).toBeLessThan(term)
            expect(before).toBeLessThan(term)
            given.push(before)
            lease = stepLease(lease, { kind: 'warned', before }, now, 1).lease ?? lease
          }
        }
        expect(new Set(given).size).toBe(given.length)
      },
    ),
  )
})

test('an extension never shortens a lease, and never reaches further than the limit from now', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(10_000), fc.nat(20_000), (until, by, now, max) => {
      const answer = extension({ ...aLease(), state: 'active', until }, by, now, max)
      if (answer.until === undefined) return
      expect(answer.until).toBeGreaterThanOrEqual(until)
      expect(answer.until - now).toBeLessThanOrEqual(max)
    }),
  )
})

test('M3.4 a board is unhealthy exactly when it has its third failure within a day, rolling', () => {
  const settings = someSettings()
  const day = settings.boardFailuresWindowMs
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: day * 3 }), { maxLength: 12 }), moments => {
      let board = newBoard('b', 0, 0)
      for (const at of [...moments].sort((a, b) => a - b)) {
        board = stepBoard(board, { kind: 'failed', run: 'T1', message: 'x', windowMs: day }, at, 1)
        const expected = moments.filter(moment => moment <= at && moment > at - day).length
        // Failures of the very same instant are counted as they come.
        expect(recentFailures(board, at, day)).toBeLessThanOrEqual(expected)
        expect(becomesUnhealthy(board, at, settings)).toBe(recentFailures(board, at, day) >= 3)
      }
    }),
  )
})

test('the token of a board only ever rises', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), tokens => {
      let board = newBoard('b', 0, 0)
      for (const token of tokens) {
        const before = board.token
        board = stepBoard(board, { kind: 'used', token }, 1, 1)
        expect(board.token).toBe(Math.max(before, token))
      }
    }),
  )
})
