import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

describe('roles in Slack (S3)', { timeout: 30_000 }, () => {
  it('a refusal is for the asker alone, and says which role it needs and who has it, as people', async () => {
    const { slack, world } = office
    const [mei, kai, stranger, lab] = [
      slack.person('mei'),
      slack.person('kai'),
      slack.person('stranger'),
      slack.channel('lab'),
    ]
    await stranger.slash('/power', 'cycle soc-b-001', lab)
    await stranger.waitsFor(
      lab,
      /\(only you\) boardroom: power cycle soc-b-001 needs the role operator\.\n {2}Operators: @ops, @ada\.$/,
    )
    await kai.slash('/lease', 'soc-b-001 30m', lab)
    await lab.waitsFor(/L1 · soc-b-001 · leased/)
    await mei.slash('/power', 'cycle soc-b-001', lab)
    await mei.waitsFor(lab, /Operators: @ops, @ada\. @kai holds this board until \d\d:\d\d and can do it\.$/)
    await mei.slash('/lab', 'settings reload', lab)
    await mei.waitsFor(lab, /settings reload needs the role admin\.\n {2}Admins: @ada\.$/)
    expect(lab.messages()).toHaveLength(1)
    expect(world.board('soc-b-001').record.filter(({ kind }) => kind === 'power')).toHaveLength(1)
    for (const name of ['ops', 'ada', 'kai']) expect(slack.person(name).notices).toEqual([])
  })

  it('to power-cycle a board that somebody else holds is asked first; the holder is told, and keeps it', async () => {
    const { slack, world } = office
    const [ops, kai, lab] = [slack.person('ops'), slack.person('kai'), slack.channel('lab')]
    await ops.slash('/power', 'cycle soc-b-001 --reason "no answer"', lab)
    await ops.waitsFor(
      lab,
      /\(only you\) boardroom: power cycle soc-b-001\?\n {2}@kai holds soc-b-001 until \d\d:\d\d and will be told\.\n {2}\[power cycle\]$/,
    )
    expect(world.board('soc-b-001').record.filter(({ kind }) => kind === 'power')).toHaveLength(1)
    await ops.click('power cycle')

    const card = await lab.waitsFor(/power cycle soc-b-001 · back/)
    expect(card.text).toContain('\n@ops\n')
    expect(card.labels).toEqual(['Show board'])
    const told = await kai.direct.waitsFor(/power cycle/)
    expect(told.text).toMatch(
      /^@kai soc-b-001: power cycle by @ops \(no answer\)(, begun at \d\d:\d\d\.|: .*back at its prompt after \d+ s)$/,
    )
    expect(kai.direct.messages()).toHaveLength(1)
    expect(world.lab.board('soc-b-001')?.heldBy).toBe('@kai')
    await until(() => !ops.sees(lab).includes('[power cycle]'), 'the question is gone')
  })

  it('who holds a board switches it without being asked', async () => {
    const { slack } = office
    const [kai, lab] = [slack.person('kai'), slack.channel('lab')]
    await kai.slash('/power', 'cycle soc-b-001', lab)
    const card = await lab.waitsFor(/power cycle soc-b-001 · back\n@kai/)
    expect(kai.sees(lab)).not.toContain('(only you)')
    expect(kai.direct.messages()).toHaveLength(1)
    expect(card.thread).toBeNull()
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
