import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

describe('talking with the bot', { timeout: 30_000 }, () => {
  it('an unknown word gets the nearest commands as buttons; pressed, it is answered; [Post here] shows it to all', async () => {
    const { slack } = office
    const [mei, li, lab] = [slack.person('mei'), slack.person('li'), slack.channel('lab')]
    await mei.slash('/lab', 'bords', lab)
    await mei.waitsFor(
      lab,
      /^\(only you\) boardroom: There is no command "bords"\. Did you mean one of these\?\n {2}See what there is: help\n {2}\[boards\]$/,
    )
    await mei.click('boards')
    await mei.waitsFor(
      lab,
      /\(only you\) boardroom: Boards · 4 of 4 usable\n[\s\S]*soc-b-002 \| socB \| free/,
    )
    expect(li.sees(lab)).toBe('')

    await mei.click('Post here')
    const posted = await lab.waitsFor(/^Boards · 4 of 4 usable/)
    expect(posted.labels).not.toContain('Post here')
    await until(
      () => mei.sees(lab).includes('(only you) boardroom: Posted: Boards · 4 of 4 usable'),
      'the note',
    )
  })

  it('a family that is misspelt: the nearest, all there are, and the line that was meant', async () => {
    const { slack } = office
    const [li, lab] = [slack.person('li'), slack.channel('lab')]
    await li.slash('/run-test', 'scoA --shell true', lab)
    const seen = await li.waitsFor(lab, /scoA/)
    expect(seen).toContain('There is no family "scoA". Did you mean socA? Families: socA, socB.')
    expect(seen).toContain('run-test socA --shell true')
  })

  it('the log that somebody looked at is what [Post here] shows to all, not the card', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.slash('/run-test', 'socB --shell "echo a word"', lab)
    const card = await lab.waitsFor(/T1 · .* · passed/)
    await mei.click('Log', { in: card })
    await mei.waitsFor(
      lab,
      /\(only you\) boardroom: T1 · output of echo a word on .* · passed\n {2}1 line\n {2}a word/,
    )
    await mei.click('Post here')
    const posted = await lab.waitsFor(/^T1 · output of echo a word on/)
    expect(posted.text).toContain('\na word\n')
    expect(lab.messages().filter(({ text }) => text.startsWith('T1 · echo'))).toHaveLength(1)
  })

  it('help shows what the asker may do, and each command with real examples', async () => {
    const { slack } = office
    const [kai, ops, lab] = [slack.person('kai'), slack.person('ops'), slack.channel('lab')]
    kai.tell('help')
    const mine = await kai.direct.waitsFor(/Help · what you can type/)
    for (const group of ['run a test', 'use a board', 'see the lab'])
      expect(mine.text).toContain(`\n${group}\n`)
    expect(mine.text).not.toMatch(/\npower |run the lab/)
    ops.tell('help')
    const theirs = await ops.direct.waitsFor(/Help · what you can type/)
    expect(theirs.text).toMatch(/\npower +cycle: off, wait, on, and watch it come back · off, on, status\n/)
    kai.tell('help run-test')
    const one = await kai.direct.waitsFor(/run-test · run a program on a board/)
    expect(one.text).toContain('run-test socA hello --priority high --timeout 5m -- -v 2')
    expect(lab.messages().filter(({ text }) => text.includes('Help'))).toEqual([])
  })

  it('a message that is corrected runs nothing, but the corrected line is offered', async () => {
    const { slack } = office
    const kai = slack.person('kai')
    const said = kai.tell('statsu')
    await kai.direct.waitsFor(/There is no command "statsu"/)
    kai.edit(said, 'status')
    const offer = await kai.direct.waitsFor(/Run the corrected line\?/)
    expect(offer.text.split('\n').slice(1)).toEqual([
      'status',
      'A message that is changed runs nothing by itself.',
      '[Run the corrected line]',
    ])
    expect(kai.sees(kai.direct)).not.toContain('boards usable')
    await kai.click('Run the corrected line', { in: offer })
    await kai.direct.waitsFor(/^Lab · 0 waiting, \d running · 4 of 4 boards usable/)
  })

  it('invited to a channel it says what it is and what to try, with buttons that work there', async () => {
    const { slack } = office
    const mei = slack.person('mei')
    const other = slack.channel('other', { hasBot: false })
    mei.invite(other)
    const welcome = await other.waitsFor(/Boardroom runs tests on the boards of the lab/)
    expect(welcome.text).toContain('\n/lab lease socA  have a board to yourself, or wait in line for it\n')
    expect(welcome.labels).toEqual(['Run a test', 'Lease a board', 'Boards', 'Help'])
    await mei.click('Boards', { in: welcome })
    await mei.waitsFor(other, /\(only you\) boardroom: Boards · 4 of 4 usable/)
    await mei.click('Run a test', { in: welcome })
    await mei.waitsFor('modal', /^run-test\n[\s\S]*Family: \[/)
    await mei.close()
    expect(other.messages()).toHaveLength(1)
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
