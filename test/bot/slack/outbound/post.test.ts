import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSlackApi } from '../../../../src/bot/slack/outbound/api.ts'
import type { Message, SlackApi } from '../../../../src/bot/slack/types.ts'
import type { Clock } from '../../../../src/clock.ts'
import { systemClock } from '../../../../src/clock.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { until } from '../../../until.ts'
import { type Fault, type SlackServer, startSlackServer } from './slack-server.ts'

let slack: SlackServer
beforeEach(async () => {
  slack = await startSlackServer()
})
afterEach(() => slack.close())

const C1 = { channel: 'C1', thread: null }

function apiOf(clock: Clock = systemClock): SlackApi {
  const timeoutMs = { now: 300, later: 300 }
  return createSlackApi({ botToken: 'xoxb-test', apiUrl: slack.url, clock, log: silentLog, timeoutMs })
}

function say(text: string): Message {
  return { text, blocks: [], warnings: [] }
}

const AFTER: readonly Fault[] = [{ how: 'cut after' }, { how: 'status', status: 500, after: true }]

test.each(AFTER)(
  'M5.4 a message whose answer was lost ($how) is found again, not told twice',
  async fault => {
    const api = apiOf()
    slack.fault('chat.postMessage', fault)
    await expect(api.post(C1, say('T1 passed'), 'run/T1', false)).rejects.toMatchObject({ effect: 'unclear' })
    const posted = await api.post(C1, say('T1 passed'), 'run/T1', false)
    expect(slack.said.map(each => each.ts)).toEqual([posted.ts])
  },
)

test('a message that never arrived is posted when it is tried again', async () => {
  const api = apiOf()
  slack.fault('chat.postMessage', { how: 'cut' }, { how: 'status', status: 502 })
  await expect(api.post(C1, say('T1 passed'), 'run/T1', false)).rejects.toMatchObject({ effect: 'unclear' })
  await expect(api.post(C1, say('T1 passed'), 'run/T1', false)).rejects.toMatchObject({ effect: 'unclear' })
  await api.post(C1, say('T1 passed'), 'run/T1', false)
  expect(slack.said).toHaveLength(1)
})

test('after a kill the message is found by its key, in a channel and in a thread, behind many others', async () => {
  const before = apiOf(createFakeClock())
  const root = await before.post(C1, say('T1 queued'), 'card', false)
  const thread = { channel: 'C1', thread: root.ts }
  const told = await before.post(thread, say('T1 passed'), 'run/T1', false)
  for (let n = 0; n < 350; n++) {
    const chatter = { channel: 'C1', text: 'chatter', blocks: [], metadata: null, edits: 0 }
    slack.said.push({ ...chatter, ts: `1800000000.${n}`, thread: n % 2 === 0 ? null : root.ts })
  }
  const after = apiOf()
  expect(await after.post(thread, say('T1 passed'), 'run/T1', true)).toEqual(told)
  expect(await after.post(C1, say('T1 queued'), 'card', true)).toEqual(root)
  expect(slack.of('chat.postMessage')).toHaveLength(2)
})

test('somebody else’s message with the same text or other metadata is none of ours', async () => {
  const other = { event_type: 'other', event_payload: { key: 'run/T1' } }
  slack.said.push({
    ts: '1.1',
    channel: 'C1',
    thread: null,
    text: 'T1',
    blocks: [],
    metadata: other,
    edits: 0,
  })
  await apiOf().post(C1, say('T1'), 'run/T1', true)
  expect(slack.of('chat.postMessage')).toHaveLength(1)
})

test('where the bot may post and not read, it is told twice rather than never', async () => {
  slack.fault('conversations.history', { how: 'word', word: 'missing_scope' })
  await apiOf().post(C1, say('T1 passed'), 'run/T1', true)
  expect(slack.said).toHaveLength(1)
})

test('while it cannot be looked for, nothing is posted', async () => {
  slack.fault('conversations.history', { how: 'status', status: 503 })
  await expect(apiOf().post(C1, say('T1 passed'), 'run/T1', true)).rejects.toMatchObject({
    word: 'no_answer',
  })
  expect(slack.said).toHaveLength(0)
})

test('one that is still under way when it is tried again is waited for', async () => {
  const api = apiOf()
  slack.fault('chat.postMessage', { how: 'cut after' })
  const first = api.post(C1, say('T1 passed'), 'run/T1', false).catch(() => null)
  const second = api.post(C1, say('T1 passed'), 'run/T1', true)
  await Promise.all([first, second])
  expect(slack.said).toHaveLength(1)
})

test('a message of several things is found by each of their keys', async () => {
  const api = apiOf()
  const posted = await api.post(C1, say('two'), ['a', 'b'], false)
  const found = await apiOf().find(C1, ['a', 'b', 'c'])
  expect([...found]).toEqual([
    ['a', posted],
    ['b', posted],
  ])
})

test('a burst goes at once, then one a second in a channel, in order; another channel does not wait', async () => {
  const clock = createFakeClock()
  const api = apiOf(clock)
  slack.channels.set('C2', { isMember: true })
  const posts = Array.from({ length: 8 }, (_, n) => api.post(C1, say(`${n}`), `k${n}`, false))
  await until(() => slack.said.length === 5 && clock.timers === 1, 'the burst')
  await api.post({ channel: 'C2', thread: null }, say('other'), 'other', false)
  for (let n = 6; n <= 8; n++) {
    await clock.pass(1_000)
    await until(() => slack.said.length === n + 1, 'the next')
    if (n < 8) await until(() => clock.timers === 1, 'the wait')
  }
  await Promise.all(posts)
  const texts = slack.said.filter(each => each.channel === 'C1').map(each => each.text)
  expect(texts).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
})

test('nothing unfurls, a thread is answered in the thread, blocks are taken away by an edit to plain text', async () => {
  const api = apiOf()
  const posted = await api.post({ channel: 'C1', thread: '1.5' }, say('hello'), 'k', false)
  expect(slack.calls.at(-1)?.args).toMatchObject({
    unfurl_links: 'false',
    unfurl_media: 'false',
    thread_ts: '1.5',
  })
  await api.edit(posted, say('bye'))
  expect(slack.calls.at(-1)?.args).toMatchObject({ blocks: [], text: 'bye' })
})

test('what is looked for behind a post that is still under way is found', async () => {
  const clock = createFakeClock()
  const api = apiOf(clock)
  slack.fault('chat.postMessage', { how: 'limited', seconds: 1 })
  const posting = api.post(C1, say('T1 passed'), 'run/T1', false)
  const finding = api.find(C1, ['run/T1'])
  await until(() => clock.timers === 1, 'the wait')
  await clock.pass(1_000)
  expect([...(await finding).values()]).toEqual([await posting])
})

test('what is known not to be there is not looked for again', async () => {
  const clock = createFakeClock()
  const api = apiOf(clock)
  slack.always.set('chat.postMessage', { how: 'limited', seconds: 60 })
  await expect(api.post(C1, say('T1'), 'run/T1', true)).rejects.toMatchObject({ word: 'ratelimited' })
  slack.always.clear()
  await clock.pass(60_000)
  await api.post(C1, say('T1'), 'run/T1', true)
  expect(slack.of('conversations.history')).toHaveLength(1)
  expect(slack.said).toHaveLength(1)
})

test('what a message is found by is of the types that its metadata may have', async () => {
  await apiOf().post(C1, say('two'), ['a', 'b'], false)
  const payloads = slack.said.map(
    each => (each.metadata as { event_payload: Record<string, unknown> }).event_payload,
  )
  expect(payloads.flatMap(Object.values).map(value => typeof value)).toEqual(['string'])
})
