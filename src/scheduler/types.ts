import type { Millis } from '../clock.ts'

/** Each is a file in `jobs/` and a method of the lab. */
export const HANDS = ['dispatch-sweep', 'lease-expiry', 'board-health', 'retention', 'wait-alert'] as const
export type HandName = (typeof HANDS)[number]

export type Intervals = Readonly<Record<HandName, Millis>>

/** The work a hand points at; the scheduler only says when. */
export type Hands = Readonly<Record<HandName, () => Promise<unknown>>>

export type Scheduler = {
  start(): Promise<void>
  /** Strikes at other intervals from now on; when nothing changes, nothing happens. Rare hands strike once at the change. Never throws. */
  retime(intervals: Intervals): Promise<void>
  /** No hand moves afterwards. Waits for those under way, for `deadlineMs` at most; never hangs, never throws. */
  stop(deadlineMs: Millis): Promise<void>
}

/** A file that runs in a thread of its own, again after each `everyMs`. */
export type Thread = {
  name: string
  path: string
  everyMs: Millis
  /** The thread ends by itself soon, and is ended if it does not; else it lives until `stop`. */
  brief: boolean
  data?: unknown
}

/** What the scheduler needs of a job runner: threads that speak. */
export type Threads = {
  start(): Promise<void>
  stop(deadlineMs: Millis): Promise<void>
}
