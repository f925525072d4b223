/** Times as each reader's own clock shows them (docs.slack.dev, date element). */

import type { Run } from '../../../cards/view.ts'
import { clockTime, type TimeFrame } from '../../../cards/words.ts'

type Time = Extract<Run, { r: 'time' }>

/** Years that Slack's clients show; `{ago}` knows only what is past. */
export function isShownDate({ at, form }: Time, frame: TimeFrame): boolean {
  const isKnown = at >= Date.UTC(2001, 8, 9) && at < Date.UTC(2100, 0, 1)
  return isKnown && (form !== 'relative' || at <= frame.now)
}

export function dateFormat({ at, form }: Time, frame: TimeFrame): string {
  if (form === 'relative') return '{ago}'
  if (form === 'date') return '{date_num} {time}'
  return /^\d\d:\d\d$/.test(clockTime(at, frame)) ? '{time}' : '{date_short_pretty} {time}'
}
