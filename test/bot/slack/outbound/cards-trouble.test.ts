import { afterEach, beforeEach, expect, test } from 'vitest'
import { drawTopic } from '../../../../src/cards/topics.ts'
import type { View } from '../../../../src/cards/view.ts'
import { makeBoard, makePower, makeResult } from '../../../commands/lab-port.ts'
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
const RUNNING = { state: 'running', rev: 11 } as const
const PASSED = { state: 'passed', rev: 12, result: makeResult() } as const

async function viewOf(topic: string): Promise<View> {
  const view = await drawTopic(topic, stage.lab)
  if (view === null) throw new Error(`no card of ${topic}`)
  return view
}

test('an end that cannot be drawn at first is shown all the same: nobody tells of it again', async () => {
  let draws = 0
  const { run } = stage.lab
  stage.lab.run = async id => {
    const found = await run(id)
    if (found?.state === 'passed' && ++draws === 2) throw new Error('EIO: i/o error, read')
    return found
  }
  stage.setRun(runOf())
  const { live } = stage.begin()
  await live.post(await viewOf('run/T1'), C1)
  stage.setRun(runOf(PASSED))
  await stage.passUntil(() => stage.cards().length === 0, 'the end')
  expect(slack.said[0]?.text).toContain('passed')
})

test('the last news of what has no clock of its own are drawn again when that failed', async () => {
  let event = makePower({ id: 'W1', endedAt: null, rev: 5 })
  let failures = 0
  stage.lab.powerEvent = async () => {
    if (event.rev === 6 && ++failures <= 2) throw new Error('EIO: i/o error, read')
    return event
  }
  const { live } = stage.begin()
  await live.post(await viewOf('power/W1'), C1)
  event = makePower({ id: 'W1', endedAt: stage.clock.now(), rev: 6 })
  stage.lab.publish('power/W1')
  await stage.passUntil(() => stage.cards().length === 0, 'the end')
  expect(slack.said[0]?.edits).toBeGreaterThan(0)
})

test('an edit that was under way when a newer card took its place leaves the record of the newer alone', async () => {
  let board = makeBoard('soc-a-001')
  stage.lab.boards = () => [board]
  stage.lab.board = () => board
  const { live } = stage.begin()
  await live.post(await viewOf('board/soc-a-001'), C1)
  slack.fault('chat.update', { how: 'limited', seconds: 2 })
  board = makeBoard('soc-a-001', { state: { ...board.state, rev: board.state.rev + 1 } })
  stage.lab.publish('board/soc-a-001')
  await stage.passUntil(() => slack.of('chat.update').length === 1, 'the edit')
  const newer = await live.post(await viewOf('board/soc-a-001'), C1)
  await stage.passUntil(() => slack.said[0]?.text.includes('a newer one is below'), 'the word')
  expect(stage.cards()).toMatchObject([{ reference: newer?.ts }])
})

test('a full disk keeps no card from its reader: it is posted, goes on, and shows its end', async () => {
  stage.setRun(runOf())
  stage.lab.card = () => new Promise(() => {})
  const { live } = stage.begin()
  let isDone = false
  const posting = live.post(await viewOf('run/T1'), C1).then(() => {
    isDone = true
  })
  await stage.passUntil(() => isDone, 'the answer')
  await posting
  stage.setRun(runOf(PASSED))
  await stage.passUntil(() => slack.said[0]?.text.includes('passed'), 'the end')
  expect(slack.said).toHaveLength(1)
})

test('where a card was deleted a new one is posted when it is asked for again, and its followers are told by that', async () => {
  stage.setRun(runOf())
  const { live } = stage.begin()
  await live.post(await viewOf('run/T1'), C1, { tellAtEnd: 'U00LI' })
  slack.fault('chat.update', { how: 'word', word: 'message_not_found' })
  stage.setRun(runOf(RUNNING))
  await stage.passUntil(() => slack.of('chat.update').length > 0, 'the refusal')
  await stage.clock.pass(1_000)
  const again = await live.post(await viewOf('run/T1'), C1)
  expect(again).not.toBeNull()
  stage.setRun(runOf(PASSED))
  await stage.passUntil(() => stage.cards().length === 0, 'the end')
  expect(slack.said.find(each => each.ts === again?.ts)?.text).toContain('passed')
  const told = slack.said.filter(each => each.text.includes('<@U00LI>'))
  expect(told).toMatchObject([{ channel: 'C1', thread: again?.ts }])
})

test('P27 started behind a proxy that answers in the place of Slack: the card that is wanted is posted when it lets it', async () => {
  stage.setRun(runOf())
  const first = stage.begin()
  slack.always.set('*', { how: 'status', status: 403 })
  expect(await first.live.post(await viewOf('run/T1'), C1)).toBeNull()
  first.kill()
  stage.begin().live.resume()
  await stage.clock.pass(5 * 60_000)
  slack.always.clear()
  await stage.passUntil(() => stage.cards().some(card => card.reference !== ''), 'the card')
  expect(slack.said).toHaveLength(1)
})
