import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { expectNoTrouble, HELLO, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

describe('the form of a test', { timeout: 30_000 }, () => {
  it('opens at once, is drawn then, looks boards up as one types, and only those of the family that was chosen', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.slash('/run-test', '', lab)
    await mei.waitsFor('modal', /Family: \[/)
    const [opened] = slack.calls('views.open')
    // Nothing but a word that it is coming: the click is good for 3 s, and the lab may be slow.
    expect(JSON.stringify(opened?.args['view'])).not.toContain('"input"')
    expect(lab.messages()).toEqual([])

    expect(await mei.typeAhead('board', '')).toEqual(['soc-a-001', 'soc-a-002', 'soc-b-001', 'soc-b-002'])
    expect(await mei.typeAhead('board', 'a-2')).toEqual(['Nothing fits "a-2"; there are 4'])
    expect(await mei.typeAhead('board', '001')).toEqual(['soc-a-001', 'soc-b-001'])
    await mei.fill({ family: 'socB' })
    await until(async () => (await mei.typeAhead('board', '')).length === 2, 'boards of the family alone')
    expect(await mei.typeAhead('board', '')).toEqual(['soc-b-001', 'soc-b-002'])
  })

  it('says at the field what is wrong with it, and keeps what was filled in', async () => {
    const { slack } = office
    const mei = slack.person('mei')
    expect(await mei.submit()).toMatchObject({ body: { response_action: 'errors' } })
    expect(mei.sees()).toMatch(/Binary \(optional\): \[\]\n.*\n {2}! is missing: name a program/)
    await mei.fill({ board: 'soc-b-001', timeout: 'never', binary: [HELLO], args: 'form' })
    await mei.submit()
    expect(mei.sees()).toMatch(
      /Timeout \(optional\): \[never\]\n.*\n {2}! "never" is no duration: write 90s, 30m, 2h or 1h30m\n/,
    )
    for (const kept of [
      'Family: [socB]',
      'Binary (optional): [hello]',
      'Args (optional): [form]',
      '[soc-b-001]',
    ])
      expect(mei.sees()).toContain(kept)
  })

  it('that is right says what came of it, and the card is in the channel where it was opened', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.fill({ timeout: '5m' })
    await mei.submit()
    await mei.waitsFor('modal', /^run-test\nT1 · hello on soc-b-001 · .*\n\[Close\]$/)
    await mei.close()
    const card = await lab.waitsFor(/T1 · hello on soc-b-001 · passed\n[\s\S]*hello, form/)
    const told = await lab.waitsFor(/@mei T1 passed/)
    expect(told.thread).toBe(card.ts)
  })

  it('opens from a message with a file, the file in it; a message without one says so', async () => {
    const { slack } = office
    const [li, lab] = [slack.person('li'), slack.channel('lab')]
    const build = li.upload(lab, HELLO.name, HELLO.bytes, 'my build')
    await li.shortcut('Run this file on a board', build)
    await li.waitsFor('modal', /Binary {2}hello/)
    await li.fill({ family: 'socA' })
    await li.submit()
    const card = await lab.waitsFor(/T2 · hello on \S+ · passed/)
    const told = await lab.waitsFor(/@li T2 passed/)
    expect([card.thread, told.thread]).toEqual([null, card.ts])
    await li.close()

    await li.shortcut('Run this file on a board', li.say(lab, 'no file'))
    await li.waitsFor(lab, /\(only you\) boardroom: There is no file at that message\.\n.*or type: run-test$/)
    expect(li.troubles).toEqual([])
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
