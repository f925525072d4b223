import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNetworks, LOOPBACK, laneOfAddress, plainAddress } from '../../../src/http/callers/addresses.ts'

const octet = fc.integer({ min: 0, max: 255 })
const octets = fc.tuple(octet, octet, octet, octet)
const v4 = octets.map(parts => parts.join('.'))
const half = fc.integer({ min: 0, max: 0xffff })

function bits(address: string): string {
  return address
    .split('.')
    .map(part => Number(part).toString(2).padStart(8, '0'))
    .join('')
}

describe('addresses', () => {
  it('are in a network when they begin with as many of its bits, in IPv4 and in IPv6 that stands for it', () => {
    fc.assert(
      fc.property(v4, v4, fc.integer({ min: 0, max: 32 }), fc.boolean(), (network, any, length, isNear) => {
        const address = isNear ? network.replace(/\d+$/, '9') : any
        const networks = createNetworks([`${network}/${length}`])
        const expected = bits(address).slice(0, length) === bits(network).slice(0, length)
        expect(networks.has(address)).toBe(expected)
        expect(networks.has(`::ffff:${address}`)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('are of this machine in 127.0.0.0/8 and ::1, and nothing that only looks so', () => {
    const own = createNetworks(LOOPBACK)
    for (const yes of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])
      expect(own.has(yes), yes).toBe(true)
    for (const no of [
      '128.0.0.1',
      '0.0.0.0',
      '::',
      '::127.0.0.1',
      '::2',
      'fe80::1%lo',
      '',
      'localhost',
      '127.1',
    ])
      expect(own.has(no), no).toBe(false)
  })

  it('are nobody in no networks', () => {
    fc.assert(fc.property(v4, address => void expect(createNetworks([]).has(address)).toBe(false)))
  })

  it('are in a network that was written as IPv4 in IPv6', () => {
    expect(createNetworks(['::ffff:10.0.0.0/104']).has('10.1.2.3')).toBe(true)
    expect(createNetworks(['::ffff:10.0.0.0/104']).has('11.1.2.3')).toBe(false)
  })

  it('of IPv6 share a lane with those of the same first half, of IPv4 with themselves', () => {
    const parts = fc.tuple(half, half, half, half, half, half, half, half)
    const text = (words: readonly number[]): string => words.map(word => word.toString(16)).join(':')
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const sameHalf = [...a.slice(0, 4), ...b.slice(4)]
        expect(laneOfAddress(text(a))).toBe(laneOfAddress(text(sameHalf)))
        expect(laneOfAddress(text(a)) === laneOfAddress(text(b))).toBe(
          text(a.slice(0, 4)) === text(b.slice(0, 4)),
        )
      }),
    )
    fc.assert(
      fc.property(v4, address => {
        expect(laneOfAddress(`::ffff:${address}`)).toBe(address)
        expect(laneOfAddress(address)).toBe(address)
        expect(plainAddress(`::FFFF:${address}`)).toBe(address)
      }),
    )
    expect(laneOfAddress(undefined)).toBe('')
    expect(laneOfAddress('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  })
})
