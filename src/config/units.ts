import { formatDuration, parseDuration } from '../duration.ts'
import { formatSize, parseSize } from './size.ts'

/** The unit is in the name inside (`testTimeoutMs: 1800000`) and in the value in the file (`test_timeout: 30min`). */
export type Unit = {
  suffix: string
  parse(text: string): number | null
  format(value: number): string
  /** After "is ": what to write instead. */
  advice: string
}

const DAY_MS = 86_400_000

const UNITS: readonly Unit[] = [
  {
    suffix: 'Ms',
    parse: parseDuration,
    format: formatDuration,
    advice: 'no duration. Write a number with its unit, such as 30s, 5min, 2h or 7d',
  },
  {
    suffix: 'Days',
    parse: text => {
      const days = (parseDuration(text) ?? Number.NaN) / DAY_MS
      return Number.isInteger(days) ? days : null
    },
    format: days => formatDuration(days * DAY_MS),
    advice: 'no number of whole days. Write it with its unit, such as 7d',
  },
  {
    suffix: 'Bytes',
    parse: parseSize,
    format: formatSize,
    advice: 'no size. Write a number with its unit, such as 500MB, 100GB or 1GiB',
  },
]

export function unitOf(name: string): Unit | null {
  return UNITS.find(({ suffix }) => name.endsWith(suffix)) ?? null
}

/** `testTimeoutMs` → `test_timeout`, `serialNumber` → `serial_number`. */
export function writtenKey(name: string, unit: Unit | null): string {
  const bare = unit === null ? name : name.slice(0, -unit.suffix.length)
  return bare.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
