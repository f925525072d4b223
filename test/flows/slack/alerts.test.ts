import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { PDU_A } from '../inventory.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice({ settings: { power_confirm: '1s' } })
})
afterAll(() => office.close())

describe('an alert', { timeout: 30_000 }, () => {
  it('is told in the home channel, once, wherever it came from: what is wrong, since when, and what to do', async () => {
    const { slack, world } = office
    const [ops, lab, elsewhere] = [slack.person('ops'), slack.channel('lab'), slack.channel('elsewhere')]
    world.pdu(PDU_A).faults.set({ lies: true })
    await ops.slash('/power', 'cycle soc-a-001', elsewhere)
    const card = await elsewhere.waitsFor(/power cycle soc-a-001 · unconfirmed\n@ops/)
    expect(card.text).toContain('outlet 1 was asked to switch off, and after 1 s it reads on.')
    const alert = await lab.waitsFor(/alert: Manual intervention at soc-a-001/)
    expect(alert.text).toMatch(
      /^A1 alert: .* switch soc-a-001 by hand; then: power status soc-a-001 \(since \d\d:\d\d\)\n\[Acknowledge\]$/,
    )
    expect(lab.messages()).toHaveLength(1)
  })

  it('is acknowledged by its button, by an operator: it turns into who looks after it, and nothing more is said', async () => {
    const { slack } = office
    const [mei, ops, ada, lab] = [
      slack.person('mei'),
      slack.person('ops'),
      slack.person('ada'),
      slack.channel('lab'),
    ]
    const alert = lab.message(/alert: /)
    await mei.click('Acknowledge', { in: alert })
    await mei.waitsFor(
      lab,
      /\(only you\) boardroom: alerts ack A1 needs the role operator\.\n {2}Operators: @ops, @ada\.$/,
    )
    await Promise.all([ops, ada].map(each => each.click('Acknowledge', { in: alert })))
    await until(() => /\nacknowledged by @(ops|ada), \d\d:\d\d$/.test(alert.text), 'it says who')
    expect(alert.labels).toEqual([])
    expect(lab.messages()).toHaveLength(1)
  })

  it('is over when its cause is, for everybody who looks', async () => {
    const { slack, world } = office
    const [ops, mei] = [slack.person('ops'), slack.person('mei')]
    mei.openHome()
    await mei.waitsFor('home', /\nAlerts\nalert A1: Manual intervention[\s\S]*acknowledged by @/)
    world.pdu(PDU_A).faults.set({ lies: false })
    await ops.slash('/power', 'cycle soc-a-001', slack.channel('elsewhere'))
    await slack.channel('elsewhere').waitsFor(/power cycle soc-a-001 · back/)
    mei.openHome()
    await until(() => !mei.sees().includes('Alerts'), 'none is shown')
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
