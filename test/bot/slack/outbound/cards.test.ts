import { afterEach, beforeEach, expect, test } from 'vitest'
import { drawTopic } from '../../../../src/cards/topics.ts'
import type { View } from '../../../../src/cards/view.ts'
import type { QueueSummary } from '../../../../src/lab/types.ts'
import { makeLease, makeResult, makeWaiting } from '../../../commands/lab-port.ts'
import { type SlackServer, startSlackServer } from './slack-server.ts'
import { createStage, runOf, type Stage } from './stage.ts'

let slack: SlackServer
let stage: Stage
beforeEach(async () => {
  slack = await startSlackServer()
  stage = createStage(slack)
})
afterEach(() => slack.close())

const C1 = { channel: 'C1', thread: null }
const HOUR = 3_600_000

async function viewOf(topic: string): Promise<View> {
  const view = await drawTopic(topic, stage.lab)
  if (view === null) throw new Error(`no card of ${topic}`)
  return view
}

function isPosted(): boolean {
  return stage.cards().some(card => card.reference !== '')
}

const RUNNING = { state: 'running', rev: 11 } as const
const PASSED = { state: 'passed', rev: 12, result: makeResult() } as const

test('a card is stored before it is posted, edited at its news, and leaves when its end is shown', async () => {
  stage.setRun(runOf())
  const { live } = stage.begin()
  slack.always.set('chat.postMessage', { how: 'silent' })
  const posting = live.post(await viewOf('run/T1'), C1)
  await stage.passUntil(() => slack.of('chat.postMessage').length > 0, 'the post')
  expect(stage.cards()).toMatchObject([{ topic: 'run/T1', place: 'slack:C1', reference: '', told: false }])
  slack.always.clear()
  await posting
  await stage.passUntil(() => slack.said.length > 0, 'the card')
  stage.setRun(runOf(RUNNING))
  await stage.passUntil(() => slack.said[0]?.text.includes('running'), 'the edit')
  await stage.passUntil(() => stage.cards()[0]?.shown === 11, 'the revision')
  expect(live.where('run/T1')).toEqual({ channel: 'C1', thread: null, ts: slack.said[0]?.ts })
  stage.setRun(runOf(PASSED))
  await stage.passUntil(() => slack.said[0]?.text.includes('passed') && stage.cards().length === 0, 'the end')
  expect(slack.said).toHaveLength(1)
  expect(stage.lab.state().cards).toEqual({})
  // What is told late still finds its thread.
  expect(live.where('run/T1')).toEqual({ channel: 'C1', ts: slack.said[0]?.ts, thread: null })
})

test('P27 killed after the card was stored: the next process posts it, as it is then', async () => {
  stage.setRun(runOf())
  const first = stage.begin()
  slack.always.set('chat.postMessage', { how: 'cut' })
  await first.live.post(await viewOf('run/T1'), C1)
  first.kill()
  slack.always.clear()
  stage.setRun(runOf(RUNNING))
  stage.begin().live.resume()
  await stage.passUntil(() => isPosted(), 'the card')
  expect(slack.said).toHaveLength(1)
  expect(slack.said[0]?.text).toContain('running')
})

test('P27 killed after the card was posted and before that was stored: it is found, and no second one is posted', async () => {
  stage.setRun(runOf())
  const first = stage.begin()
  slack.fault('chat.postMessage', { how: 'cut after' })
  await first.live.post(await viewOf('run/T1'), C1)
  first.kill()
  expect(stage.cards()).toMatchObject([{ reference: '' }])
  stage.setRun(runOf(RUNNING))
  stage.begin().live.resume()
  await stage.passUntil(() => slack.said[0]?.text.includes('running'), 'the edit')
  expect(slack.said).toHaveLength(1)
})

test('P27 what ended while no process ran is edited in by the next one', async () => {
  stage.setRun(runOf())
  const first = stage.begin()
  await first.live.post(await viewOf('run/T1'), C1)
  first.kill()
  stage.setRun(runOf(PASSED))
  stage.begin().live.resume()
  await stage.passUntil(() => stage.cards().length === 0, 'the end')
  expect(slack.said).toHaveLength(1)
  expect(slack.said[0]?.text).toContain('passed')
})

test('while Slack is down the card waits, and is posted once as it is by then', async () => {
  stage.setRun(runOf())
  const { live } = stage.begin()
  slack.always.set('*', { how: 'status', status: 503 })
  expect(await live.post(await viewOf('run/T1'), C1)).toBeNull()
  await stage.clock.pass(10 * 60_000)
  stage.setRun(runOf(RUNNING))
  expect(await live.post(await viewOf('run/T1'), C1)).toBeNull()
  slack.always.clear()
  await stage.passUntil(() => isPosted(), 'the card')
  expect(slack.said.map(each => each.text.includes('running'))).toEqual([true])
})

