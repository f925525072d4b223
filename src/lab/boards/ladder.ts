import type { Millis } from '../../clock.ts'
import type { BoardConfig, RecoveryStep, Settings } from '../../config/types.ts'
import type { BoardStep } from '../types.ts'

/** What is done about a board that does not answer, and how often at most (H10.3, H18.3). */
export type LadderPolicy = { steps: readonly RecoveryStep[]; cooldownMs: Millis; mostInADay: number }

/** A board, and what was tried of it, as the ladder needs to know it. */
export type Climb = {
  policy: LadderPolicy
  /** What there is on this board: SysRq that is allowed, power control. */
  has: { reset: boolean; power: boolean }
  /** Steps before this climb, and of it; each from the first on. */
  before: readonly BoardStep[]
  tried: readonly BoardStep[]
  /** Somebody has their hands in it, switched it off, or the lab stops: it is let be. */
  letBe: boolean
  /** Its kernel is not itself any more: that it answers is not enough where it can be restarted. */
  tainted?: boolean
}

export type Hindrance =
  | { step: RecoveryStep; why: 'cool-down'; until: Millis }
  | { step: RecoveryStep; why: 'most'; count: number }

export type Next =
  | { kind: 'step'; step: RecoveryStep }
  /** It answered, or is let be. */
  | { kind: 'over' }
  /** Nothing is left to try; steps that there are and may not be taken now. */
  | { kind: 'set aside'; hindered: readonly Hindrance[] }

export const DAY_MS: Millis = 24 * 60 * 60_000

/** A board may say otherwise than the settings, and its family for it. */
export function policyOf({ recovery: own }: Pick<BoardConfig, 'recovery'>, settings: Settings): LadderPolicy {
  const { recovery: all, recoveryCooldownMs } = settings
  return {
    steps: own?.steps ?? all.steps,
    cooldownMs: own?.cooldownMs ?? all.cooldownMs ?? recoveryCooldownMs,
    mostInADay: own?.mostInADay ?? all.mostInADay,
  }
}

/** The next step up. Pure; asked again after each. */
export function nextStep(climb: Climb, now: Millis): Next {
  const { has, tried, letBe } = climb
  const policy = climb.tainted === true ? { ...climb.policy, steps: askedLast(climb.policy) } : climb.policy
  if (letBe || tried.some(each => each.outcome === 'back')) return { kind: 'over' }
  const reached = reachedBy(policy, tried)
  const hindered: Hindrance[] = []
  for (const [index, step] of policy.steps.entries()) {
    if ((step !== 'console' && !has[step]) || tried.some(each => each.step === step)) continue
    const hindrance = hindranceOf(step, climb, now)
    if (hindrance !== null) hindered.push(hindrance)
    // One that was passed over may be taken meanwhile; the ladder only goes up.
    else if (index > reached) return { kind: 'step', step }
  }
  return { kind: 'set aside', hindered }
}

/** Where it may not be restarted now, or cannot be, it goes on as it is. */
function askedLast({ steps }: LadderPolicy): readonly RecoveryStep[] {
  return steps.toSorted((a, b) => Number(a === 'console') - Number(b === 'console'))
}

/** Asking costs a board nothing; what takes it down has its distance and its number. */
function hindranceOf(step: RecoveryStep, climb: Climb, now: Millis): Hindrance | null {
  if (step === 'console') return null
  const { policy } = climb
  const past = withoutTests([...climb.before, ...climb.tried])
  const count = past.filter(each => each.step !== 'console' && each.startedAt > now - DAY_MS).length
  if (count >= policy.mostInADay) return { step, why: 'most', count }
  // One that a restart of the bot cut short has not had its chance.
  const last = past.findLast(each => each.step === step && each.outcome !== 'cut short')
  const until = (last?.startedAt ?? -Infinity) + policy.cooldownMs
  return last !== undefined && now < until ? { step, why: 'cool-down', until } : null
}

/** A bad kernel or program took the board down, and the board was back: that says nothing against the board. */
function withoutTests(steps: readonly BoardStep[]): readonly BoardStep[] {
  const testOf = ({ run, after }: BoardStep): string | null => after ?? run
  const back = new Set(steps.filter(each => each.outcome === 'back').map(testOf))
  return steps.filter(each => testOf(each) === null || !back.has(testOf(each)))
}

/** The first step that is due again by itself: passed over for its cool-down alone, and none above it was taken. */
export function dueAgain(
  policy: LadderPolicy,
  tried: readonly BoardStep[],
  hindered: readonly Hindrance[],
): { step: RecoveryStep; at: Millis } | null {
  const reached = reachedBy(policy, tried)
  const due = hindered.flatMap(each =>
    each.why === 'cool-down' && policy.steps.indexOf(each.step) > reached
      ? [{ step: each.step, at: each.until }]
      : [],
  )
  return due.toSorted((a, b) => a.at - b.at)[0] ?? null
}

function reachedBy({ steps }: LadderPolicy, tried: readonly BoardStep[]): number {
  return Math.max(-1, ...tried.map(each => steps.indexOf(each.step)))
}

/** What is kept of a board's steps: all that count, and enough to see how it went. */
export function keptSteps(steps: readonly BoardStep[], now: Millis): readonly BoardStep[] {
  const shown = steps.slice(-STEPS_SHOWN)
  return steps.filter(
    each => shown.includes(each) || (each.step !== 'console' && each.startedAt > now - LONGEST_COOLDOWN_MS),
  )
}

const STEPS_SHOWN = 12
/** As long as a cool-down may be set. */
const LONGEST_COOLDOWN_MS = 7 * DAY_MS
