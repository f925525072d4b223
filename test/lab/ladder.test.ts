import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RecoveryStep } from '../../src/config/types.ts'
import { type Climb, DAY_MS, dueAgain, keptSteps, nextStep, policyOf } from '../../src/lab/boards/ladder.ts'
import type { BoardStep, StepOutcome } from '../../src/lab/types.ts'
import { someSettings } from './samples.ts'

const MINUTE = 60_000
const LADDER: readonly RecoveryStep[] = ['console', 'reset', 'power']

const policy = fc.record({
  steps: fc.subarray(['reset', 'power'] as RecoveryStep[]).map(more => ['console' as const, ...more]),
  cooldownMs: fc.integer({ min: 0, max: 90 * MINUTE }),
  mostInADay: fc.integer({ min: 0, max: 6 }),
})
const has = fc.record({ reset: fc.boolean(), power: fc.boolean() })
const failing = fc.constantFrom<StepOutcome>('no answer', 'failed', 'cut short')
/** Climbs of one board: when each begins after the one before, and what its steps come to. */
const days = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 3 * 60 * MINUTE }),
    outcomes: fc.record({
      console: fc.oneof(failing, fc.constant<StepOutcome>('back')),
      reset: fc.oneof(failing, fc.constant<StepOutcome>('back')),
      power: fc.oneof(failing, fc.constant<StepOutcome>('back')),
    }),
    tookMs: fc.integer({ min: 0, max: 3 * MINUTE }),
    letBe: fc.boolean(),
  }),
  { maxLength: 40 },
)

type Lived = { climbs: (BoardStep[] & { ended?: string })[]; all: BoardStep[] }

/** The ladder as its service climbs it, with what is kept of the steps before. */
function live(
  part: Pick<Climb, 'policy' | 'has' | 'tainted'>,
  plan: typeof days extends fc.Arbitrary<infer T> ? T : never,
): Lived {
  let now = 10 * DAY_MS
  let kept: readonly BoardStep[] = []
  const climbs: Lived['climbs'] = []
  for (const { afterMs, outcomes, tookMs, letBe } of plan) {
    now += afterMs
    const tried: Lived['climbs'][number] = []
    for (;;) {
      const next = nextStep({ ...part, before: kept, tried, letBe }, now)
      tried.ended = next.kind
      if (next.kind !== 'step') break
      const outcome = outcomes[next.step]
      const step = {
        step: next.step,
        startedAt: now,
        endedAt: now + tookMs,
        outcome,
        message: null,
        run: null,
      }
      tried.push(step)
      now += tookMs
    }
    kept = keptSteps([...kept, ...tried], now)
    climbs.push(tried)
  }
  return { climbs, all: climbs.flat() }
}

const hard = (steps: readonly BoardStep[]) => steps.filter(({ step }) => step !== 'console')

