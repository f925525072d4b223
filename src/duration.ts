/** Spans of time as people write them: `30s`, `5min`, `1h30min`, `7d`. Pure; used by configuration and commands. */

const UNITS = [
  { ms: 86_400_000, short: 'd', words: ['d', 'day', 'days'] },
  { ms: 3_600_000, short: 'h', words: ['h', 'hour', 'hours'] },
  { ms: 60_000, short: 'min', words: ['m', 'min', 'minute', 'minutes'] },
  { ms: 1000, short: 's', words: ['s', 'sec', 'second', 'seconds'] },
  { ms: 1, short: 'ms', words: ['ms'] },
] as const

const PART = /\s*(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]+)/y

/**
 * Milliseconds, or null when it is not a duration. A number without a unit is none: 30 could be seconds or minutes.
 * Parts go from the largest unit to the smallest, each once.
 */
export function parseDuration(text: string): number | null {
  const words = text.trim().toLowerCase()
  const part = new RegExp(PART)
  let total = 0
  let next = 0
  while (part.lastIndex < words.length) {
    const match = part.exec(words)
    const unit = UNITS.findIndex(({ words: names }) => names.some(name => name === match?.[2]))
    if (match === null || unit < next) return null
    total += Number(match[1]) * (UNITS[unit]?.ms ?? 0)
    next = unit + 1
  }
  const ms = Math.round(total)
  return next > 0 && Number.isSafeInteger(ms) ? ms : null
}

/** `5400000` → `1h30min`. What it writes, `parseDuration` reads back to the same whole milliseconds. */
export function formatDuration(ms: number): string {
  let left = Math.max(0, Math.round(ms))
  let text = ''
  for (const unit of UNITS) {
    const count = Math.floor(left / unit.ms)
    if (count > 0) text += `${count}${unit.short}`
    left -= count * unit.ms
  }
  return text === '' ? '0s' : text
}
