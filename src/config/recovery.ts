import { z } from 'zod'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** The ladder: what costs a board least comes first, and only asking does not take it down. */
export const RECOVERY_STEPS = ['console', 'reset', 'power'] as const

const Steps = z
  .array(z.enum(RECOVERY_STEPS))
  .refine(steps => steps[0] === 'console', 'steps begin with console: a board that answers is left alone')
  .refine(inOrder, 'steps are console, reset and power in this order, each once')

const CooldownMs = z
  .int()
  .min(0)
  .max(7 * DAY)
/** Resets and power cycles together: a board that wants more is broken, and wants somebody to look. */
const MostInADay = z.int().min(0).max(48)

function inOrder(steps: readonly string[]): boolean {
  return steps.join() === RECOVERY_STEPS.filter(step => steps.includes(step)).join()
}

/** Of all boards. */
export const RecoverySchema = z.strictObject({
  steps: Steps.default([...RECOVERY_STEPS]),
  /** Between two of a kind on one board; `recovery_cooldown` where it is not said here. */
  cooldownMs: CooldownMs.optional(),
  mostInADay: MostInADay.default(4),
})

/** What a board, or the boards of a family, do otherwise. */
export const RecoveryPartSchema = z.strictObject({
  steps: Steps.optional(),
  cooldownMs: CooldownMs.optional(),
  mostInADay: MostInADay.optional(),
})
