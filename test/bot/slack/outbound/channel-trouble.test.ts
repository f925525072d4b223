import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSlackChannel } from '../../../../src/bot/slack/outbound/channel.ts'
import { silentLog } from '../../../../src/log.ts'
import { makeLease, makeResult } from '../../../commands/lab-port.ts'
import { type SlackServer, startSlackServer } from './slack-server.ts'
import { createStage, FRAME, MEI, render, runOf, type Stage } from './stage.ts'

let slack: SlackServer
let stage: Stage
beforeEach(async () => {
  slack = await startSlackServer()
  slack.channels.set('CHOME', { isMember: true })
  stage = createStage(slack)
})
afterEach(() => slack.close())

const PASSED = { state: 'passed', rev: 12, result: makeResult() } as const

/** Everything owed was told or given up. */
async function allTold(): Promise<void> {
  await stage.passUntil(() => stage.shelf.items().length === 0, 'the telling')
}

function holdLease(id = 'L7'): void {
  stage.lab.state().leases[id] = makeLease({ id, holder: { kind: 'person', person: MEI } })
}

function raise(id: string): void {
  stage.lab.state().alerts[id] = { id, cause: id, text: `${id} is wrong`, since: 0, resolvedAt: null }
  stage.owe({ topic: `alert/${id}`, key: `alert/${id}`, channel: 'home', to: 'home', kind: 'alert' })
}

test.each(['rate_limited', 'message_limit_exceeded', 'team_added_to_org', 'ratelimited'])(
  'M5.4 %s is no refusal: it is told later, where it belongs',
  async word => {
    stage.setRun(runOf(PASSED))
    stage.owe({ topic: 'run/T1' })
    slack.always.set('chat.postMessage', { how: 'word', word })
    stage.begin().deliver()
    await stage.passUntil(() => slack.of('chat.postMessage').length > 0, 'the first attempt')
    await stage.clock.pass(60_000)
    slack.always.clear()
    await allTold()
    expect(slack.said).toMatchObject([{ channel: 'C1' }])
  },
)

test('M5.4 a right that the bot was not given is waited for where there is no other way', async () => {
  holdLease()
  stage.owe({ topic: 'lease/L7', kind: 'lease-granted' })
  slack.fault('conversations.open', { how: 'word', word: 'missing_scope' })
  stage.begin().deliver()
  await allTold()
  expect(slack.said).toMatchObject([{ channel: 'D0MEI' }])
})

test('an attempt that was called off posts nothing any more: the next one has another crowd', async () => {
  const { live, api } = stage.begin()
  for (const id of ['A1', 'A2']) raise(id)
  const channel = createSlackChannel('home', {
    ...{ lab: stage.lab, api, cards: live, home: 'CHOME', clock: stage.clock, log: silentLog },
    ...{ frame: () => FRAME, render },
  })
  const stopper = new AbortController()
  slack.fault('conversations.history', { how: 'limited', seconds: 2 })
  const items = stage.shelf.items().map(item => ({ ...item, attempts: 1 }))
  const telling = channel.together?.deliver(items, stopper.signal)
  await stage.passUntil(() => slack.of('conversations.history').length > 0, 'the look')
  stopper.abort(new Error('called off'))
  await stage.passUntil(() => slack.of('conversations.history').length > 1, 'the look again')
  await expect(telling).rejects.toThrow('called off')
  expect(slack.said).toEqual([])
})

test('P27 killed after a telling was posted, and the clock stepped back: the next process finds it all the same', async () => {
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1', createdAt: stage.clock.now() + 3_600_000 })
  const first = stage.begin()
  stage.shelf.hold()
  first.deliver()
  await stage.passUntil(() => slack.said.length > 0, 'the telling')
  first.kill()
  stage.shelf.kill()
  stage.begin().deliver()
  await allTold()
  expect(slack.said).toHaveLength(1)
})

test('M5.4 a proxy that answers in the place of Slack is waited for, and is no word of Slack’s', async () => {
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1' })
  slack.always.set('*', { how: 'status', status: 403 })
  const { api, deliver } = stage.begin()
  deliver()
  await stage.passUntil(() => slack.calls.length > 1, 'the first attempt')
  await stage.clock.pass(10_000)
  const { trouble } = api.health()
  expect(trouble).toMatchObject({ code: 'slack-http_403' })
  expect(trouble?.message).toContain('was answered with HTTP 403')
  slack.always.clear()
  await allTold()
  expect(slack.said).toHaveLength(1)
})

test('M5.7 what one message has no room for is told in another: the words of each are there, once', async () => {
  const ids = Array.from({ length: 20 }, (_, n) => `L${n + 101}`)
  for (const id of ids) {
    holdLease(id)
    stage.owe({ topic: `lease/${id}`, kind: 'lease-granted' })
  }
  stage.begin().deliver()
  await allTold()
  const blocks = slack.said.map(each => JSON.stringify(each.blocks)).join('')
  expect(blocks.match(/L\d+ (?=soc-b-001 is yours)/g)).toEqual(ids.map(id => `${id} `))
})
