import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSlackApi } from '../../../../src/bot/slack/outbound/api.ts'
import { isPassing, isRevoked, isSpentReply, SlackError } from '../../../../src/bot/slack/slack-error.ts'
import type { Message } from '../../../../src/bot/slack/types.ts'
import { systemClock } from '../../../../src/clock.ts'
import { type LogFields, silentLog } from '../../../../src/log.ts'
import { createFakeClock, type FakeClock } from '../../../fake-clock.ts'
import { until } from '../../../until.ts'
import { type SlackServer, startSlackServer } from './slack-server.ts'

let slack: SlackServer
beforeEach(async () => {
  slack = await startSlackServer()
})
afterEach(() => slack.close())

const HELLO: Message = { text: 'hello', blocks: [{ type: 'divider' }], warnings: [] }
const C1 = { channel: 'C1', thread: null }

function apiOf(more: { clock?: FakeClock; warned?: LogFields[] } = {}) {
  const { warned = [], clock = systemClock } = more
  const log = { ...silentLog, warn: (fields: LogFields) => void warned.push(fields) }
  return createSlackApi({
    botToken: 'xoxb-test-secret',
    apiUrl: slack.url,
    clock,
    log,
    timeoutMs: { now: 300, later: 300 },
  })
}

async function refusalOf(work: Promise<unknown>): Promise<SlackError> {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  )
  if (error instanceof SlackError) return error
  throw new Error(`no SlackError, but ${String(error)}`)
}

test('a refusal says what happened, with what to do next, and no token', async () => {
  slack.channels.set('C2', { isMember: false })
  const error = await refusalOf(apiOf().post({ channel: 'C2', thread: null }, HELLO, 'k', false))
  expect(error).toMatchObject({ code: 'slack-not_in_channel', word: 'not_in_channel', effect: 'none' })
  expect(error.message).toBe('The bot is not in that channel (C2)')
  expect(error.hint).toContain('/invite')
  expect(isPassing(error)).toBe(false)
  const texts = [error.message, error.hint, JSON.stringify(error.details), String(error.cause)]
  expect(texts.join()).not.toContain('xoxb')
})

test.each([
  ['cut', { how: 'cut' }, 'slack-cut', 'unclear'],
  ['cut after effect', { how: 'cut after' }, 'slack-cut', 'unclear'],
  ['silent', { how: 'silent' }, 'slack-timeout', 'unclear'],
  ['503', { how: 'status', status: 503 }, 'slack-no_answer', 'unclear'],
  ['fatal_error', { how: 'word', word: 'fatal_error' }, 'slack-fatal_error', 'unclear'],
  ['403', { how: 'status', status: 403 }, 'slack-http_403', 'none'],
  ['a word of its own', { how: 'word', word: 'something_new' }, 'slack-something_new', 'none'],
  ['revoked', { how: 'word', word: 'token_revoked' }, 'slack-token_revoked', 'none'],
  ['a long rate limit', { how: 'limited', seconds: 60 }, 'slack-ratelimited', 'none'],
  ['a limit of unknown length', { how: 'limited', seconds: null }, 'slack-ratelimited', 'none'],
] as const)('%s is told apart, and whether it may have taken effect', async (_, fault, code, effect) => {
  slack.fault('chat.update', fault)
  const error = await refusalOf(apiOf().edit({ channel: 'C1', ts: '1.1' }, HELLO))
  expect(error).toMatchObject({ code, effect })
  expect(isRevoked(error)).toBe(code === 'slack-token_revoked')
  expect(isPassing(error)).toBe(!['slack-http_403', 'slack-something_new'].includes(code))
})

test('where nobody listens nothing was done, and health tells since when', async () => {
  const api = apiOf()
  await api.self()
  expect(api.health().trouble).toBeNull()
  await slack.close()
  const error = await refusalOf(api.self())
  expect(['slack-unreachable', 'slack-cut']).toContain(error.code)
  const again = await refusalOf(api.self())
  expect(again).toMatchObject({ code: 'slack-unreachable', effect: 'none' })
  expect(api.health().trouble).toMatchObject({ code: 'slack-unreachable' })
})

test('a rate limit holds up its own method for as long as Slack says, and no other', async () => {
  const clock = createFakeClock()
  const api = apiOf({ clock })
  await api.post(C1, HELLO, 'k', false)
  const [message] = slack.said
  const posted = { channel: 'C1', ts: message?.ts ?? '' }
  slack.fault('chat.update', { how: 'limited', seconds: 40 })
  expect((await refusalOf(api.edit(posted, HELLO))).retryAfterMs).toBe(40_000)
  await clock.pass(10_000)
  // Known already: Slack is not asked.
  expect((await refusalOf(api.edit(posted, HELLO))).retryAfterMs).toBe(30_000)
  expect(slack.of('chat.update')).toHaveLength(1)
  await api.post(C1, HELLO, 'k2', false)
  await clock.pass(30_000)
  await api.edit(posted, HELLO)
  expect(slack.of('chat.update')).toHaveLength(2)
})

test('a short rate limit is waited for', async () => {
  const clock = createFakeClock()
  const api = apiOf({ clock })
  slack.fault('chat.postMessage', { how: 'limited', seconds: 2 })
  const posted = api.post(C1, HELLO, 'k', false)
  await until(() => clock.timers > 0, 'the wait')
  await clock.pass(2_000)
  await posted
  expect(slack.said).toHaveLength(1)
})