test('where the bot may not post nothing is kept, and whoever asked is told why', async () => {
  stage.setRun(runOf())
  const posted = stage.begin().live.post(await viewOf('run/T1'), { channel: 'C9', thread: null })
  await expect(posted).rejects.toMatchObject({ code: 'slack-channel_not_found' })
  expect(stage.cards()).toEqual([])
})

test.each([['message_not_found'], ['is_archived'], ['cant_update_message']])(
  'a card that cannot be edited any more (%s) is given up',
  async word => {
    stage.setRun(runOf())
    const { live } = stage.begin()
    await live.post(await viewOf('run/T1'), C1)
    slack.fault('chat.update', { how: 'word', word })
    stage.setRun(runOf(RUNNING))
    await stage.passUntil(() => stage.cards().length === 0, 'the end of the record')
    stage.setRun(runOf(PASSED))
    await stage.clock.pass(60_000)
    expect(slack.of('chat.update')).toHaveLength(1)
  },
)

test('a follower is told at the end in the thread of the card that they follow; whose test it is is named, not called', async () => {
  stage.setRun(runOf())
  const { live } = stage.begin()
  const D2 = { channel: 'D2', thread: null }
  await live.post(await viewOf('run/T1'), D2, { tellAtEnd: 'U00LI' })
  expect(stage.cards()).toMatchObject([{ place: 'slack:D2', for: ['U00LI'] }])
  stage.setRun(runOf(PASSED))
  await stage.passUntil(() => stage.cards().length === 0, 'the end')
  const [card, told] = slack.said
  expect(told).toMatchObject({ channel: 'D2', thread: card?.ts })
  expect(told?.text).toContain('<@U00LI>')
  expect(told?.text).not.toContain('<@U0MEI>')
  expect(told?.text).toContain('@mei: T1 passed')
})

test('a follower in a place that shows the test already joins its card, also when the process dies before the end', async () => {
  stage.setRun(runOf())
  const first = stage.begin()
  const card = await first.live.post(await viewOf('run/T1'), C1)
  expect(await first.live.post(await viewOf('run/T1'), C1, { tellAtEnd: 'U00LI' })).toEqual(card)
  await first.live.post(await viewOf('run/T1'), C1, { tellAtEnd: 'U0KAI' })
  first.kill()
  stage.begin().live.resume()
  stage.setRun(runOf(PASSED))
  await stage.passUntil(() => stage.cards().length === 0, 'the end')
  expect(slack.said).toHaveLength(2)
  expect(slack.said[1]?.text).toContain('<@U00LI>')
  expect(slack.said[1]?.text).toContain('<@U0KAI>')
})

test('a test that is shown in a place already gets no second card there, one in another place has its own', async () => {
  stage.setRun(runOf())
  const { live } = stage.begin()
  const card = await live.post(await viewOf('run/T1'), C1)
  expect(await live.post(await viewOf('run/T1'), C1)).toEqual(card)
  await live.post(await viewOf('run/T1'), { channel: 'C1', thread: '1.5' })
  expect(slack.said.map(each => each.thread)).toEqual([null, '1.5'])
  stage.setRun(runOf(PASSED))
  await stage.passUntil(() => stage.cards().length === 0, 'both ends')
  expect(slack.said.map(each => each.text.includes('passed'))).toEqual([true, true])
})

test('the place of a card is known until the outcome was told in its thread', async () => {
  stage.setRun(runOf())
  const { live, deliver } = stage.begin()
  const card = await live.post(await viewOf('run/T1'), C1)
  stage.owe({ topic: 'run/T1' })
  stage.setRun(runOf(PASSED))
  await stage.passUntil(() => slack.said[0]?.text.includes('passed'), 'the end')
  await stage.clock.pass(30_000)
  expect(live.where('run/T1', 'C1')).toMatchObject({ ts: card?.ts })
  deliver()
  await stage.passUntil(() => stage.cards().length === 0, 'the end of the record')
  expect(slack.said[1]).toMatchObject({ channel: 'C1', thread: card?.ts })
  expect(slack.said[1]?.text).toContain('<@U0MEI>')
})

