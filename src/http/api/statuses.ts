/** The status of each way to fail (RFC 9110, 15): one table, held against every code of the product by a test. */

import type { FailureClass } from '../../errors.ts'
import { CAUSES } from '../../errors.ts'

const OWN: Readonly<Record<string, number>> = {
  // What was asked for is not right.
  input: 422,
  archive: 422,
  config: 422,
  digest: 422,
  'too-large': 422,
  'unclosed-quote': 422,
  'unknown-command': 422,
  'which-file': 422,
  file: 422,
  address: 422,
  body: 400,
  'body-slow': 408,
  'body-too-large': 413,
  unsupported: 415,
  // Who asks may not, or it is not there.
  'not-allowed': 403,
  'not-found': 404,
  removed: 404,
  // It is not as the caller thinks.
  stale: 409,
  'needs-confirmation': 409,
  'board-busy': 409,
  'lease-over': 409,
  'lease-lost': 409,
  'no-consoles': 409,
  'not-typing': 409,
  'power-switched': 409,
  preempted: 409,
  cancelled: 409,
  // Not now.
  'queue-full': 503,
  'no-board-free': 503,
  'storage-full': 503,
  stopping: 503,
  restart: 503,
  busy: 503,
  // Somebody behind us did not answer, or not in time.
  late: 504,
  web: 502,
  'nobody-there': 502,
  'not-told': 502,
  'card-first': 502,
  'given-up': 502,
  // Ours.
  internal: 500,
  port: 500,
}

/** A data directory that is damaged is nothing to come back for; one that is full or slow is. */
const STORAGE: Readonly<Record<string, number>> = {
  apply: 500,
  changing: 503,
  closed: 503,
  damaged: 500,
  exists: 500,
  full: 503,
  held: 500,
  newer: 500,
  'not-a-folder': 500,
  'not-opened': 503,
  permission: 500,
  'read-only': 503,
  recorder: 503,
  unreadable: 500,
  unusable: 500,
  'write-failed': 503,
}

const STATUSES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(OWN),
  ...Object.entries(STORAGE).map(([code, status]) => [`storage-${code}`, status] as const),
  ...CAUSES.map(cause => [`hardware-${cause.replaceAll(' ', '-')}`, 502] as const),
])

/** Null for a code that the table does not have. */
export function knownStatus(code: string): number | null {
  return STATUSES.get(code) ?? null
}

/** What nobody put into the table is the caller's where it came of input, else ours. */
export function statusOf(code: string, failure: FailureClass): number {
  return knownStatus(code) ?? (failure === 'input' ? 422 : 500)
}

const RETRY_S: Readonly<Record<string, number>> = {
  'queue-full': 60,
  'no-board-free': 60,
  stopping: 30,
  busy: 5,
}
const LONGEST_S = 3_600

/** Seconds for `Retry-After` (RFC 9110, 10.2.3), between one second and an hour. */
export function retryAfter(code: string, ms: number | undefined): number {
  const seconds = ms === undefined ? (RETRY_S[code] ?? 30) : Math.ceil(ms / 1_000)
  return Math.min(LONGEST_S, Math.max(1, seconds))
}