test.each([
  ['chat.postMessage', 'invalid_blocks'],
  ['chat.postMessage', 'msg_too_long'],
  ['chat.update', 'invalid_blocks'],
  ['chat.update', 'msg_too_long'],
  ['chat.postEphemeral', 'invalid_blocks'],
] as const)('%s: %s is answered with the plain text, and logged with its pointers', async (method, word) => {
  const warned: LogFields[] = []
  const api = apiOf({ warned })
  const posted = await api.post(C1, HELLO, 'first', false)
  slack.fault(method, { how: 'word', word, messages: ['[ERROR] too many [json-pointer:/blocks/3]'] })
  const long = { ...HELLO, text: `now ${'x'.repeat(5_000)}` }
  if (method === 'chat.postMessage') await api.post(C1, long, 'k', false)
  else if (method === 'chat.update') await api.edit(posted, long)
  else await api.whisper({ ...C1, user: 'U1' }, long)
  const args: Record<string, unknown> = slack.of(method).at(-1)?.args ?? {}
  expect(String(args['text'])).toMatch(/^now x+…$/)
  expect(String(args['text']).length).toBeLessThan(4_000)
  expect(args['blocks'] ?? []).toEqual([])
  expect(JSON.stringify(warned)).toContain(word === 'invalid_blocks' ? '/blocks/3' : '')
})

test('what our own rules refuse is never sent as it was drawn', async () => {
  const warned: LogFields[] = []
  const api = apiOf({ warned })
  const blocks = Array.from({ length: 51 }, () => ({ type: 'divider' as const }))
  await api.post(C1, { ...HELLO, blocks }, 'k', false)
  expect(slack.said).toMatchObject([{ text: 'hello', blocks: [] }])
  expect(warned.some(fields => JSON.stringify(fields).includes('/blocks'))).toBe(true)
  const title = { type: 'plain_text', text: 'x'.repeat(25) } as const
  await api.openModal('trigger', { type: 'modal', title, blocks: [] })
  const view = slack.of('views.open')[0]?.args['view'] as { title: { text: string }; blocks: unknown[] }
  expect(view.title.text).toBe('Boardroom')
  expect(JSON.stringify(view.blocks)).toContain('Type the command')
})

test('names are asked for once an hour, the id stands in for one that cannot be had', async () => {
  const clock = createFakeClock()
  const api = apiOf({ clock })
  slack.fault('users.info', { how: 'status', status: 500 })
  expect(await api.nameOf('U1')).toBe('U1')
  expect(await Promise.all([api.nameOf('U1'), api.nameOf('U1')])).toEqual(['U1-name', 'U1-name'])
  expect(slack.of('users.info')).toHaveLength(2)
  await clock.pass(60 * 60_000)
  await api.nameOf('U1')
  expect(slack.of('users.info')).toHaveLength(3)
})

test('each client sends its own token, and nobody else', async () => {
  const other = createSlackApi({
    botToken: 'xoxb-other',
    apiUrl: slack.url,
    clock: systemClock,
    log: silentLog,
  })
  const api = apiOf()
  await other.self()
  await api.self()
  await api.post(C1, HELLO, 'k', false)
  expect(slack.calls.map(call => call.token)).toEqual([
    'Bearer xoxb-other',
    'Bearer xoxb-test-secret',
    'Bearer xoxb-test-secret',
  ])
})

const HOW = { replace: false, toAll: false }

test('response_url takes five answers and thirty minutes, then says so, so that another way is taken', async () => {
  const bodies: string[] = []
  slack.page = (_, response, body) => {
    bodies.push(body)
    response.end('ok')
  }
  const clock = createFakeClock()
  const api = apiOf({ clock })
  const url = `${slack.origin}/response/1`
  for (let n = 0; n < 5; n++) await api.respond(url, HELLO, HOW)
  const sixth = await refusalOf(api.respond(url, HELLO, HOW))
  expect(sixth.code).toBe('slack-used_url')
  expect(isSpentReply(sixth)).toBe(true)
  expect(bodies).toHaveLength(5)
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ text: 'hello', response_type: 'ephemeral' })
  const old = { ...HOW, since: clock.now() - 30 * 60_000 }
  expect((await refusalOf(api.respond(`${slack.origin}/response/2`, HELLO, old))).code).toBe(
    'slack-expired_url',
  )
})

test('what Slack says of a response_url is believed over our own count', async () => {
  slack.page = (_, response) => void response.writeHead(404).end('{"ok":false,"error":"expired_url"}')
  const api = apiOf()
  const url = `${slack.origin}/response/1`
  expect(isSpentReply(await refusalOf(api.respond(url, HELLO, HOW)))).toBe(true)
  slack.page = () => expect.unreachable('it was spent')
  expect((await refusalOf(api.respond(url, HELLO, HOW))).code).toBe('slack-used_url')
})

test.each([
  'http://hooks.slack.com/x',
  'https://hooks.slack.com.evil.example/x',
  'https://hooks.slack.com@evil.example/x',
  'https://user@hooks.slack.com/x',
  'http://169.254.169.254/latest',
  'file:///etc/passwd',
  'nonsense',
])('%s is no response_url of Slack and is not called', async url => {
  slack.page = () => expect.unreachable('called')
  expect((await refusalOf(apiOf().respond(url, HELLO, HOW))).code).toBe('slack-foreign_url')
})

test('a response_url does not follow a redirect', async () => {
  slack.page = (request, response) => {
    expect(request.url).toBe('/response/1')
    response.writeHead(307, { location: `${slack.origin}/inside` }).end()
  }
  await refusalOf(apiOf().respond(`${slack.origin}/response/1`, HELLO, HOW))
})
