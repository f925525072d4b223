/** Numbers as people read them (experience.md): 00:42, 2 h, 18 kB, until 15:30. */

import type { Millis } from '../clock.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long something has been going on: `00:42`, `01:12`, `1:02:03`. */
export function elapsed(ms: Millis): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND))
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const pair = (value: number): string => String(value).padStart(2, '0')
  return h > 0 ? `${h}:${pair(m)}:${pair(s)}` : `${pair(m)}:${pair(s)}`
}

/** How long something took: as `elapsed`, and `85 ms` where that would say 00:00. */
export function lasted(ms: Millis): string {
  return ms < SECOND ? quick(Math.max(0, ms)) : elapsed(ms)
}

/** A length of time in a sentence: `9 s`, `6 min`, `2 h`, `1 h 30 min`, `2 days`. */
export function span(ms: Millis): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / SECOND))} s`
  const minutes = Math.round(ms / MINUTE)
  if (minutes < 60) return `${minutes} min`
  if (ms >= 2 * DAY) return `${Math.round(ms / DAY)} days`
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}

/** An answer's time: `12 ms`, else as a span. */
export function quick(ms: Millis): string {
  return ms < SECOND ? `${Math.round(ms)} ms` : span(ms)
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `812 B`, `18 kB`, `1.2 MB`. */
export function size(bytes: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000
    unit++
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`
}

/** `1 board`, `3 boards`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

/** Never rounded up to 100: `99 %` says that something failed. */
export function percent(share: number): string {
  return `${Math.floor(share * 100)} %`
}

export type TimeFrame = { now: Millis; timeZone: string }

/** `15:30` today, `Mon 09:00` within six days, else `2026-11-20 09:00`; in the deployment's time zone. */
export function clockTime(at: Millis, frame: TimeFrame): string {
  const then = partsOf(at, frame.timeZone)
  if (then.day === partsOf(frame.now, frame.timeZone).day) return then.time
  return Math.abs(at - frame.now) < 6 * DAY ? `${then.weekday} ${then.time}` : `${then.day} ${then.time}`
}

/** `15:30:07` for the gutter of a log; `2026-11-20 15:30:07` on another day. */
export function gutterTime(at: Millis, frame: TimeFrame): string {
  const { day, time, second } = partsOf(at, frame.timeZone)
  const isToday = day === partsOf(frame.now, frame.timeZone).day
  return `${isToday ? '' : `${day} `}${time}:${second}`
}

/** `2026-11-20 09:12`. */
export function dateTime(at: Millis, frame: TimeFrame): string {
  const { day, time } = partsOf(at, frame.timeZone)
  return `${day} ${time}`
}

/** `in 6 min`, `2 days ago`. */
export function relative(at: Millis, frame: TimeFrame): string {
  const away = at - frame.now
  return away >= 0 ? `in ${span(away)}` : `${span(-away)} ago`
}

type Parts = { day: string; weekday: string; time: string; second: string }

// Making a formatter costs more than a hundred uses of it.
const formatters = new Map<string, Intl.DateTimeFormat>()

function partsOf(at: Millis, timeZone: string): Parts {
  const found: Record<string, string> = {}
  for (const { type, value } of formatterOf(timeZone).formatToParts(at)) found[type] = value
  return {
    day: `${found['year']}-${found['month']}-${found['day']}`,
    weekday: found['weekday'] ?? '',
    time: `${found['hour']}:${found['minute']}`,
    second: found['second'] ?? '00',
  }
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  const formatter = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  formatters.set(timeZone, formatter)
  return formatter
}
