import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readClaim, refusalOf, SKEW_MS, sign } from '../../../src/http/jenkins/verify.ts'
import { sign as signOutside } from '../../../src/web/sign.ts'

const SECRET = 'a long secret of the lab'
const NOW = Date.UTC(2026, 10, 20, 12)
const NONE = new URLSearchParams()
const text = fc.string({ unit: 'binary', maxLength: 40 })

function judge(headers: Record<string, string>, body: string, now = NOW, query = NONE): string {
  const read = readClaim(headers, query, now)
  return read.ok ? (refusalOf(read.claim, SECRET, Buffer.from(body)) ?? 'passed') : read.why
}

function signed(body: string, seconds = NOW / 1_000, secret = SECRET): Record<string, string> {
  const timestamp = String(seconds)
  return { 'x-boardroom-timestamp': timestamp, 'x-boardroom-signature': sign(secret, timestamp, body) }
}

test('M8.2 a signed body passes; with another body, secret or time it is forged', () => {
  fc.assert(
    fc.property(text, text, fc.integer({ min: -300, max: 300 }), (body, other, skew) => {
      const headers = signed(body, NOW / 1_000 + skew)
      expect(judge(headers, body)).toBe('passed')
      if (Buffer.from(other).equals(Buffer.from(body))) return
      expect(judge(headers, other)).toBe('forged')
      expect(judge(signed(body, NOW / 1_000, `${SECRET}${other}x`), body)).toBe('forged')
      const moved = { ...headers, 'x-boardroom-timestamp': String(NOW / 1_000 + skew + (skew > 0 ? -1 : 1)) }
      expect(judge(moved, body)).toBe('forged')
    }),
    { numRuns: 200 },
  )
})

test('M8.2 a signature is good for five minutes either way', () => {
  const headers = signed('{}')
  expect(judge(headers, '{}', NOW + SKEW_MS)).toBe('passed')
  expect(judge(headers, '{}', NOW + SKEW_MS + 1)).toBe('too old')
  expect(judge(headers, '{}', NOW - SKEW_MS)).toBe('passed')
  expect(judge(headers, '{}', NOW - SKEW_MS - 1)).toBe('from the future')
})

test('what is signed outside is what is checked here', () => {
  fc.assert(
    fc.property(text, text, (secret, body) => {
      expect(signOutside(secret, '12', Buffer.from(body))).toBe(sign(secret, '12', body))
    }),
    { numRuns: 100 },
  )
})

test.for([
  [{}, 'no secret'],
  [{ 'x-boardroom-secret': '' }, 'wrong secret'],
  [{ 'x-boardroom-secret': SECRET }, 'passed'],
  [{ 'x-boardroom-secret': `${SECRET} ` }, 'wrong secret'],
  [{ 'x-boardroom-secret': `${SECRET}, ${SECRET}` }, 'wrong secret'],
  [{ authorization: `Basic ${btoa(`jenkins:${SECRET}`)}` }, 'passed'],
  [{ authorization: `basic  ${btoa(`:${SECRET}`)} ` }, 'passed'],
  [{ authorization: `Basic ${btoa(`${SECRET}:`)}` }, 'wrong secret'],
  [{ authorization: `Basic ${btoa(SECRET)}` }, 'no secret'],
  [{ authorization: `Bearer ${SECRET}` }, 'no secret'],
  [{ 'x-boardroom-signature': 'sha256=00' }, 'no timestamp'],
  [{ 'x-boardroom-signature': 'sha256=00', 'x-boardroom-timestamp': String(NOW / 1_000) }, 'not a signature'],
  [{ 'x-boardroom-signature': '', 'x-boardroom-timestamp': String(NOW / 1_000) }, 'not a signature'],
  // A signature that does not hold is not made good by a secret beside it.
  [{ ...signed('{}', NOW / 1_000, 'another'), 'x-boardroom-secret': SECRET }, 'forged'],
] as const)('M8.2 of %j is said: %s', ([headers, said]) => {
  expect(judge(headers, '{}')).toBe(said)
})

test('M8.2 no other secret passes, in a header or in the address', () => {
  fc.assert(
    fc.property(text, given => {
      fc.pre(given !== SECRET)
      expect(judge({ 'x-boardroom-secret': given }, '{}')).toBe('wrong secret')
      expect(judge({}, '{}', NOW, new URLSearchParams({ secret: given }))).toBe('wrong secret')
    }),
    { numRuns: 200 },
  )
  const read = readClaim({}, new URLSearchParams({ secret: SECRET }), NOW)
  expect(read).toEqual({ ok: true, claim: { by: 'query', given: SECRET } })
})
