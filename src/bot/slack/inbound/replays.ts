import type { Clock, Millis } from '../../../clock.ts'
import { SKEW_MS } from './verify.ts'

/** Signatures that were used: each is good once for as long as its time is good. */
export type Replays = {
  /** False when it was used before. */
  use(signature: string): boolean
  /** It came to nothing: Slack may send the very same request again. */
  giveBack(signature: string): void
}

/** A signature from five minutes ahead stays good for ten. */
const REMEMBERED_MS: Millis = 2 * SKEW_MS

export function createReplays(clock: Pick<Clock, 'mono'>): Replays {
  /** In the order in which they came, so that the old ones are in front. */
  const used = new Map<string, Millis>()
  return {
    use(signature) {
      const now = clock.mono()
      for (const [old, at] of used) {
        if (now - at <= REMEMBERED_MS) break
        used.delete(old)
      }
      if (used.has(signature)) return false
      used.set(signature, now)
      return true
    },
    giveBack: signature => void used.delete(signature),
  }
}
