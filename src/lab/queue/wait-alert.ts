import type { Millis } from '../../clock.ts'

/** The average wait of those waiting now (design 4). */
export function averageWait(arrivals: readonly Millis[], now: Millis): Millis {
  if (arrivals.length === 0) return 0
  return arrivals.reduce((sum, at) => sum + Math.max(0, now - at), 0) / arrivals.length
}

/** Recovered means clearly below the limit, so that an average that hovers at it does not alert again and again. */
const RECOVERED_SHARE = 0.8

/** Raised once over the limit, and again only after it recovered (M4.5). */
export function waitAlert(
  raised: boolean,
  averageMs: Millis,
  limitMs: Millis,
): 'raise' | 'resolve' | 'leave' {
  if (!raised) return averageMs > limitMs ? 'raise' : 'leave'
  return averageMs < limitMs * RECOVERED_SHARE ? 'resolve' : 'leave'
}
