import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/config/nearest.ts'

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
})
