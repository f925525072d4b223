import { afterEach, beforeEach, expect, test } from 'vitest'
import { drawTopic } from '../../../../src/cards/topics.ts'
import type { View } from '../../../../src/cards/view.ts'
import { makeLease, makePower, makeResult } from '../../../commands/lab-port.ts'
import { type SlackServer, startSlackServer } from './slack-server.ts'
import { createStage, MEI, runOf, type Stage } from './stage.ts'

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

function holdLease(): void {
  stage.lab.state().leases['L7'] = makeLease({ holder: { kind: 'person', person: MEI } })
}

function raise(id: string): void {
  stage.lab.state().alerts[id] = { id, cause: id, text: `${id} is wrong`, since: 0, resolvedAt: null }
  stage.owe({ topic: `alert/${id}`, key: `alert/${id}`, channel: 'home', to: 'home', kind: 'alert' })
}

test('M5.2 an outcome is one reply in the thread of its card that mentions the submitter, as text and as a person', async () => {
  stage.setRun(runOf())
  const { live, deliver } = stage.begin()
  const card = await live.post((await drawTopic('run/T1', stage.lab)) as View, {
    channel: 'C1',
    thread: null,
  })
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1' })
  deliver()
  await allTold()
  const replies = slack.said.filter(each => each.thread === card?.ts)
  expect(replies).toHaveLength(1)
  expect(replies[0]?.text).toMatch(/^<@U0MEI> T1 passed/)
  expect(JSON.stringify(replies[0]?.blocks)).toContain('{"type":"user","user_id":"U0MEI"}')
})

test('M5.2 while Slack lets the card wait, its outcome waits for it: it is one reply in its thread', async () => {
  stage.setRun(runOf())
  const { live, deliver } = stage.begin()
  slack.fault('chat.postMessage', { how: 'limited', seconds: 25 }, { how: 'limited', seconds: 25 })
  const view = (await drawTopic('run/T1', stage.lab)) as View
  const posting = live.post(view, { channel: 'C1', thread: null })
  await stage.passUntil(() => slack.of('chat.postMessage').length > 0, 'the first attempt')
  expect(await posting).toBeNull()
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1' })
  deliver()
  await allTold()
  const [card, told] = slack.said
  expect(slack.said).toHaveLength(2)
  expect(card).toMatchObject({ channel: 'C1', thread: null })
  expect(told).toMatchObject({ channel: 'C1', thread: card?.ts })
})

test.each([
  ['its channel', { place: 'C1' }, { channel: 'C1', thread: null }],
  ['its thread', { place: 'C1', thread: '1.5' }, { channel: 'C1', thread: '1.5' }],
  ['its direct message', { place: 'D0MEI' }, { channel: 'D0MEI', thread: null }],
])('without a card the outcome is told where it was asked: %s', async (_, origin, where) => {
  stage.setRun(runOf({ ...PASSED, origin: { channel: 'slack', ...origin } }))
  stage.owe({ topic: 'run/T1' })
  stage.begin().deliver()
  await allTold()
  expect(slack.said).toMatchObject([where])
})

test('M3.6 M3.7 what concerns a lease or the power of a held board goes to the person, what concerns all to the home channel', async () => {
  holdLease()
  stage = Object.assign(stage, { lab: Object.assign(stage.lab, { powerEvent: async () => makePower() }) })
  stage.owe({ topic: 'lease/L7', kind: 'lease-warning-600000' })
  stage.owe({ topic: 'power/W1', kind: 'power-switched' })
  raise('A1')
  stage.begin().deliver()
  await allTold()
  expect(slack.said.map(each => each.channel).toSorted()).toEqual(['CHOME', 'D0MEI', 'D0MEI'])
  expect(slack.said.find(each => each.channel === 'CHOME')?.text).toContain('A1 is wrong')
})

test('without a home channel alerts are told to nobody, and that is said once', async () => {
  raise('A1')
  raise('A2')
  stage.begin({ home: null }).deliver()
  await allTold()
  expect(stage.shelf.ends.map(end => end.outcome)).toEqual(['nobody', 'nobody'])
  expect(stage.logged.filter(line => line.message.includes('SLACK_CHANNEL'))).toHaveLength(1)
})

test('M5.4 the answer to a telling was lost: it is tried again, and not told twice', async () => {
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1' })
  slack.fault('chat.postMessage', { how: 'cut after' })
  const first = stage.begin()
  first.deliver()
  await allTold()
  expect(slack.said).toHaveLength(1)
})

test('P27 killed after a telling was posted and before that was stored: the next process finds it', async () => {
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1' })
  const first = stage.begin()
  stage.shelf.hold()
  first.deliver()
  await stage.passUntil(() => slack.said.length === 1, 'the telling')
  first.kill()
  stage.shelf.kill()
  expect(stage.shelf.items()).toMatchObject([{ attempts: 0 }])
  await stage.clock.pass(1_000)
  stage.begin().deliver()
  await allTold()
  expect(slack.said).toHaveLength(1)
})

test('Slack down for 10 minutes: all is told afterwards, once, in order', async () => {
  slack.always.set('*', { how: 'status', status: 503 })
  const { deliver } = stage.begin()
  for (let n = 1; n <= 4; n++) {
    stage.setRun(runOf({ ...PASSED, id: `T${n}` }))
    stage.owe({ topic: `run/T${n}` })
    deliver()
    await stage.clock.pass(150_000)
  }
  expect(slack.said).toEqual([])
  slack.always.clear()
  await allTold()
  const told = slack.said.map(each => /T\d/.exec(each.text)?.[0])
  expect(told).toEqual(['T1', 'T2', 'T3', 'T4'])
})

