import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distance, nearest } from '../../src/config/nearest.ts'

describe('nearest word', () => {
  it.each([
    ['telent_port', 'telnet_port'],
    ['telnetPort', 'telnet_port'],
    ['Telnet-Port', 'telnet_port'],
    ['pdu_hots', 'pdu_host'],
    ['di', 'id'],
  ])('%s was meant to be %s', (typed, meant) => {
    expect(nearest(typed, ['id', 'pdu_host', 'pdu_outlet', 'telnet_port'])).toBe(meant)
  })

  it('says nothing rather than something far away', () => {
    expect(nearest('colour', ['id', 'pdu_host', 'telnet_port'])).toBeNull()
  })

  it('takes the first of equally near ones', () => {
    expect(nearest('hort', ['port', 'host'])).toBe('port')
    expect(nearest('hort', ['host', 'port'])).toBe('host')
  })

  it('measures a distance: none to itself, the same both ways, never more than the longer word', () => {
    const words = fc.stringMatching(/^[a-c_]{0,8}$/)
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(distance(a, a)).toBe(0)
        expect(distance(a, b)).toBe(distance(b, a))
        expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
        expect(distance(a, b) === 0).toBe(a === b)
      }),
      { numRuns: 300 },
    )
  })
})
