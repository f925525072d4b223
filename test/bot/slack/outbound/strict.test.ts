import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSlackApi } from '../../../../src/bot/slack/outbound/api.ts'
import { renderMessage } from '../../../../src/bot/slack/render/render.ts'
import { leaseTelling } from '../../../../src/cards/lease-telling.ts'
import { systemClock } from '../../../../src/clock.ts'
import { silentLog } from '../../../../src/log.ts'
import { makeLease } from '../../../commands/lab-port.ts'
import { type SlackStub, startSlackStub } from '../../../slack/stub.ts'
import { FRAME, MEI } from './stage.ts'

let slack: SlackStub
beforeEach(async () => {
  slack = await startSlackStub()
})
afterEach(() => slack.close())

function apiOf() {
  const { SLACK_BOT_TOKEN: botToken = '', SLACK_API_URL: apiUrl = '' } = slack.env()
  const timeoutMs = { now: 2_000, later: 2_000 }
  return createSlackApi({ botToken, apiUrl, clock: systemClock, log: silentLog, timeoutMs })
}

test('a workspace as strict as the real one takes what is posted, edited, whispered, asked and told directly', async () => {
  const api = apiOf()
  const mei = slack.person('mei')
  const lab = slack.channel('lab')
  const holder = { kind: 'person', person: { ...MEI, id: mei.id } } as const
  const message = renderMessage(leaseTelling({ lease: makeLease({ holder }), waiter: null }, FRAME), FRAME)
  const place = { channel: lab.id, thread: null }
  const posted = await api.post(place, message, 'lease/L7', false)
  const reply = await api.post({ ...place, thread: posted.ts }, message, ['a', 'b'], false)
  await api.edit(posted, { ...message, text: 'changed' })
  await api.edit(posted, { text: 'plain', blocks: [], warnings: [] })
  await api.whisper({ ...place, user: mei.id }, message)
  const direct = await api.direct(mei.id)
  await api.post({ channel: direct, thread: null }, message, 'lease/L7', false)
  expect(await api.nameOf(mei.id)).toBe('mei')
  expect(await api.permalink(posted)).toContain(lab.id)
  expect((await api.self()).name).toBe('boardroom')
  const found = await apiOf().find({ ...place, thread: posted.ts }, ['a', 'b', 'c'])
  expect([...found.values()]).toEqual([reply, reply])
  expect(lab.message('plain').ts).toBe(posted.ts)
  expect(slack.complaints).toEqual([])
})

test('a lost answer, a channel the bot is not in, and one that it may join', async () => {
  const api = apiOf()
  const lab = slack.channel('lab')
  const hello = { text: 'hello', blocks: [], warnings: [] }
  slack.faults.plan('chat.postMessage', { kind: 'lost-answer' })
  const place = { channel: lab.id, thread: null }
  await expect(api.post(place, hello, 'k', false)).rejects.toMatchObject({ word: 'cut', effect: 'unclear' })
  await api.post(place, hello, 'k', false)
  expect(lab.messages()).toHaveLength(1)
  const open = { channel: slack.channel('open', { hasBot: false }).id, thread: null }
  await expect(api.post(open, hello, 'k', false)).rejects.toMatchObject({ word: 'not_in_channel' })
  await api.join(open.channel)
  await api.post(open, hello, 'k', false)
  const closed = { channel: slack.channel('closed', { kind: 'private', hasBot: false }).id, thread: null }
  await expect(api.post(closed, hello, 'k', false)).rejects.toMatchObject({ word: 'channel_not_found' })
  expect(slack.channel('open').messages()).toHaveLength(1)
})