test('with the token revoked what is owed is kept, health tells, and it is told when the token is good again', async () => {
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1' })
  slack.always.set('*', { how: 'word', word: 'token_revoked' })
  const { deliver, api } = stage.begin()
  deliver()
  await stage.clock.pass(3_600_000)
  await stage.passUntil(() => api.health().trouble, 'the trouble')
  expect(api.health().trouble).toMatchObject({ code: 'slack-token_revoked' })
  expect(stage.shelf.items()).toHaveLength(1)
  slack.always.clear()
  await allTold()
  expect(api.health().trouble).toBeNull()
  expect(slack.said).toHaveLength(1)
})

test('a public channel that the bot is not in is joined', async () => {
  slack.channels.set('C2', { isMember: false })
  stage.setRun(runOf({ ...PASSED, origin: { channel: 'slack', place: 'C2' } }))
  stage.owe({ topic: 'run/T1' })
  stage.begin().deliver()
  await allTold()
  expect(slack.said).toMatchObject([{ channel: 'C2' }])
})

test.each([
  ['a private one', { isMember: false, isPrivate: true }, '/invite @boardroom'],
  ['one that is archived', { isMember: true, isArchived: true }, 'archived'],
])(
  'where the bot may not post, %s, the submitter is told directly, with why and what to do',
  async (_, room, word) => {
    slack.channels.set('C2', room)
    stage.setRun(runOf({ ...PASSED, origin: { channel: 'slack', place: 'C2' } }))
    stage.owe({ topic: 'run/T1' })
    stage.begin().deliver()
    await allTold()
    expect(slack.said).toMatchObject([{ channel: 'D0MEI' }])
    expect(slack.said[0]?.text).toContain('T1 passed')
    expect(slack.said[0]?.text).toContain(word)
  },
)

test.each(['restricted_action', 'something_new'])('%s is no reason to stay silent', async word => {
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1' })
  slack.fault('chat.postMessage', { how: 'word', word })
  stage.begin().deliver()
  await allTold()
  expect(slack.said).toMatchObject([{ channel: 'D0MEI' }])
})

test('the thread was deleted: it is told in the channel', async () => {
  stage.setRun(runOf({ ...PASSED, origin: { channel: 'slack', place: 'C1', thread: '1.5' } }))
  stage.owe({ topic: 'run/T1' })
  slack.fault('chat.postMessage', { how: 'word', word: 'thread_not_found' })
  stage.begin().deliver()
  await allTold()
  expect(slack.said).toMatchObject([{ channel: 'C1', thread: null }])
})

test('somebody who cannot be written to holds up nobody', async () => {
  holdLease()
  stage.owe({ topic: 'lease/L7', kind: 'lease-granted' })
  slack.fault('conversations.open', { how: 'word', word: 'user_disabled' })
  stage.begin().deliver()
  await allTold()
  expect(stage.shelf.ends).toMatchObject([{ outcome: 'nobody' }])
})

test('a telling whose blocks Slack does not take is told as text', async () => {
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1' })
  slack.fault('chat.postMessage', { how: 'word', word: 'invalid_blocks' })
  stage.begin().deliver()
  await allTold()
  expect(slack.said).toMatchObject([{ blocks: [] }])
  expect(slack.said[0]?.text).toContain('<@U0MEI> T1 passed')
})

test('M5.7 a flood of alerts is one message, each of them in it, and nothing is told twice when the answer was lost', async () => {
  for (let n = 1; n <= 12; n++) raise(`A${n}`)
  slack.fault('chat.postMessage', { how: 'cut after' })
  const { deliver } = stage.begin()
  deliver()
  await stage.passUntil(() => slack.said.length > 0, 'the message')
  raise('A13')
  deliver()
  await allTold()
  expect(slack.said.length).toBeLessThanOrEqual(2)
  const told = slack.said.flatMap(each => [...new Set(each.text.match(/A\d+ alert/g))])
  expect(told.toSorted()).toEqual(Array.from({ length: 13 }, (_, n) => `A${n + 1} alert`).toSorted())
})

test('M5.7 a trickle becomes one message every 15 s once five were told in a minute', async () => {
  const { deliver } = stage.begin()
  for (let n = 1; n <= 40; n++) {
    raise(`A${n}`)
    deliver()
    await stage.passUntil(() => stage.clock.now() % 1_000 === 0, 'a second')
  }
  await allTold()
  expect(slack.said.length).toBeLessThanOrEqual(10)
  const told = slack.said.flatMap(each => [...new Set(each.text.match(/A\d+ alert/g))])
  expect(told).toEqual(Array.from({ length: 40 }, (_, n) => `A${n + 1} alert`))
})

test('M5.2 the submitter is told where they asked, not where somebody else follows it', async () => {
  stage.setRun(runOf(PASSED))
  const { live, deliver } = stage.begin()
  stage.setRun(runOf({ state: 'running', rev: 11 }))
  const view = (await drawTopic('run/T1', stage.lab)) as View
  await live.post(view, { channel: 'D0LI', thread: null }, { tellAtEnd: 'U00LI' })
  stage.setRun(runOf(PASSED))
  stage.owe({ topic: 'run/T1' })
  deliver()
  await allTold()
  const toMei = slack.said.filter(each => each.text.startsWith('<@U0MEI>'))
  expect(toMei).toMatchObject([{ channel: 'C1', thread: null }])
})