test('a newer card of the queue takes the place of the older, which says so, also after a kill', async () => {
  const first = stage.begin()
  const old = await first.live.post(await viewOf('queue'), C1)
  await stage.clock.pass(1_000)
  slack.always.set('chat.update', { how: 'status', status: 503 })
  await first.live.post(await viewOf('queue'), C1)
  first.kill()
  slack.always.clear()
  expect(stage.cards()).toMatchObject([{ replaces: old?.ts, reference: slack.said[1]?.ts }])
  stage.begin().live.resume()
  await stage.passUntil(() => slack.said[0]?.text.includes('a newer one is below'), 'the word')
  await stage.passUntil(() => stage.cards()[0]?.replaces === undefined, 'the record')
  expect(slack.said[1]?.text).not.toContain('newer')
})

function queueOf(count: number): QueueSummary {
  const waiting = Array.from({ length: count }, (_, n) => makeWaiting({ id: `T${n}`, position: n + 1 }))
  return { waiting, running: [], averageWaitMs: 0, limit: 50 }
}

test('the queue is drawn again at its news, every 15 s at most, and for four hours', async () => {
  let waiting = 0
  stage = createStage(slack, { queue: () => queueOf(waiting) })
  const { live } = stage.begin()
  await live.post(await viewOf('queue'), C1)
  for (let n = 1; n <= 40; n++) {
    waiting = n
    stage.lab.publish('queue')
    await stage.clock.pass(1_000)
  }
  await stage.passUntil(() => slack.said[0]?.text.includes('40 waiting'), 'the last news')
  expect(slack.said[0]?.edits).toBeLessThanOrEqual(4)
  await stage.clock.pass(4 * HOUR)
  await stage.passUntil(() => stage.cards().length === 0, 'the end')
  expect(slack.said[0]?.text).toContain(
    'Not kept up to date any more, after 4 h. For the state of now: queue',
  )
  const edits = slack.said[0]?.edits
  stage.lab.publish('queue')
  await stage.clock.pass(60_000)
  expect(slack.said[0]?.edits).toBe(edits)
})

test('where a newer card of the queue is refused, the older one stays, and stays up to date', async () => {
  let waiting = 0
  stage = createStage(slack, { queue: () => queueOf(waiting) })
  const { live } = stage.begin()
  await live.post(await viewOf('queue'), C1)
  const shows = async (count: number): Promise<void> => {
    waiting = count
    stage.lab.publish('queue')
    await stage.passUntil(() => slack.said[0]?.text.includes(`${count} waiting`), 'the news')
  }
  for (const count of [1, 2, 3]) await shows(count)
  slack.fault('chat.postMessage', { how: 'word', word: 'restricted_action' })
  await expect(live.post(await viewOf('queue'), C1)).rejects.toMatchObject({ word: 'restricted_action' })
  expect(stage.cards()).toMatchObject([{ reference: slack.said[0]?.ts }])
  await shows(4)
  expect(slack.said).toHaveLength(1)
})

test('the last lines of a test that runs are shown every 15 s, though nobody tells of them', async () => {
  let lines = 0
  stage = createStage(slack, {
    tail: () => ({ lines: [{ t: 0, text: `line ${lines}` }], total: lines }),
  })
  stage.setRun(runOf(RUNNING))
  const { live } = stage.begin()
  await live.post(await viewOf('run/T1'), C1)
  lines = 7
  await stage.passUntil(() => slack.said[0]?.text.includes('line 7'), 'the lines')
  const at = stage.clock.mono()
  lines = 8
  await stage.passUntil(() => slack.said[0]?.text.includes('line 8'), 'the next lines')
  expect(stage.clock.mono() - at).toBeGreaterThanOrEqual(14_000)
  live.close()
})

test('whoever waits for a board sees the place and the reason as they are now, though nobody tells of them', async () => {
  let why = ['b1 is held by @kai until 12:30']
  const lease = makeLease({ id: 'L1', state: 'waiting' })
  stage = createStage(slack, { lease: () => lease, waiting: () => makeWaiting({ id: 'L1', why }) })
  const { live } = stage.begin()
  await live.post(await viewOf('lease/L1'), C1)
  why = ['b1 is held by @kai until 13:00']
  await stage.passUntil(() => slack.said[0]?.text.includes('until 13:00'), 'the new reason')
  live.close()
})

test('what is over when it is posted is not edited again', async () => {
  stage.setRun(runOf(PASSED))
  await stage.begin().live.post(await viewOf('run/T1'), C1)
  await stage.passUntil(() => stage.cards().length === 0, 'the end')
  expect(slack.of('chat.update')).toHaveLength(0)
})
