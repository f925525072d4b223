import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice({ settings: { lease_warn: ['57s'] } })
})
afterAll(() => office.close())

describe('a lease in Slack', { timeout: 30_000 }, () => {
  it('is shown to all where it was asked for; the word for the console goes to its holder alone', async () => {
    const { slack } = office
    const [kai, lab] = [slack.person('kai'), slack.channel('lab')]
    await kai.slash('/lease', 'soc-b-001 30m', lab)
    const card = await lab.waitsFor(/L1 · soc-b-001 · leased until \d\d:\d\d \(30 min\)/)
    expect(card.text).toMatch(
      /\n@kai\nconsole {2}telnet 127\.0\.0\.1 \d+ \(recorded\)\npower {2}power cycle soc-b-001\n/,
    )
    expect(card.labels).toEqual(['Extend 30 min', 'Release', 'Console', 'Watch console'])

    await kai.click('Console', { in: card })
    const word = await kai.direct.waitsFor(
      /word {2}[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4} \(good once, within 60 s\)/,
    )
    expect(word.text).toMatch(
      /^soc-b-001 · console, to type, under L1\n@kai\nconnect {2}telnet 127\.0\.0\.1 \d+\n/,
    )
    await kai.waitsFor(
      lab,
      /\(only you\) boardroom: Sent to you as a direct message: it is for your eyes alone\.$/,
    )
    const [, secret = ''] = /word {2}(\S+)/.exec(word.text) ?? []
    expect(kai.sees(lab)).not.toContain(secret)
  })

  it('who waits for it sees who holds it until when; extending it says so and asks', async () => {
    const { slack } = office
    const [mei, kai, lab] = [slack.person('mei'), slack.person('kai'), slack.channel('lab')]
    await mei.slash('/lease', 'soc-b-001', lab)
    const waiting = await lab.waitsFor(/L2 · soc-b-001 · waiting/)
    expect(waiting.text.split('\n').slice(1)).toEqual([
      '@mei',
      expect.stringMatching(/^Position 1 of 1 · starts in about 30 min \(/),
      expect.stringMatching(/^Why: soc-b-001 is held by @kai until \d\d:\d\d\.$/),
      'You are told when the board is yours.',
      '[Leave the line]',
    ])
    const held = lab.message(/L1 · /)
    await kai.click('Extend 30 min', { in: held })
    await kai.waitsFor(
      lab,
      /\(only you\) boardroom: Extend L1 by 30 min\?\n {2}@mei waits for soc-b-001 \(L2\)\./,
    )
    await kai.click('Extend all the same')
    await until(() => held.text.includes('(1 h)'), 'it is extended')
    await until(() => !kai.sees(lab).includes('Extend all the same'), 'the question is gone')
  })

  it('that is released goes to the next in line, who is told by direct message; its card says so, once', async () => {
    const { slack } = office
    const [mei, kai, lab] = [slack.person('mei'), slack.person('kai'), slack.channel('lab')]
    const held = lab.message(/L1 · /)
    await kai.click('Release', { in: held })
    const told = await mei.direct.waitsFor(/@mei L2 soc-b-001 is yours until \d\d:\d\d \(30 min\)\./)
    expect(told.labels).toEqual(['Console', 'Extend 30 min', 'Release now'])
    expect(held.text).toBe('L1 · soc-b-001 · released\n@kai\nreleased by @kai\n[Lease again]')
    await until(() => lab.message(/L2 · /).text.includes('leased until'), 'its card')
    expect(lab.messages().filter(({ text }) => text.startsWith('L1 ·'))).toHaveLength(1)

    await mei.click('Release now', { in: told })
    await mei.direct.waitsFor(/L2 · soc-b-001 · released\n[\s\S]*\[Lease again\]/)
    await lab.waitsFor(/L2 · soc-b-001 · released/)
    expect(lab.messages().filter(({ text }) => text.startsWith('L2 ·'))).toHaveLength(1)
    // What told her that it is hers says now that it is not.
    expect(mei.direct.messages()).toHaveLength(1)
    expect(kai.direct.messages()).toHaveLength(1)
  })

  it('is warned of before its end, extended by the button of the warning, and released by typing it', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.slash('/lease', 'soc-b-002 1m', lab)
    const card = await lab.waitsFor(/L3 · soc-b-002 · leased until .* \(1 min\)/)
    const warning = await mei.direct.waitsFor(/@mei L3 soc-b-002 ends in 5\d s\./)
    expect(warning.labels).toEqual(['Extend 30 min', 'Release now'])
    await mei.click('Extend 30 min', { in: warning })
    await until(() => card.text.includes('(31 min)'), 'the card shows it')
    await mei.direct.waitsFor(/L3 · soc-b-002 · \w+ until \d\d:\d\d \(31 min\)/)

    await mei.slash('/lease', 'release L3', lab)
    await until(() => card.text.includes('L3 · soc-b-002 · released'), 'the card shows its end')
    await mei.waitsFor(lab, /\(only you\) boardroom: L3 · soc-b-002 · released/)
    expect(lab.messages().filter(({ text }) => text.startsWith('L3 ·'))).toHaveLength(1)
    expect(mei.notices.filter(({ why }) => why === 'mention').map(({ text }) => text.split(' ')[1])).toEqual([
      'L2',
      'L3',
    ])
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
