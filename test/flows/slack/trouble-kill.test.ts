import { afterEach, describe, expect, it } from 'vitest'
import type { Message } from '../../slack/handles.ts'
import { until } from '../../until.ts'
import type { Bot } from '../bot.ts'
import { letGo, WAITS } from '../gate.ts'
import { type Office, openOffice } from './office.ts'

/** Longer than the test: Slack takes its time, and the bot does not live to hear what it says. */
const HANGS = { kind: 'slow', ms: 600_000 } as const

let office: Office
afterEach(() => office.close())

async function openWithout(): Promise<Office> {
  office = await openOffice({ app: false })
  return office
}

/** The bot as a process of its own, which hears what is said. */
async function begin(): Promise<Bot> {
  const { slack, world, connected } = office
  const bot = world.startBot(['start'], { env: { CHAT: 'slack', ...slack.env() } })
  await bot.saw('connected to Slack')
  await connected()
  return bot
}

async function kill(bot: Bot): Promise<void> {
  bot.signal('SIGKILL')
  await bot.gone()
  await until(() => office.slack.socket.connections === 0, 'nobody listens')
}

function cards(name: string): Message[] {
  const all = office.slack.channel('lab').messages()
  return all.filter(each => each.thread === null && each.labels.length > 0 && each.text.includes(name))
}

describe('the bot is killed', () => {
  it('P27 between the acknowledgement and the act: its asker is told once that it may not have been done, and does it again by a button (chat-platforms 6.20)', async () => {
    const { slack } = await openWithout()
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    const first = await begin()
    // Who asks has to be looked up before anything is done for them.
    slack.faults.plan('users.info', HANGS)
    mei.say(lab, '@boardroom run-test socA --shell "echo after all"')
    await until(() => slack.faults.planned() === 0, 'it is being carried out')
    await kill(first)
    await begin()
    const note = await mei.waitsFor(lab, /restarted in the middle of this[\s\S]*\[Do it again\]/)
    expect(note.match(/restarted in the middle/g)).toHaveLength(1)
    expect(cards('echo after all')).toEqual([])
    await mei.click('Do it again')
    await lab.waitsFor(/T1 · echo after all on \S+ · passed/)
    expect(cards('echo after all')).toHaveLength(1)
    expect(slack.complaints).toEqual([])
  })

  it('P27 between the act and its card: the test goes on, is shown by one card and told once (chat-platforms 6.20)', async () => {
    const { slack, world } = await openWithout()
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    const first = await begin()
    slack.faults.plan('chat.postMessage', HANGS)
    await mei.slash('/run-test', `socA --board soc-a-001 ${WAITS}`, lab)
    await until(() => slack.faults.planned() === 0, 'its card is being posted')
    await kill(first)
    await begin()
    const card = await lab.waitsFor(/T1 · echo waiting/)
    letGo(world.board('soc-a-001'))
    await until(() => /passed/.test(card.text) && lab.replies(card).length > 0, 'it is told', 40_000)
    expect(cards('echo waiting')).toHaveLength(1)
    expect(lab.replies(card).map(each => each.text)).toEqual([expect.stringMatching(/^@mei T1 passed/)])
    expect(slack.complaints).toEqual([])
  })

  it('P27 between the end of a test and its telling: it is told once, its card shows the end and its buttons work (chat-platforms 6.4) (chat-platforms 6.20)', async () => {
    const { slack, world } = await openWithout()
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    const first = await begin()
    await mei.slash('/run-test', `socA --board soc-a-001 ${WAITS}`, lab)
    const card = await lab.waitsFor(/T1 · echo waiting.* · running/)
    slack.faults.plan('chat.postMessage', HANGS)
    letGo(world.board('soc-a-001'))
    await until(() => slack.faults.planned() === 0, 'it is being told')
    await kill(first)
    expect(lab.replies(card)).toEqual([])
    await begin()
    await until(() => /passed/.test(card.text) && lab.replies(card).length > 0, 'it is told')
    expect(lab.replies(card).map(each => each.text)).toEqual([expect.stringMatching(/^@mei T1 passed/)])
    expect(cards('echo waiting')).toHaveLength(1)
    await mei.click('Run again', { in: card })
    await lab.waitsFor(/T2 · echo waiting/)
    expect(slack.complaints).toEqual([])
  })
})
