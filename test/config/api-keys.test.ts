import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/config/index.ts'
import { problemsOf } from './variables.ts'

const ONE = 'c0ffee-c0ffee-c0ffee'
const TWO = 'decade-decade-decade'
const SUM = createHash('sha256').update(ONE).digest('hex')
const MAKE = 'Make one with: openssl rand -hex 24'

function wrong(keys: string): readonly string[] {
  return problemsOf({ API_KEYS: keys })
}

describe('API_KEYS (design 10)', () => {
  it('is names with roles and keys, or the sums of keys', () => {
    const text = ` ci:user:${ONE} ,ops.2:admin:SHA256:${'AB'.repeat(32)}, night-1:operator:${TWO}/+_~==,`
    expect(readEnvironment({ API_KEYS: text }).apiKeys).toEqual([
      { name: 'ci', role: 'user', key: { kind: 'plain', value: ONE } },
      { name: 'ops.2', role: 'admin', key: { kind: 'sha256', hex: 'ab'.repeat(32) } },
      { name: 'night-1', role: 'operator', key: { kind: 'plain', value: `${TWO}/+_~==` } },
    ])
  })

  it('is nothing where nothing is set, and wrong where only commas are: this machine would need no key then', () => {
    expect(readEnvironment({ API_KEYS: ' ' }).apiKeys).toEqual([])
    expect(wrong(' , ')).toEqual(['API_KEYS: has no entry. Write name:role:key, or leave it empty.'])
  })

  it.each([
    [ONE, 'is not written name:role:key, such as ci:user:KEY.'],
    [`ci:${ONE}`, 'is not written name:role:key, such as ci:user:KEY.'],
    ['ci:user:', 'is not written name:role:key, such as ci:user:KEY.'],
    [`CI:user:${ONE}`, 'has no proper name: small letters, digits and . _ - after a first letter or digit.'],
    [`:user:${ONE}`, 'has no proper name: small letters, digits and . _ - after a first letter or digit.'],
    [`-ci:user:${ONE}`, 'has no proper name: small letters, digits and . _ - after a first letter or digit.'],
    [`local:user:${ONE}`, 'is named local, which stands for callers without a key. Take another name.'],
    [`jenkins:user:${ONE}`, 'is named jenkins, which stands for callers without a key. Take another name.'],
    [`ci:oprator:${ONE}`, 'has none of the roles user, operator, admin. Did you mean operator?'],
    [`ci:Admin:${ONE}`, 'has none of the roles user, operator, admin. Did you mean admin?'],
    [`ci:${ONE}:user`, 'has none of the roles user, operator, admin.'],
    ['ci:user:123456789012345', `has a key of fewer than 16 characters, which can be guessed. ${MAKE}`],
    [`ci:user:${ONE} ${TWO}`, `has a key that cannot be sent: letters, digits and . _ ~ + / - only. ${MAKE}`],
    [`ci:user:${ONE}:x`, `has a key that cannot be sent: letters, digits and . _ ~ + / - only. ${MAKE}`],
    [
      'ci:user:sha256:',
      'has no proper sum after sha256: 64 hexadecimal digits, from: printf %s KEY | sha256sum',
    ],
    [
      `ci:user:sha256:${SUM}0`,
      'has no proper sum after sha256: 64 hexadecimal digits, from: printf %s KEY | sha256sum',
    ],
  ])('refuses %s', (entry, fault) => {
    expect(wrong(`first:user:${TWO},${entry}`)).toEqual([`API_KEYS: entry 2 ${fault}`])
  })

  it('refuses a name twice, and a key twice however it is written', () => {
    expect(wrong(`ci:user:${ONE},ops:admin:${TWO},ci:admin:${TWO}x`)).toEqual([
      'API_KEYS: entries 1 and 3 have the same name. What one may and did would be told of the other.',
    ])
    expect(wrong(`ci:user:${ONE},ops:admin:sha256:${SUM}`)).toEqual([
      'API_KEYS: entries 1 and 2 have the same key. Give each a key of its own.',
    ])
  })

  it('S4 shows nothing of an entry that is wrong, wherever its key stands', () => {
    const secret = 'swordfish-swordfish'
    const part = fc.constantFrom(
      secret,
      'ci',
      'user',
      'admn',
      'sha256',
      '',
      `${secret} `,
      `${secret}!`,
      'local',
    )
    const entry = fc.array(part, { minLength: 1, maxLength: 5 }).map(parts => parts.join(':'))
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), entries => {
        expect(wrong(entries.join(',')).join('\n')).not.toContain('swordfish')
      }),
      { numRuns: 500 },
    )
  })

  it('reads back every list of keys that is right, in its order', () => {
    const name = fc
      .stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/)
      .filter(one => !['local', 'jenkins'].includes(one))
    const entry = fc.record({
      name,
      role: fc.constantFrom('user', 'operator', 'admin'),
      value: fc.stringMatching(/^[A-Za-z0-9._~+/-]{16,60}={0,2}$/),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { minLength: 1, selector: one => one.name }).filter(isOfOwnKeys),
        keys => {
          const text = keys.map(one => `${one.name}:${one.role}:${one.value}`).join(',')
          const { apiKeys, secrets } = readEnvironment({ API_KEYS: text })
          expect(apiKeys).toEqual(
            keys.map(({ name: who, role, value }) => ({ name: who, role, key: { kind: 'plain', value } })),
          )
          expect(secrets).toEqual(expect.arrayContaining(keys.map(({ value }) => value)))
        },
      ),
      { numRuns: 200 },
    )
  })
})

function isOfOwnKeys(keys: readonly { value: string }[]): boolean {
  return new Set(keys.map(({ value }) => value)).size === keys.length
}
