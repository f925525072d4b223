import type { Cause } from '../errors.ts'

/** Something a console line told us: a panic, an oops, a boot banner nobody asked for. */
export type Finding = {
  cause: Extract<Cause, 'panic' | 'oops' | 'bug' | 'lockup' | 'reset' | 'out of memory'>
  /** `kernel panic: Fatal exception in interrupt` */
  title: string
  /** The line itself, without ANSI and time stamp. */
  line: string
  /** Offset in the board's log of the first byte of the line, and just past its last. */
  from: number
  to: number
}
