import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Channel } from '../../slack/handles.ts'
import { until } from '../../until.ts'
import { letGo, running, WAITS } from '../gate.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

/** 40 lines of 10 kB, each of which Slack would take for the beginning of 10,000 mentions. */
const CHATTY = `#!/bin/sh
i=0; while [ $i -lt 40 ]; do head -c 10000 /dev/zero | tr '\\0' '<'; echo; i=$((i+1)); done
`

describe('places where the bot is not', () => {
  it('a public channel is joined, and the test is shown and told there (chat-platforms 6.7)', async () => {
    const { slack } = office
    const mei = slack.person('mei')
    const other = slack.channel('other', { hasBot: false })
    await mei.slash('/run-test', 'socA --shell "echo public"', other)
    const card = await other.waitsFor(/echo public on \S+ · passed/)
    await until(() => other.replies(card).length > 0, 'it is told')
    expect(other.replies(card).map(each => each.text)).toEqual([expect.stringMatching(/^@mei T\d+ passed/)])
    expect(slack.calls('conversations.join').map(each => each.answer['ok'])).toEqual([true])
    expectNoTrouble(office)
  })

  it('in a private channel the test runs, and its submitter is told directly, with how to invite the bot (chat-platforms 6.7)', async () => {
    const { slack } = office
    const mei = slack.person('mei')
    const secret = slack.channel('secret', { kind: 'private', hasBot: false })
    await mei.slash('/run-test', 'socA --shell "echo private"', secret)
    await mei.waitsFor(secret, /\(only you\) .*echo private[\s\S]*Invite it there: \/invite/)
    const told = await mei.direct.waitsFor(/@mei T\d+ passed .* echo private/)
    expect(told.text).toMatch(/\/invite @boardroom/)
    expect(secret.text()).toBe('')
    expectNoTrouble(office)
  })

  it.each([
    ['thrown out of a channel', 'room', (room: Channel): void => room.kick(), /\/invite/],
    ['a channel is archived', 'old', (room: Channel): void => room.archive(), /archived/],
  ] as const)(
    '%s in the middle of a test: its outcome finds its person, once, with the reason (chat-platforms 6.7)',
    async (_, name, befall, why) => {
      const { slack, world } = office
      const mei = slack.person('mei')
      const room = slack.channel(name, { kind: 'private' })
      await mei.slash('/run-test', `socA --board soc-a-001 ${WAITS}`, room)
      const id = /T\d+/.exec((await room.waitsFor(/T\d+ · echo waiting/)).text)?.[0] ?? ''
      await running(world, id)
      befall(room)
      letGo(world.board('soc-a-001'))
      const told = await mei.direct.waitsFor(new RegExp(`@mei ${id} passed`))
      expect(told.text).toMatch(why)
      expect((await world.finished(id)).state).toBe('passed')
      expect(mei.direct.messages().filter(each => each.text.includes(`@mei ${id}`))).toHaveLength(1)
      expectNoTrouble(office)
    },
  )
})

describe('what is too much or not to the taste of Slack', () => {
  it('a board prints lines of 10 kB, and very many: the card shows the last of them, cut, and the log has them all (chat-platforms 6.8)', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    mei.upload(lab, 'chatty', Buffer.from(CHATTY), '@boardroom run-test socA chatty')
    const card = await lab.waitsFor(/T\d+ · chatty on \S+ · (passed|failed)/, 40_000)
    await until(() => lab.replies(card).length > 0, 'it is told')
    expect(card.text).toMatch(/<{100}/)
    expect(card.text).toMatch(/log \(4\d\d kB\)/)
    expect(lab.replies(card)).toHaveLength(1)
    expectNoTrouble(office)
  })

  it('blocks that Slack refuses come as plain text: card, end and outcome are all there, once (chat-platforms 6.8)', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    const refuse = { kind: 'refuse', error: 'invalid_blocks' } as const
    slack.faults.plan('chat.postMessage', refuse)
    slack.faults.plan('chat.update', refuse)
    await mei.slash('/run-test', 'socA --shell "echo plainly"', lab)
    const card = await lab.waitsFor(/T\d+ · echo plainly on \S+ · passed/)
    await until(() => lab.replies(card).length > 0, 'it is told')
    expect(lab.replies(card).map(each => each.text)).toEqual([expect.stringMatching(/^@mei T\d+ passed/)])
    expect(lab.messages().filter(each => each.thread === null && each.text.includes('plainly'))).toHaveLength(
      1,
    )
    slack.faults.plan('chat.postMessage', { kind: 'refuse', error: 'msg_too_long' })
    await mei.slash('/run-test', 'socA --shell "echo shortly"', lab)
    await lab.waitsFor(/T\d+ · echo shortly/)
    expectNoTrouble(office)
  })

  it('an answer for one pair of eyes that Slack refuses comes as plain text, and a form as words (chat-platforms 6.8)', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    slack.faults.plan('views.open', { kind: 'refuse', error: 'invalid_arguments' })
    await mei.slash('/run-test', '', lab)
    await mei.waitsFor(lab, /run-test needs its arguments[\s\S]*\[Open the form\]/)
    expectNoTrouble(office)
  })
})
