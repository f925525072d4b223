import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mayConnect } from '../../src/web/addresses.ts'

describe('machines that may be called', () => {
  test.each([
    '1.1.1.1',
    '93.184.216.34',
    '2606:4700::1111',
    '2a00:1450:4001::1',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
  ])('%s is public', address => {
    expect(mayConnect(address, [])).toBe(true)
  })

  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::1.1.1.1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a00:1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:a00:1::1',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '4000::1',
  ])('%s is not', address => {
    expect(mayConnect(address, [])).toBe(false)
  })

  test.each([
    '',
    'localhost',
    '1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '1.1.1',
    '1.1.1.1:80',
    '[::1]',
    '1.1.1.1 ',
  ])('%j is no address', text => {
    expect(mayConnect(text, ['0.0.0.0/0', '::/0'])).toBe(false)
  })

  test('a private one is called when its network is named, and no other is', () => {
    expect(mayConnect('10.1.2.3', ['10.1.2.0/24'])).toBe(true)
    expect(mayConnect('::ffff:10.1.2.3', ['10.1.2.0/24'])).toBe(true)
    expect(mayConnect('64:ff9b::a01:203', ['10.1.2.0/24'])).toBe(true)
    expect(mayConnect('10.1.3.3', ['10.1.2.0/24'])).toBe(false)
    expect(mayConnect('fd00::5', ['10.1.2.0/24', 'fd00::/8'])).toBe(true)
    expect(mayConnect('10.1.2.3', ['nonsense', '10.1.2.3', '10.1.2.0/99'])).toBe(false)
  })

  test('whichever way an IPv4 address is dressed up, it is judged as what it is', () => {
    fc.assert(
      fc.property(fc.ipV4(), address => {
        const bare = mayConnect(address, [])
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
        for (const dressed of [`::ffff:${address}`, `::ffff:${hex}`, `64:ff9b::${hex}`])
          expect([dressed, mayConnect(dressed, [])]).toEqual([dressed, bare])
        for (const other of [`2002:${hex}::1`, `::ffff:0:${hex}`])
          expect([other, mayConnect(other, [])]).toEqual([other, false])
      }),
      { numRuns: 300 },
    )
  })

  test('of IPv6 nothing outside 2000::/3 is public, and whatever is private stays so without its network', () => {
    fc.assert(
      fc.property(fc.ipV6(), address => {
        if (isIP(address) !== 6) return
        const first = Number.parseInt(address.split(':')[0] || '0', 16)
        if (!mayConnect(address, [])) return
        const isWrapped = /^(::ffff:|0*:0*:0*:0*:0*:ffff:|0{0,2}64:ff9b:)/i.test(address)
        expect(isWrapped || (first & 0xe000) === 0x2000).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })
})
