import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectNoTrouble, type Office, openOffice, repliesTo } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

const TESTS = 4

describe('a busy channel', { timeout: 40_000 }, () => {
  it('tests that end before Slack takes their cards are told in the threads of their own cards all the same', async () => {
    const { slack } = office
    const lab = slack.channel('lab')
    const people = ['mei', 'li', 'kai', 'ops'].map(name => slack.person(name))
    await Promise.all(
      people.map((each, at) => each.slash('/run-test', `soc${at % 2 ? 'A' : 'B'} --shell "echo hello"`, lab)),
    )
    for (let number = 1; number <= TESTS; number++) {
      const told = await lab.waitsFor(new RegExp(`@\\w+ T${number} passed`), 20_000)
      const card = lab.message(new RegExp(`^T${number} · `))
      expect([told.thread, card.thread]).toEqual([card.ts, null])
      expect(repliesTo(office, card)).toHaveLength(1)
    }
    expect(lab.messages()).toHaveLength(2 * TESTS)
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
