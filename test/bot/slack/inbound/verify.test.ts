import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createReplays } from '../../../../src/bot/slack/inbound/replays.ts'
import { SKEW_MS, sign, verify } from '../../../../src/bot/slack/inbound/verify.ts'
import { createFakeClock } from '../../../fake-clock.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const SECRET = 'a secret of the app'

const headers = (timestamp: string, signature: string) => ({
  'x-slack-request-timestamp': timestamp,
  'x-slack-signature': signature,
})
const signed = (body: Buffer, at: number) => {
  const timestamp = String(Math.floor(at / 1_000))
  return headers(timestamp, sign(body, SECRET, timestamp))
}

test("Slack's own example passes (docs.slack.dev, verifying-requests-from-slack)", () => {
  const body = [
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V',
    '&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=',
    '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN',
    '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  ].join('')
  const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
  const secret = '8f742231b10e8888abcd99yyyzzz85a5'
  const told = headers('1531420618', signature)
  expect(verify(told, Buffer.from(body), secret, 1_531_420_618_000)).toMatchObject({ ok: true, signature })
})

test('S4 any bytes that Slack signed pass within five minutes either way, and at no other time', () => {
  const bodies = fc.uint8Array({ maxLength: 64 }).map(bytes => Buffer.from(bytes))
  fc.assert(
    fc.property(bodies, fc.integer({ min: -3 * SKEW_MS, max: 3 * SKEW_MS }), (body, skewMs) => {
      const sentAt = NOW - skewMs
      const verdict = verify(signed(body, sentAt), body, SECRET, NOW)
      // Slack's times are whole seconds.
      const seenMs = NOW - Math.floor(sentAt / 1_000) * 1_000
      expect(verdict.ok).toBe(Math.abs(seenMs) <= SKEW_MS)
      if (!verdict.ok) expect(verdict.why).toBe(seenMs > 0 ? 'too old' : 'from the future')
    }),
    { numRuns: 200 },
  )
})

test('S4 one changed byte anywhere, in the body, its time, its signature or the secret, is a forgery', () => {
  const bodies = fc.uint8Array({ minLength: 1, maxLength: 64 }).map(bytes => Buffer.from(bytes))
  const part = fc.constantFrom('body', 'time', 'signature', 'secret')
  fc.assert(
    fc.property(bodies, part, fc.nat(63), fc.integer({ min: 1, max: 255 }), (body, changed, where, by) => {
      const told = signed(body, NOW)
      const other = Buffer.from(body)
      let secret = SECRET
      if (changed === 'body') other[where % other.length] = (other[where % other.length] ?? 0) ^ by
      else if (changed === 'time')
        told['x-slack-request-timestamp'] = String(Number(told['x-slack-request-timestamp']) - by)
      else if (changed === 'secret') secret += String(by)
      else {
        const at = 3 + where
        const digit = (
          (Number.parseInt(told['x-slack-signature'].charAt(at), 16) + 1 + (by % 15)) %
          16
        ).toString(16)
        const text = told['x-slack-signature']
        told['x-slack-signature'] = text.slice(0, at) + digit + text.slice(at + 1)
      }
      expect(verify(told, other, secret, NOW)).toEqual({ ok: false, why: 'forged' })
    }),
    { numRuns: 300 },
  )
})

test('S4 whatever the headers hold is answered, never thrown', () => {
  const value = fc.oneof(
    fc.constant(undefined),
    fc.string(),
    fc.constantFrom('v0=', 'v1=00', 'v0=zz', '-1', '1e9', 'NaN', '99999999999999999999'),
    fc.integer({ min: 0, max: 70 }).map(length => `v0=${'0'.repeat(length)}`),
    fc.integer({ min: NOW / 1_000 - 10, max: NOW / 1_000 + 10 }).map(String),
  )
  fc.assert(
    fc.property(value, value, (timestamp, signature) => {
      const told = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }
      expect(verify(told, Buffer.from('x'), SECRET, NOW).ok).toBe(false)
    }),
    { numRuns: 300 },
  )
})

test.each([
  [undefined, 'v0=00', 'no timestamp'],
  ['soon', 'v0=00', 'no timestamp'],
  [String(NOW / 1_000), undefined, 'no signature'],
  [String(NOW / 1_000), `v0=${'0'.repeat(63)}`, 'not a signature'],
  [String(NOW / 1_000), `v0=${'0'.repeat(65)}`, 'not a signature'],
  [String(NOW / 1_000), `v1=${'0'.repeat(64)}`, 'not a signature'],
  [String(NOW / 1_000), `v0=${'0'.repeat(64)}`, 'forged'],
])('S4 %s and %s: %s', (timestamp, signature, why) => {
  const told = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }
  expect(verify(told, Buffer.from('x'), SECRET, NOW)).toEqual({ ok: false, why })
})

test('S4 a signature is good once for as long as its time can be good, and is forgotten after that', async () => {
  const clock = createFakeClock()
  const replays = createReplays(clock)
  expect(replays.use('a')).toBe(true)
  await clock.pass(2 * SKEW_MS)
  expect(replays.use('a')).toBe(false)
  expect(replays.use('b')).toBe(true)
  await clock.pass(1)
  expect(replays.use('a')).toBe(true)
  replays.giveBack('b')
  expect(replays.use('b')).toBe(true)
})
