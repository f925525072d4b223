/** A time of day as people type it, `14:02` or `14:02:30`, in the deployment's time zone. Pure. */

import type { Millis } from '../clock.ts'

const TIME = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/
const DAY_MS = 86_400_000

/** The latest moment at or before `before` at which clocks there showed `text`; null when that is no time of day. */
export function latestMoment(text: string, timeZone: string, before: Millis): Millis | null {
  const match = TIME.exec(text.trim())
  if (match === null) return null
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(part => Number(part ?? 0))
  const ofDay = ((hours * 60 + minutes) * 60 + seconds) * 1000
  const wall = before + offsetAt(before, timeZone)
  const today = wall - (((wall % DAY_MS) + DAY_MS) % DAY_MS)
  for (const day of [today, today - DAY_MS, today - 2 * DAY_MS]) {
    const moment = momentOf(day + ofDay, timeZone, before)
    if (moment <= before) return moment
  }
  return null
}

/** Where the offset changes that day it is looked up again at the moment itself. */
function momentOf(wall: Millis, timeZone: string, near: Millis): Millis {
  const guess = wall - offsetAt(near, timeZone)
  return wall - offsetAt(guess, timeZone)
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** What clocks there are ahead of UTC, in ms: `GMT+05:30`, or `GMT` for none (ECMA-402, longOffset). */
function offsetAt(at: Millis, timeZone: string): Millis {
  const formatter =
    formatters.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  formatters.set(timeZone, formatter)
  const name = formatter.formatToParts(at).find(part => part.type === 'timeZoneName')?.value ?? ''
  const match = /([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name)
  if (match === null) return 0
  const seconds = (Number(match[2]) * 60 + Number(match[3])) * 60 + Number(match[4] ?? 0)
  return (match[1] === '-' ? -seconds : seconds) * 1000
}
