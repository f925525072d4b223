import type { TimeFrame } from '../../cards/words.ts'
import type { HttpOptions } from '../types.ts'

/** What pages are drawn from. */
export type PageDeps = Pick<HttpOptions, 'lab' | 'files' | 'timeZone' | 'clock' | 'log'>

export function frameOf({ clock, timeZone }: Pick<PageDeps, 'clock' | 'timeZone'>): TimeFrame {
  return { now: clock.now(), timeZone: timeZone() }
}
