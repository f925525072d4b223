import type { Cause } from '../errors.ts'

export type FindingCause = Extract<
  Cause,
  'panic' | 'oops' | 'bug' | 'warning' | 'lockup' | 'reset' | 'boot' | 'out of memory'
>

/** What it is in the kernel's own words, where `cause` is what the lab decides by. */
export const FINDING_KINDS = [
  'panic',
  'init missing',
  'oops',
  'stack overflow',
  'bug',
  'kasan',
  'kmsan',
  'kcsan',
  'kfence',
  'ubsan',
  'warning',
  'soft lockup',
  'hard lockup',
  'workqueue lockup',
  'rcu stall',
  'hung task',
  'oom kill',
  'reset',
  'restart',
  'watchdog reset',
  'power loss',
  'boot loader',
] as const
export type FindingKind = (typeof FINDING_KINDS)[number]

/**
 * Something a console told us: a panic, an oops, a boot banner nobody asked for. It is told twice, with the same
 * `from`: at once with its first line, and `whole` when its trace has come to its end.
 */
export type Finding = {
  kind: FindingKind
  cause: FindingCause
  /** `ends`: the run is over. `told`: a kernel may survive it. */
  severity: 'ends' | 'told'
  /** `kernel panic: Fatal exception in interrupt`, and once it is whole `…, dwmac_rx+0x1d4`. */
  title: string
  /** The line itself, without ANSI and time stamp. */
  line: string
  /** Where in the code: `dwmac_rx+0x1d4`; null where no line has told it. */
  place: string | null
  /** The lines kept, without stamps: the first alone until it is whole. What others printed in between is left out. */
  proof: readonly string[]
  whole: boolean
  /** Offset in the board's log of the first byte of the line, and just past the last line kept. */
  from: number
  to: number
  /** The same as lines of the log, counted from 1; only where whoever reads counts them. */
  lines?: readonly [from: number, to: number]
  /** The kernel's own clock at the first line; null where it had none. */
  seconds: number | null
}
