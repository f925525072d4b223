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
  const { policy, has, tried, letBe } = climb
  if (letBe || tried.some(each => each.outcome === 'back')) return { kind: 'over' }
  const reached = Math.max(-1, ...tried.map(each => policy.steps.indexOf(each.step)))
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

/** Asking costs a board nothing; what takes it down has its distance and its number. */
function hindranceOf(step: RecoveryStep, climb: Climb, now: Millis): Hindrance | null {
  if (step === 'console') return null
  const { policy } = climb
  const past = [...climb.before, ...climb.tried]
  const count = past.filter(each => each.step !== 'console' && each.startedAt > now - DAY_MS).length
  if (count >= policy.mostInADay) return { step, why: 'most', count }
  // One that a restart of the bot cut short has not had its chance.
  const last = past.findLast(each => each.step === step && each.outcome !== 'cut short')
  const until = (last?.startedAt ?? -Infinity) + policy.cooldownMs
  return last !== undefined && now < until ? { step, why: 'cool-down', until } : null
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
