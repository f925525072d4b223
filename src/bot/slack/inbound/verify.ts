import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Millis } from '../../../clock.ts'

/**
 * Slack's signature: HMAC-SHA256 of `v0:<timestamp>:<body>` in hexadecimal, over the very bytes that came
 * (docs.slack.dev, authentication/verifying-requests-from-slack). Bolt's own check takes any time of the future and
 * the same request again (chat-platforms.md 1.3).
 */
export type Verdict = { ok: true; signature: string; skewMs: Millis } | { ok: false; why: Refusal }

export type Refusal =
  | 'no timestamp'
  | 'no signature'
  | 'too old'
  | 'from the future'
  | 'not a signature'
  | 'forged'
  | 'replayed'

/** In both directions. */
export const SKEW_MS: Millis = 5 * 60_000

const SIGNATURE = /^v0=[0-9a-f]{64}$/

export type Claimed = { signature: string; timestamp: string; skewMs: Millis }

/** What the headers alone tell: enough to refuse most of what is not Slack's before a byte of its body is read. */
export function readClaim(
  headers: IncomingHttpHeaders,
  now: Millis,
): { ok: true; claim: Claimed } | { ok: false; why: Refusal } {
  const timestamp = headers['x-slack-request-timestamp']
  const signature = headers['x-slack-signature']
  if (typeof timestamp !== 'string' || !/^[0-9]{1,12}$/.test(timestamp))
    return { ok: false, why: 'no timestamp' }
  if (typeof signature !== 'string') return { ok: false, why: 'no signature' }
  const skewMs = now - Number(timestamp) * 1_000
  if (skewMs > SKEW_MS) return { ok: false, why: 'too old' }
  if (skewMs < -SKEW_MS) return { ok: false, why: 'from the future' }
  if (!SIGNATURE.test(signature)) return { ok: false, why: 'not a signature' }
  return { ok: true, claim: { signature, timestamp, skewMs } }
}

export function verify(headers: IncomingHttpHeaders, body: Buffer, secret: string, now: Millis): Verdict {
  const read = readClaim(headers, now)
  if (!read.ok) return read
  const { signature, timestamp, skewMs } = read.claim
  const expected = sign(body, secret, timestamp)
  // Both are of one length here: the pattern saw to it.
  const isSame = timingSafeEqual(Buffer.from(signature), Buffer.from(expected))
  return isSame ? { ok: true, signature, skewMs } : { ok: false, why: 'forged' }
}

export function sign(body: Buffer | string, secret: string, timestamp: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
}
