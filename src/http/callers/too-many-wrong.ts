import type { Millis } from '../../clock.ts'
import type { Problem } from '../problem.ts'

/** Wrong keys, or secrets, of one address within a minute, before it has to wait. */
export const WRONG_A_MINUTE = 20

/** `by`: what has the old one, most likely. */
export function tooManyWrong(what: 'key' | 'secret', by: 'program' | 'job', waitMs: Millis): Problem {
  const seconds = Math.ceil(waitMs / 1000)
  return {
    status: 429,
    code: `too-many-wrong-${what}s`,
    detail: `${WRONG_A_MINUTE} wrong ${what}s came from this address within a minute.`,
    hint: `Look for the ${by} with an old ${what}, and try again in ${seconds} s.`,
    headers: { 'Retry-After': String(seconds) },
  }
}