describe('H10.3 H18.3 the ladder of a board that does not answer', () => {
  test('in no day of any length are there more resets and power cycles than the cap', () => {
    fc.assert(
      fc.property(policy, has, days, (rules, there, plan) => {
        const taken = hard(live({ policy: rules, has: there }, plan).all)
        for (const { startedAt: end } of taken) {
          const day = taken.filter(({ startedAt: at }) => at > end - DAY_MS && at <= end)
          expect(day.length).toBeLessThanOrEqual(rules.mostInADay)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('what tests made necessary changes nothing for the board, once it was back, however often', () => {
    const ofTests = fc.array(
      fc.record({
        minutesAgo: fc.integer({ min: 0, max: 60 * 24 }),
        failed: fc.array(fc.constantFrom<RecoveryStep>('console', 'reset', 'power')),
        back: fc.constantFrom<RecoveryStep>('console', 'reset', 'power'),
        isEndedByIt: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(policy, has, days, ofTests, (rules, there, plan, tests) => {
        const { all } = live({ policy: rules, has: there }, plan)
        const now = Math.max(10 * DAY_MS, ...all.map(({ endedAt }) => endedAt ?? 0))
        const more = tests.flatMap(({ minutesAgo, failed, back, isEndedByIt }, at): BoardStep[] =>
          [...failed, back].map((step, index) => ({
            ...{ step, startedAt: now - minutesAgo * MINUTE, endedAt: now, message: null },
            outcome: index < failed.length ? 'failed' : 'back',
            ...(isEndedByIt && index === 0 ? { run: `T${at}` } : { run: null, after: `T${at}` }),
          })),
        )
        const climb = { policy: rules, has: there, tried: [], letBe: false }
        const both = [...all, ...more].toSorted((a, b) => a.startedAt - b.startedAt)
        expect(nextStep({ ...climb, before: both }, now)).toEqual(nextStep({ ...climb, before: all }, now))
      }),
      { numRuns: 200 },
    )
  })

  test('a step that is due again is one that was passed over for its cool-down, is above all that were taken, and may then be taken', () => {
    fc.assert(
      fc.property(policy, has, days, (rules, there, plan) => {
        const { all, climbs } = live({ policy: rules, has: there }, plan)
        const tried = climbs.at(-1) ?? []
        const climb = {
          policy: rules,
          has: there,
          tried,
          before: all.filter(each => !tried.includes(each)),
          letBe: false,
        }
        const now = Math.max(10 * DAY_MS, ...all.map(({ endedAt }) => endedAt ?? 0))
        const next = nextStep(climb, now)
        const due = next.kind === 'set aside' ? dueAgain(rules, tried, next.hindered) : null
        if (due === null) return
        expect(due.at).toBeGreaterThan(now)
        expect(tried.map(({ step }) => step)).not.toContain(due.step)
        const then = nextStep(climb, due.at)
        // The cap may stand in its way, and nothing else.
        if (then.kind === 'step') expect(then.step).toBe(due.step)
        else
          expect(then).toMatchObject({
            kind: 'set aside',
            hindered: expect.arrayContaining([{ step: due.step, why: 'most', count: expect.any(Number) }]),
          })
      }),
      { numRuns: 300 },
    )
  })

  test('no reset follows a reset, and no cycle a cycle, within the cool-down, but where a restart cut that short', () => {
    fc.assert(
      fc.property(policy, has, days, (rules, there, plan) => {
        const { all } = live({ policy: rules, has: there }, plan)
        for (const kind of ['reset', 'power'] as const) {
          const taken = all.filter(({ step }) => step === kind)
          for (const [index, each] of taken.entries()) {
            const last = taken.slice(0, index).findLast(({ outcome }) => outcome !== 'cut short')
            if (last !== undefined)
              expect(each.startedAt - last.startedAt).toBeGreaterThanOrEqual(rules.cooldownMs)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test('only steps that the policy has and the board too, each once a climb, gentlest first, the asking before all', () => {
    fc.assert(
      fc.property(policy, has, days, (rules, there, plan) => {
        for (const climb of live({ policy: rules, has: there }, plan).climbs) {
          const steps = climb.map(({ step }) => step)
          expect(steps).toEqual(LADDER.filter(step => steps.includes(step)))
          for (const step of steps) {
            expect(rules.steps).toContain(step)
            if (step !== 'console') expect(there[step]).toBe(true)
          }
          if (steps.length > 0) expect(steps[0]).toBe('console')
        }
      }),
      { numRuns: 200 },
    )
  })

  test('a kernel that is not itself is restarted where it may be, and asked only when that was not to be done or did not help', () => {
    fc.assert(
      fc.property(policy, has, days, (rules, there, plan) => {
        for (const climb of live({ policy: rules, has: there, tainted: true }, plan).climbs) {
          const asked = climb.findIndex(({ step }) => step === 'console')
          if (asked === -1) continue
          expect(asked).toBe(climb.length - 1)
          expect(climb.slice(0, asked).every(({ outcome }) => outcome !== 'back')).toBe(true)
        }
        const once = { policy: rules, has: there, tainted: true, before: [], tried: [], letBe: false }
        const [first] = rules.steps.filter(step => step !== 'console' && there[step])
        const mayRestart = first !== undefined && rules.mostInADay > 0
        expect(nextStep(once, DAY_MS)).toEqual({ kind: 'step', step: mayRestart ? first : 'console' })
      }),
      { numRuns: 200 },
    )
  })

  test('a board that answers leaves it at once, one that is let be is not touched, any other ends set aside', () => {
    fc.assert(
      fc.property(policy, has, days, (rules, there, plan) => {
        for (const [index, climb] of live({ policy: rules, has: there }, plan).climbs.entries()) {
          const back = climb.findIndex(({ outcome }) => outcome === 'back')
          if (plan[index]?.letBe) expect(climb).toHaveLength(0)
          else if (back !== -1) expect(back).toBe(climb.length - 1)
          const isOver = plan[index]?.letBe === true || back !== -1
          expect(climb.ended).toBe(isOver ? 'over' : 'set aside')
        }
      }),
      { numRuns: 200 },
    )
  })

  test('what it may not do now is said, with the time or the number; what a board has not is none of it', () => {
    const now = 20 * DAY_MS
    const step = (kind: RecoveryStep, minutesAgo: number, outcome: StepOutcome): BoardStep => {
      const startedAt = now - minutesAgo * MINUTE
      return { step: kind, startedAt, endedAt: startedAt, outcome, message: null, run: null }
    }
    const rules = { steps: LADDER, cooldownMs: 15 * MINUTE, mostInADay: 4 }
    const climb = {
      policy: rules,
      has: { reset: true, power: true },
      before: [step('reset', 20, 'back'), step('power', 5, 'no answer')],
      tried: [step('console', 1, 'no answer'), step('reset', 0, 'failed')],
      letBe: false,
    }
    const coolDown = { step: 'power', why: 'cool-down', until: now + 10 * MINUTE }
    expect(nextStep(climb, now)).toEqual({ kind: 'set aside', hindered: [coolDown] })
    expect(nextStep({ ...climb, has: { reset: true, power: false } }, now)).toEqual({
      ...{ kind: 'set aside', hindered: [] },
    })
    const most = { step: 'power', why: 'most', count: 3 }
    expect(nextStep({ ...climb, policy: { ...rules, mostInADay: 3 } }, now)).toEqual({
      ...{ kind: 'set aside', hindered: [most] },
    })
    expect(nextStep({ ...climb, before: [step('power', 5, 'cut short')] }, now)).toEqual({
      ...{ kind: 'step', step: 'power' },
    })
  })

  test('a board, or its family, says otherwise than the settings; recovery_cooldown counts where neither does', () => {
    const settings = someSettings({ recoveryCooldownMs: 7 * MINUTE })
    expect(policyOf({}, settings)).toEqual({ steps: LADDER, cooldownMs: 7 * MINUTE, mostInADay: 4 })
    const own = { steps: ['console' as const], cooldownMs: 1 }
    expect(policyOf({ recovery: own }, settings)).toEqual({
      steps: ['console'],
      cooldownMs: 1,
      mostInADay: 4,
    })
    const all = someSettings({ recovery: { steps: LADDER, cooldownMs: 0, mostInADay: 2 } })
    expect(policyOf({ recovery: { mostInADay: 1 } }, all)).toEqual({
      ...{ steps: LADDER, cooldownMs: 0, mostInADay: 1 },
    })
  })
})
