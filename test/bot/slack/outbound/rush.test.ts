import { afterEach, beforeEach, expect, test } from 'vitest'
import { drawTopic } from '../../../../src/cards/topics.ts'
import type { View } from '../../../../src/cards/view.ts'
import { makeResult } from '../../../commands/lab-port.ts'
import { type SlackServer, startSlackServer } from './slack-server.ts'
import { createStage, runOf } from './stage.ts'

let slack: SlackServer
beforeEach(async () => {
  slack = await startSlackServer()
})
afterEach(() => slack.close())

const IDS = Array.from({ length: 20 }, (_, n) => `T${n + 1}`)

/** Which of the lines that the board printed an edit shows last; its end comes after all of them. */
function lineOf({ args }: { args: Record<string, unknown> }): number {
  const shown = /line (\d+)/.exec(String(args['text']))?.[1]
  return String(args['text']).includes('passed') ? Number.POSITIVE_INFINITY : Number(shown ?? 0)
}

test('20 tests at once, over HTTP: each has one card that shows its end within 10 s, each submitter is told once in its thread and in order, no card goes back, and Slack never gets more than 50 edits a minute', async () => {
  let line = 0
  const stage = createStage(slack, { tail: () => ({ lines: [{ t: 0, text: `line ${line}` }], total: line }) })
  slack.now = () => stage.clock.mono()
  const { live, deliver } = stage.begin()
  for (const id of IDS) stage.setRun(runOf({ id, state: 'running', rev: 11 }))
  const posting = IDS.map(async id => {
    const view = (await drawTopic(`run/${id}`, stage.lab)) as View
    return await live.post(view, { channel: 'C1', thread: null })
  })
  await stage.passUntil(() => slack.said.length === IDS.length, 'all cards')
  const cards = new Map(
    await Promise.all(posting.map(async (each, n) => [IDS[n], (await each)?.ts] as const)),
  )
  const progressFrom = stage.clock.mono()
  await stage.passUntil(() => {
    line++
    return stage.clock.mono() - progressFrom > 90_000
  }, 'a minute and a half of output')

  const endedAt = stage.clock.mono()
  for (const [n, id] of IDS.entries()) {
    const owed = { topic: `run/${id}`, key: `run/${id}/run-ended` }
    stage.owe(owed)
    stage.setRun(runOf({ id, state: 'passed', rev: 20 + n, result: makeResult() }))
  }
  deliver()
  await stage.passUntil(() => stage.cards().length === 0 && stage.shelf.items().length === 0, 'all ends')

  const edits = slack.of('chat.update')
  for (const id of IDS) {
    const ts = cards.get(id)
    const last = edits.findLast(each => each.args['ts'] === ts)
    expect(String(last?.args['text']), id).toContain('passed')
    expect((last?.at ?? 0) - endedAt, id).toBeLessThanOrEqual(10_000)
    expect(slack.said.filter(each => each.thread === ts).map(each => each.text.slice(0, 20))).toEqual([
      expect.stringMatching(new RegExp(`^<@U0MEI> ${id} passed`)),
    ])
  }
  expect(slack.said).toHaveLength(2 * IDS.length)
  // They are all one person's, who reads them in the order in which the tests ended.
  const told = slack.said.filter(each => each.thread !== null)
  expect(told.map(each => /> (T\d+) passed/.exec(each.text)?.[1])).toEqual(IDS)
  for (const ts of cards.values()) {
    const lines = edits.filter(each => each.args['ts'] === ts).map(lineOf)
    expect(lines).toEqual(lines.toSorted((a, b) => a - b))
  }
  for (let n = 50; n < edits.length; n++)
    expect((edits[n]?.at ?? 0) - (edits[n - 50]?.at ?? 0)).toBeGreaterThanOrEqual(60_000)
  expect(edits.length).toBeGreaterThan(40)
})
