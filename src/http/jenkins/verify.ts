import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Millis } from '../../clock.ts'

/**
 * How Jenkins shows that it is ours (M8.2): the shared secret in a header, or better a signature, HMAC-SHA256 of
 * `<timestamp>.<body>` in hexadecimal, which cannot be used again for something else.
 */
export type Claim =
  | { by: 'secret'; given: string }
  /** In the address, for the Notification plugin, which sets no headers; addresses end up in logs of proxies. */
  | { by: 'query'; given: string }
  | { by: 'signature'; signature: string; timestamp: string }

export type Refusal =
  | 'no secret'
  | 'wrong secret'
  | 'no timestamp'
  | 'too old'
  | 'from the future'
  | 'not a signature'
  | 'forged'
  | 'a secret in the address'

/** In both directions. */
export const SKEW_MS: Millis = 5 * 60_000

const SIGNATURE = /^sha256=[0-9a-f]{64}$/

/** What the head alone tells. A signature beside a secret is what counts: it is the stronger of the two. */
export function readClaim(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
  now: Millis,
): { ok: true; claim: Claim } | { ok: false; why: Refusal } {
  const signature = headers['x-boardroom-signature']
  if (typeof signature === 'string') return readSignature(signature, headers['x-boardroom-timestamp'], now)
  const secret = headers['x-boardroom-secret'] ?? passwordOf(headers.authorization)
  if (typeof secret === 'string') return { ok: true, claim: { by: 'secret', given: secret } }
  const given = query.get('secret')
  return given === null ? { ok: false, why: 'no secret' } : { ok: true, claim: { by: 'query', given } }
}

function readSignature(signature: string, timestamp: string | string[] | undefined, now: Millis) {
  if (typeof timestamp !== 'string' || !/^[0-9]{1,12}$/.test(timestamp))
    return { ok: false, why: 'no timestamp' } as const
  const skewMs = now - Number(timestamp) * 1_000
  if (skewMs > SKEW_MS) return { ok: false, why: 'too old' } as const
  if (skewMs < -SKEW_MS) return { ok: false, why: 'from the future' } as const
  if (!SIGNATURE.test(signature)) return { ok: false, why: 'not a signature' } as const
  return { ok: true, claim: { by: 'signature', signature, timestamp } } as const
}

/** Of `http://jenkins:SECRET@lab/…`, which the plugin sends as HTTP Basic (Protocol.java, getUserInfo). */
function passwordOf(authorization: string | undefined): string | undefined {
  const coded = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '')?.[1]
  if (coded === undefined) return undefined
  const text = Buffer.from(coded, 'base64').toString('utf8')
  const cut = text.indexOf(':')
  return cut === -1 ? undefined : text.slice(cut + 1)
}

/** Null when the claim holds. A secret can be checked before there is a body. */
export function refusalOf(claim: Claim, secret: string, body: Buffer): Refusal | null {
  if (claim.by !== 'signature') return isSame(claim.given, secret) ? null : 'wrong secret'
  return isSame(claim.signature, sign(secret, claim.timestamp, body)) ? null : 'forged'
}

export function sign(secret: string, timestamp: string, body: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`
}

/** In constant time: sums of both are of one length, whatever was given. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(sum(given), sum(expected))
}

function sum(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
