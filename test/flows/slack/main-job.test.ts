import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

describe('the main job in Slack', () => {
  it('a test by slash command: its card is in the channel, edited to its end, and the submitter is told in its thread', async () => {
    const { slack, world } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.slash('/run-test', 'socA --shell "echo hello"', lab)
    const card = await lab.waitsFor(/T1 · echo hello/)
    await lab.waitsFor(/T1 · echo hello on soc-a-001 · passed/)
    await lab.waitsFor(/@mei T1 passed on soc-a-001/)
    expect(lab.replies(card).map(each => each.text)).toEqual([expect.stringMatching(/@mei T1 passed/)])
    expect(slack.complaints).toEqual([])
    expect(world.errors).toEqual([])
  })
})
