import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FailureClass } from '../../../src/errors.ts'
import type { Operation } from '../../../src/lab/state.ts'
import type { RunResult } from '../../../src/lab/types.ts'
import { aLease, aRun } from '../../lab/samples.ts'
import { type Desk, openDesk } from './desk.ts'
import { type Family, keyOf, reading } from './exposition.ts'

const CLASSES: readonly FailureClass[] = ['test', 'infrastructure', 'input', 'cancelled', 'timeout']
const RUNS = ['T1', 'T2', 'T3']
const LEASES = ['L1', 'L2']

function resultOf(failed: FailureClass | null): RunResult {
  const failure = failed === null ? null : ({ class: failed, cause: 'internal', blame: 'none' } as const)
  return {
    ...{ exitStatus: 0, endedBy: 'itself', failure, title: null, message: null, hint: null },
    ...{ proof: [], durationMs: 1, copied: null, tail: [], tailTotal: 0, files: [] },
  }
}

const failureClass = fc.option(fc.constantFrom(...CLASSES))
const anyStep = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 100_000 }) }),
  fc.record({
    do: fc.constant('run' as const),
    id: fc.constantFrom(...RUNS),
    what: fc.constantFrom(
      ...['submitted', 'leased', 'leased', 'preparing', 'running', 'retried', 'ended', 'finished', 'left'],
    ),
    board: fc.constantFrom('a', 'b', 'c'),
    failure: failureClass,
  }),
  fc.record({
    do: fc.constant('lease' as const),
    id: fc.constantFrom(...LEASES),
    what: fc.constantFrom('asked', 'checking', 'granted', 'passed over', 'extended', 'ended', 'left'),
    board: fc.constantFrom('a', 'b', 'c'),
  }),
  fc.record({
    do: fc.constant('request' as const),
    ms: fc.nat(1000),
    status: fc.constantFrom(200, 404, 500),
  }),
)
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never

function operationOf(step: Exclude<Step, { do: 'wait' | 'request' }>, desk: Desk): Operation {
  const { id, what, board } = step
  const at = desk.clock.now()
  if (step.do === 'lease') {
    if (what === 'asked') return { o: 'lease/asked', lease: aLease({ id, askedAt: at }) }
    if (what === 'left') return { o: 'lease/left', id }
    const event = {
      checking: { kind: 'checking', board, token: 1 },
      granted: { kind: 'granted', board, token: 1, until: at + 1000 },
      'passed over': { kind: 'passed over', avoidUntil: at },
      extended: { kind: 'extended', until: at + 2000 },
      ended: { kind: 'ended', as: 'released', why: 'done' },
    } as const
    return { o: 'lease/step', id, at, event: event[what as keyof typeof event] }
  }
  if (what === 'submitted') return { o: 'run/submitted', run: aRun({ id, arrivedAt: at }) }
  if (what === 'left') return { o: 'run/left', id }
  const failure = { class: step.failure ?? 'infrastructure', cause: 'internal', blame: 'none' } as const
  const event = {
    leased: { kind: 'leased', board, token: 1 },
    preparing: { kind: 'preparing' },
    running: { kind: 'running' },
    retried: { kind: 'retried', failure, message: 'so', uncounted: false, avoidUntil: null },
    ended: { kind: 'ended', result: resultOf(step.failure) },
    finished: { kind: 'finished', files: [], tail: [], tailTotal: 0 },
  } as const
  return { o: 'run/step', id, at, event: event[what as keyof typeof event] }
}

/** Only what the lab would do: nothing is submitted twice, and nothing leaves before its end was there to be seen. */
function isPossible({ o, ...rest }: Operation, { state }: Desk): boolean {
  if (o === 'run/submitted' && 'run' in rest) return state.runs[rest.run.id] === undefined
  if (o === 'lease/asked' && 'lease' in rest) return state.leases[rest.lease.id] === undefined
  if (o === 'run/left' && 'id' in rest) return state.runs[rest.id]?.result !== undefined
  return true
}

function rising(families: ReadonlyMap<string, Family>): Map<string, number> {
  const samples = [...families.values()]
    .filter(({ name, type }) => type !== 'gauge' && !/^(process|nodejs)_/.test(name))
    .flatMap(family => family.samples)
  return new Map(samples.map(sample => [keyOf(sample), sample.value]))
}

test('whatever happens, no counter falls or goes, and each says how often it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async steps => {
      const desk = openDesk()
      const ended: Record<string, number> = {}
      const finals: Record<string, number> = {}
      let begun = 0
      let requests = 0
      let busyMs = 0
      let before = new Map<string, number>()
      for (const step of steps) {
        if (step.do === 'wait') {
          const held = Object.values(desk.state.leases).filter(lease => /checking|active/.test(lease.state))
          busyMs += held.length * step.ms
          await desk.clock.pass(step.ms)
        } else if (step.do === 'request') {
          requests++
          desk.metrics.begun()({ method: 'GET', route: '/', status: step.status, ms: step.ms })
        } else {
          const operation = operationOf(step, desk)
          const old = step.do === 'run' ? desk.state.runs[step.id] : undefined
          if (!isPossible(operation, desk) || !desk.happens(operation)) continue
          const now = step.do === 'run' ? desk.state.runs[step.id] : undefined
          if (step.what === 'leased' && old?.attempts.length === 0) begun++
          if (step.what === 'retried' || (step.what === 'ended' && old?.state !== 'queued')) {
            if (step.do === 'run') {
              const name = step.failure ?? (step.what === 'retried' ? 'infrastructure' : 'none')
              ended[name] = (ended[name] ?? 0) + 1
            }
          }
          if (step.what === 'finished' && now !== undefined) finals[now.state] = (finals[now.state] ?? 0) + 1
        }
        const families = await desk.read()
        const after = rising(families)
        for (const [key, value] of before) expect(after.get(key), key).toBeGreaterThanOrEqual(value)
        before = after
      }
      const families = await desk.read()
      for (const name of ['none', ...CLASSES])
        expect(reading(families, 'boardroom_attempts_total', { class: name })).toBe(ended[name] ?? 0)
      for (const state of ['passed', 'failed', 'timeout', 'cancelled', 'error'])
        expect(reading(families, 'boardroom_runs_total', { state })).toBe(finals[state] ?? 0)
      const sumOf = (name: string, end = ''): number =>
        (families.get(name)?.samples ?? [])
          .filter(sample => sample.name === `${name}${end}`)
          .reduce((sum, { value }) => sum + value, 0)
      expect(
        reading(families, 'boardroom_queue_wait_seconds_count', { kind: 'run', priority: 'normal' }),
      ).toBe(begun)
      expect(sumOf('boardroom_http_request_duration_seconds', '_count')).toBe(requests)
      expect(sumOf('boardroom_family_busy_seconds_total')).toBeCloseTo(busyMs / 1000, 6)
      expect(sumOf('boardroom_board_busy_seconds_total')).toBeCloseTo(busyMs / 1000, 6)
      desk.metrics.close()
    }),
    { numRuns: 120 },
  )
})
