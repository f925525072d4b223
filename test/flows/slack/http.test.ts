import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectNoTrouble, HELLO, type Office, openOffice, repliesTo } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice({ slack: { mode: 'http' } })
  office.slack.webhook.pointAt(`${office.world.app.address}/webhooks/slack`)
})
afterAll(() => office.close())

describe('over HTTP', { timeout: 30_000 }, () => {
  it('the main job is the same: command, card, outcome, button, form, mention and Home', async () => {
    const { slack } = office
    const [mei, li, lab] = [slack.person('mei'), slack.person('li'), slack.channel('lab')]
    slack.webhook.say(true)
    await mei.slash('/run-test', 'socA --shell "echo hello"', lab)
    const card = await lab.waitsFor(/T1 · echo hello on \S+ · passed/)
    await lab.waitsFor(/@mei T1 passed/)
    expect(repliesTo(office, card)).toHaveLength(1)

    await li.click('Run again', { in: card })
    const again = await lab.waitsFor(/T2 · echo hello on \S+ · passed/)
    await lab.waitsFor(/@li T2 passed/)
    expect(again.thread).toBeNull()

    await mei.slash('/run-test', '', lab)
    await mei.waitsFor('modal', /Family: \[/)
    expect(await mei.typeAhead('board', 'b-001')).toEqual(['soc-b-001'])
    await mei.fill({ family: 'socB', binary: [HELLO] })
    await mei.submit()
    await mei.waitsFor('modal', /T3 · hello on/)
    await mei.close()
    await lab.waitsFor(/@mei T3 passed/)

    li.say(lab, '@boardroom run-test socA hello -- you', { files: [HELLO] })
    await lab.waitsFor(/T4 · .* · passed\n[\s\S]*hello, you/)
    await lab.waitsFor(/@li T4 passed/)
    li.openHome()
    await li.waitsFor('home', /T4 · hello on \S+ · passed/)
  })

  it('and all of it was signed, taken, and without a fault of ours', () => {
    expect(office.slack.socket.connections).toBe(0)
    expect([...office.slack.person('mei').troubles, ...office.slack.person('li').troubles]).toEqual([])
    expectNoTrouble(office)
  })
})
