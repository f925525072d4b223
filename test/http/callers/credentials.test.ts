import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { credentialsIn } from '../../../src/http/callers/credentials.ts'

const token = fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,40}={0,2}$/)

describe('what a request says of who sends it', () => {
  it('takes a bearer token as it is, the scheme in any case (RFC 6750, RFC 9110)', () => {
    const scheme = fc.constantFrom('Bearer', 'bearer', 'BEARER')
    const spaces = fc.stringMatching(/^ {1,3}$/)
    fc.assert(
      fc.property(scheme, spaces, token, (word, gap, key) => {
        expect(credentialsIn([`${word}${gap}${key}`])).toEqual({ kind: 'bearer', key })
      }),
    )
  })

  it('takes the password of Basic, colons and all, whoever it says to be (RFC 7617)', () => {
    const user = fc.string({ unit: 'grapheme' }).filter(text => !text.includes(':'))
    const password = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(user, password, (who, key) => {
        const pair = Buffer.from(`${who}:${key}`).toString('base64')
        expect(credentialsIn([`Basic ${pair}`])).toEqual({ kind: 'basic', key })
      }),
    )
  })

  it.each([
    [[''], 'is empty'],
    [['   '], 'is empty'],
    [['Bearer'], 'is no word Bearer with a key behind it'],
    [['Bearer '], 'is no word Bearer with a key behind it'],
    [['Bearer  two words'], 'is no word Bearer with a key behind it'],
    [['Bearer a,b'], 'is no word Bearer with a key behind it'],
    [['Bearer\tkey'], 'is no word Bearer with a key behind it'],
    [['Bearer kéy'], 'is no word Bearer with a key behind it'],
    [['Bearer ='], 'is no word Bearer with a key behind it'],
    [['swordfish'], 'is no word Bearer with a key behind it'],
    [['Digest swordfish'], 'begins with neither Bearer nor Basic'],
    [['Basic swordfish'], 'has no password, which is where the key goes'],
    [[`Basic ${Buffer.from('me:').toString('base64')}`], 'has no password, which is where the key goes'],
    [['Bearer one', 'Bearer two'], 'is there more than once'],
  ])('refuses %j', (values, why) => {
    expect(credentialsIn(values)).toEqual({ kind: 'unreadable', why })
  })

  it('reads any header without throwing, and repeats nothing of one that it cannot read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const read = credentialsIn([`${text} swordfish swordfish`])
        if (read.kind === 'unreadable') expect(read.why).not.toContain('swordfish')
      }),
      { numRuns: 300 },
    )
    expect(credentialsIn(undefined)).toEqual({ kind: 'none' })
  })
})
