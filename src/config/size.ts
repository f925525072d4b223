/** Amounts of storage as people write them: `100GB` (powers of ten), `1GiB` (powers of two). */

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** Bytes, or null when it is not a size. A number without a unit is none. */
export function parseSize(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]{1,3})$/.exec(text.trim().toLowerCase())
  const unit = match?.[2] === undefined ? undefined : UNITS[match[2]]
  if (match === null || unit === undefined) return null
  const bytes = Math.round(Number(match[1]) * unit)
  return Number.isSafeInteger(bytes) ? bytes : null
}

const WRITTEN = [
  [2 ** 40, 'TiB'],
  [1e12, 'TB'],
  [2 ** 30, 'GiB'],
  [1e9, 'GB'],
  [2 ** 20, 'MiB'],
  [1e6, 'MB'],
  [2 ** 10, 'KiB'],
  [1e3, 'kB'],
] as const

/** The largest unit that says it exactly, so that `parseSize` reads back the same bytes. */
export function formatSize(bytes: number): string {
  const fit = WRITTEN.find(([unit]) => bytes >= unit && bytes % unit === 0)
  return fit === undefined ? `${bytes}B` : `${bytes / fit[0]}${fit[1]}`
}
