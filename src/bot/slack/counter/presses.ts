/** A button that is pressed twice in a hurry: what makes something new leaves nothing behind that would show it. */

import type { Clock, Millis } from '../../../clock.ts'
import type { AnyCommand } from '../../../commands/types.ts'

export type Presses = {
  /** Whether the same person pressed it a moment ago; from now on, they did. */
  isRepeat(user: string, message: string | null, line: string): boolean
  /** It came to nothing: to press it again is to try again. */
  forget(user: string, message: string | null, line: string): void
}

/** A second press within this is a finger that slipped, a later one is another wish. */
const HURRY_MS: Millis = 5_000

/** All else is compared with the state that its button was drawn from; this has none yet. */
export function makesNew({ http, private: isPrivate }: AnyCommand): boolean {
  return http?.method === 'POST' && http.status === 201 && isPrivate !== true
}

export function createPresses(clock: Clock): Presses {
  const pressed = new Map<string, Millis>()
  const keyOf = (...press: [string, string | null, string]): string => JSON.stringify(press)
  return {
    isRepeat(user, message, line) {
      const now = clock.mono()
      for (const [key, at] of pressed) if (now - at >= HURRY_MS) pressed.delete(key)
      const key = keyOf(user, message, line)
      if (pressed.has(key)) return true
      pressed.set(key, now)
      return false
    },
    forget: (user, message, line) => void pressed.delete(keyOf(user, message, line)),
  }
}
