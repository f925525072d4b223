import type { Millis } from '../../../clock.ts'
import type { EndedBy } from '../../types.ts'
import type { Session } from '../shell/session.ts'
import type { Watch } from '../shell/talk.ts'
import type { ProgramSight } from './hearing.ts'
import type { Sift } from './sift.ts'

/** `graceMs`: between interrupt and kill. */
export type ProgramOptions = { graceMs: Millis }

/** A program under way, as far as it is known here. */
export type Running = {
  readonly session: Session
  readonly watch: Watch<ProgramSight>
  readonly sift: Sift
  readonly number: number
  readonly options: ProgramOptions
  readonly startedAt: Millis
  /** Where its output begins. */
  from: number
  /** Its guard waits for it at the board's prompt: only an interrupt gets through. */
  guarded: boolean
  /** The last newline that was typed to see who answers, and the unfinished line before it. */
  poked: { at: Millis; tail: string } | null
}

export type Ended = {
  /** Null when nobody on the board knows it any more. */
  status: number | null
  endedBy: EndedBy
  /** Where its output ends. */
  to: number
  at: Millis
}
