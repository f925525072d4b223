import type { Millis } from '../../../clock.ts'
import type { Session } from '../shell/session.ts'

/** What something took, of what a report says. */
export type Costs = {
  durationMs: Millis
  /** Frames and lines that had to be sent again. */
  repaired: number
  /** Bytes on the console's line. */
  typed: number
  heard: number
}

/** Returns how to ask what it took since. */
export function costsFrom(session: Session): () => Costs {
  const { talk, repaired } = session
  const [at, typed, heard] = [talk.clock.mono(), talk.typed(), talk.head()]
  return () => ({
    durationMs: talk.clock.mono() - at,
    repaired: session.repaired - repaired,
    typed: talk.typed() - typed,
    heard: talk.head() - heard,
  })
}
