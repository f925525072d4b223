import type { Millis } from '../clock.ts'

/** Days are UTC and written `2026-11-20`: they sort as text, and name files. */
export function dayOf(at: Millis): string {
  return new Date(at).toISOString().slice(0, 10)
}

const DAY_MS = 86_400_000

export function dayAfter(day: string): string {
  return dayOf(Date.parse(day) + DAY_MS)
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text)
}
