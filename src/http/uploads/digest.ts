/** Sums that come with a body: Content-Digest and Repr-Digest (RFC 9530), of which SHA-256 is looked at. */

import type { IncomingHttpHeaders } from 'node:http'
import { InputError } from '../../errors.ts'
import { malformed } from './errors.ts'

/** A member of a dictionary of structured fields (RFC 8941, 3.2): base64 between colons. */
const MEMBER = /(?:^|,)[ \t]*sha-256=([^,;]*)/

/**
 * What the body's SHA-256 must be; null when nobody says. The body is all of the representation, so both headers mean
 * the same. Other sums are passed over, as the RFC allows. Throws when it is none, or both say something else.
 */
export function digestOf(headers: IncomingHttpHeaders): Buffer | null {
  const sums = [headers['content-digest'], headers['repr-digest']].flatMap(header => {
    const member = MEMBER.exec([header ?? ''].flat().join(','))?.[1]?.trim()
    return member === undefined ? [] : [sumOf(member)]
  })
  const [first, second] = sums
  if (first !== undefined && second !== undefined && !first.equals(second))
    throw malformed('Content-Digest and Repr-Digest are not the same.', 'Send one of them.')
  return first ?? null
}

function sumOf(member: string): Buffer {
  const text = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(member)?.[1]
  const sum = Buffer.from(text ?? '', 'base64')
  if (sum.length === 32) return sum
  throw malformed(
    'The digest is no SHA-256.',
    'It is written sha-256=:BASE64: with the 32 bytes of the sum in base64.',
  )
}

/** Throws InputError when it came out otherwise. */
export function checkDigest(wanted: Buffer, found: Buffer): void {
  if (wanted.equals(found)) return
  throw new InputError('The body did not arrive as it was sent: its SHA-256 is another.', {
    code: 'digest',
    hint: 'Send it again.',
    details: { wanted: wanted.toString('hex'), found: found.toString('hex') },
  })
}
