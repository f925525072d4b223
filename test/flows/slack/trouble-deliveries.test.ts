import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Message } from '../../slack/handles.ts'
import { until } from '../../until.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

/** Cards that stand in the channel, not what is told below them. */
function cards(name: string): Message[] {
  const all = office.slack.channel('lab').messages()
  return all.filter(each => each.thread === null && each.labels.length > 0 && each.text.includes(name))
}

/** The test has its one card, which shows its end, and one telling below it; nothing more comes. */
async function shownAndToldOnce(name: string): Promise<Message> {
  const { slack, world } = office
  const lab = slack.channel('lab')
  const card = await lab.waitsFor(new RegExp(`T\\d+ · echo ${name} on \\S+ · passed`))
  await world.ended(`run/${/T\d+/.exec(card.text)?.[0]}`)
  await until(() => world.lab.inbox.entries().every(each => each.stage === 'done'), 'all is done')
  expect(cards(name)).toHaveLength(1)
  expect(lab.replies(card).map(each => each.text)).toEqual([expect.stringMatching(/^@mei T\d+ passed/)])
  return card
}

const shell = (name: string): string => `socA --shell "echo ${name}"`

describe('the socket is cut in the middle of a click', () => {
  it.each([
    ['before it was acknowledged', 'cut', 'none'],
    ['when its acknowledgement is lost', 'deaf', 'none'],
    ['after it was acknowledged', null, 'ack'],
  ] as const)(
    '%s: what was heard is done, once, and is shown (chat-platforms 6.5)',
    async (when, fault, answered) => {
      const { slack } = office
      const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
      const name = when.replaceAll(' ', '-')
      await mei.slash('/run-test', shell(name), lab)
      const card = await shownAndToldOnce(name)
      const opened = (): number => slack.calls('apps.connections.open').length
      const before = opened()
      if (fault !== null) slack.faults.planEvent(fault, 'interactive')
      const { answer } = await mei.click('Run again', { in: card })
      expect(answer?.kind).toBe(answered)
      if (fault !== 'cut') slack.socket.cut()
      await until(() => opened() > before && slack.socket.connections > 0, 'the bot is back')
      const [, again] = await until(() => (cards(name).length > 1 ? cards(name) : null), 'the second card')
      await until(() => again !== undefined && lab.replies(again).length === 1, 'it is told')
      expect(again?.text).toMatch(/passed/)
      expect(cards(name)).toHaveLength(2)
      expectNoTrouble(office)
    },
  )
})

describe('answers of Slack that are lost after they took effect', () => {
  it('of the card, of its edits and of the telling: each is there once (chat-platforms 6.20)', async () => {
    const { slack } = office
    slack.faults.plan('chat.postMessage', { kind: 'lost-answer' }, 2)
    slack.faults.plan('chat.update', { kind: 'lost-answer' }, 2)
    await slack.person('mei').slash('/run-test', shell('unanswered'), slack.channel('lab'))
    await shownAndToldOnce('unanswered')
    expectNoTrouble(office)
  })
})

describe('deliveries that come twice, late or in another order', () => {
  it('a command twice in one envelope, a mention again after it was acknowledged: each is done once (chat-platforms 6.1) (chat-platforms 6.23)', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    slack.faults.planEvent('twice', 'slash_commands')
    await mei.slash('/run-test', shell('double'), lab)
    await shownAndToldOnce('double')
    slack.faults.planEvent('again', 'events_api')
    mei.say(lab, `@boardroom run-test ${shell('repeated')}`)
    await shownAndToldOnce('repeated')
    expectNoTrouble(office)
  })

  it('in the opposite order: each is done once, and each card shows its own end (chat-platforms 6.2)', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    slack.delivery.hold()
    mei.say(lab, `@boardroom run-test ${shell('first')}`)
    mei.say(lab, `@boardroom run-test ${shell('second')}`)
    slack.delivery.release('reversed')
    await shownAndToldOnce('first')
    await shownAndToldOnce('second')
    expectNoTrouble(office)
  })

  it('a correction that comes before what it corrects runs nothing by itself (chat-platforms 6.2) (chat-platforms 6.17)', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    slack.delivery.hold()
    const message = mei.say(lab, `@boardroom run-test ${shell('written')}`)
    mei.edit(message, `@boardroom run-test ${shell('corrected')}`)
    slack.delivery.release('reversed')
    await shownAndToldOnce('written')
    expect(cards('corrected').filter(each => each.labels.includes('Run again'))).toEqual([])
    expectNoTrouble(office)
  })
})
