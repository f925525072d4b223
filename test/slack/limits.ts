import type { Clock, Millis } from '../../src/clock.ts'

/** Calls a minute of one method (docs.slack.dev, apis/web-api/rate-limits). */
export type Tier = 'tier2' | 'tier3' | 'tier4' | 'special' | 'connect' | 'post'

const MINUTE: Millis = 60_000
const PER_MINUTE: Readonly<Record<Exclude<Tier, 'post'>, number>> = {
  tier2: 20,
  tier3: 50,
  tier4: 100,
  special: 600,
  // Tier 1 says one; an app may have ten connections, so that ten are opened at once must be borne.
  connect: 10,
}
/** chat.postMessage: one a second and channel; "short bursts" are borne, of how many is not said. */
const POST_BURST = 10

export type Limits = {
  /** Null: go on. Else by how many seconds it is too early. */
  take(method: string, tier: Tier, channel: string): number | null
}

export function createLimits(clock: Clock): Limits {
  const windows = new Map<string, Millis[]>()
  const buckets = new Map<string, { left: number; at: Millis }>()
  return {
    take: (method, tier, channel) =>
      tier === 'post'
        ? takeFromBucket(buckets, channel, clock.mono())
        : takeFromWindow(windows, method, PER_MINUTE[tier], clock.mono()),
  }
}

function takeFromWindow(
  windows: Map<string, Millis[]>,
  method: string,
  most: number,
  now: Millis,
): number | null {
  const recent = (windows.get(method) ?? []).filter(at => now - at < MINUTE)
  windows.set(method, recent)
  const oldest = recent[recent.length - most]
  if (oldest !== undefined) return Math.max(1, Math.ceil((oldest + MINUTE - now) / 1000))
  recent.push(now)
  return null
}

function takeFromBucket(
  buckets: Map<string, { left: number; at: Millis }>,
  channel: string,
  now: Millis,
): number | null {
  const before = buckets.get(channel) ?? { left: POST_BURST, at: now }
  const left = Math.min(POST_BURST, before.left + (now - before.at) / 1000)
  buckets.set(channel, { left: left >= 1 ? left - 1 : left, at: now })
  return left >= 1 ? null : Math.max(1, Math.ceil(1 - left))
}
