import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../../../until.ts'
import * as payloads from './payloads.ts'
import { type SocketSide, startSocketSide } from './socket-side.ts'
import { type InboundWorld, openInbound } from './world.ts'

let slack: SocketSide
let world: InboundWorld
const unhandled: unknown[] = []
const onUnhandled = (error: unknown): void => void unhandled.push(error)

beforeEach(async () => {
  unhandled.length = 0
  process.on('unhandledRejection', onUnhandled)
  slack = await startSocketSide()
})

afterEach(async () => {
  await world.close()
  await slack.close()
  process.off('unhandledRejection', onUnhandled)
  // What nobody catches ends the process.
  expect(unhandled).toEqual([])
})

async function connect(): Promise<void> {
  world = await openInbound({ settings: { mode: 'socket', apiUrl: slack.apiUrl, signingSecret: null } })
}

const isUp = (): boolean => world.inbound.health().up
const up = async (): Promise<void> => void (await until(isUp, 'it is connected'))
const down = async (): Promise<void> => void (await until(() => !isUp(), 'it is not connected'))

/** Time passes until it is connected again. */
async function upAgain(withinMs: number): Promise<void> {
  const from = world.clock.mono()
  await until(async () => {
    if (!isUp()) await world.clock.pass(250)
    return isUp()
  }, 'it is connected again')
  expect(world.clock.mono() - from).toBeLessThanOrEqual(withinMs)
}

test('what comes by the socket is stored, acknowledged and carried out', async () => {
  await connect()
  await up()
  expect(slack.asked).toEqual(['Bearer xapp-1'])
  expect(world.inbound.handler).toBeNull()
  const now = world.clock.now()
  expect(await slack.deliver(payloads.slash('queue'))).toEqual({})
  expect(await slack.deliver(payloads.mention('<@UBOT> queue', now))).toEqual({})
  expect(await slack.deliver(payloads.click('tests show T12', now))).toEqual({})
  expect(await slack.deliver(payloads.search('soc-a'))).toMatchObject({ options: [{ value: 'soc-a-001' }] })
  expect(await slack.deliver(payloads.submission())).toMatchObject({ response_action: 'errors' })
  await until(() => world.told.handled.length === 3, 'all is carried out')
  expect(world.told.handled).toEqual(['/lab queue', '<@UBOT> queue', 'tests show T12'])
  expect(world.inbound.health()).toMatchObject({ mode: 'socket', up: true, lastEventAt: now, refused: 0 })
})

test('another bot on the same app is told of: each of the two hears only a part', async () => {
  await connect()
  await up()
  const warned = (): unknown[] => world.log.filter(line => /another bot is connected/.test(line.message))
  expect(warned()).toEqual([])
  slack.send(JSON.stringify({ type: 'hello', num_connections: 2 }))
  await until(() => warned().length > 0, 'it is told')
  expect(warned()).toMatchObject([{ level: 'warn', fields: { others: 1 } }])
})

test('incident 1: one envelope twice is carried out once, and acknowledged each time', async () => {
  await connect()
  await up()
  const body = payloads.slash('run-test socA')
  await Promise.all([slack.deliver(body, { id: 'same' }), slack.deliver(body, { id: 'again' })])
  await slack.deliver(body, { id: 'same' })
  await until(() => world.journal.entries()[0]?.stage === 'done', 'it is done')
  expect(world.told.handled).toEqual(['/lab run-test socA'])
})

test('incident 5: a bad token at a reconnection is told and tried again; the process lives', async () => {
  await connect()
  await up()
  slack.answer('invalid_auth')
  slack.cut()
  await down()
  await until(() => slack.asked.length > 1 || world.clock.pass(250).then(() => false), 'it asks again')
  await until(() => world.inbound.health().why?.includes('SLACK_APP_TOKEN'), 'it says why')
  const asked = slack.asked.length
  await world.clock.pass(500)
  // One error in the log for one reason, and no storm of tries.
  expect(slack.asked.length).toBe(asked)
  expect(world.log.filter(line => line.level === 'error' && line.message.includes('app token'))).toHaveLength(
    1,
  )
  slack.answer(null)
  await upAgain(120_000)
})

test.each([
  ['a refusal', 'account_inactive'],
  ['an error of theirs', 500],
  ['a rate limit', 429],
  ['no JSON', 404],
])(
  'a start while Slack answers with %s does not fail, and it is connected when Slack is back',
  async (_, how) => {
    slack.answer(how)
    await connect()
    await until(() => slack.asked.length === 1, 'it asks')
    await until(() => world.inbound.health().why !== undefined, 'it says why')
    expect(isUp()).toBe(false)
    slack.answer(null)
    await upAgain(60_000)
  },
)

test('a rate limit is kept: not a try before its end', async () => {
  slack.answer(429)
  await connect()
  await until(() => world.inbound.health().why !== undefined, 'it is refused')
  slack.answer(null)
  await world.clock.pass(29_900)
  expect(slack.asked).toHaveLength(1)
  await upAgain(1_000)
})

test('a start without any Slack there does not fail either', async () => {
  const { apiUrl } = slack
  await slack.close()
  world = await openInbound({ settings: { mode: 'socket', apiUrl } })
  await until(() => world.inbound.health().why?.includes('cannot be reached'), 'it says why')
  slack = await startSocketSide()
})

test('when Slack asks to reconnect, it is done at once, and nothing that comes afterwards is lost', async () => {
  await connect()
  await up()
  await world.clock.pass(60_000)
  for (const reason of ['warning', 'refresh_requested']) {
    const asked = slack.asked.length
    slack.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'x' } }))
    await until(() => slack.asked.length > asked, 'it asks for another')
    await up()
    await slack.connected()
    await slack.deliver(payloads.slash(reason))
    await world.clock.pass(60_000)
  }
  await until(() => world.told.handled.length === 2, 'both are carried out')
})

test('the socket is cut in the middle of a click: it is stored and carried out, and its repeat is known', async () => {
  await connect()
  await up()
  world.journal.hold()
  const body = payloads.click('tests cancel T12', world.clock.now())
  void slack.deliver(body)
  await until(() => world.journal.entries().length === 1, 'it is being stored')
  slack.cut()
  world.journal.sync()
  await until(() => world.told.handled.length === 1, 'it is carried out')
  await upAgain(2_000)
  await slack.connected()
  expect(await slack.deliver(body)).toEqual({})
  await world.clock.pass(1_000)
  expect(world.told.handled).toEqual(['tests cancel T12'])
})

test('a connection on which nobody says hello is given up after 20 s, and another is asked for', async () => {
  slack.greet(false)
  await connect()
  await slack.connected()
  slack.greet(true)
  await world.clock.pass(19_999)
  expect(slack.asked).toHaveLength(1)
  await upAgain(5_000)
})

test('frames that make no sense do no harm', async () => {
  await connect()
  await up()
  const frames = [
    'null',
    '1',
    '{}',
    '[]',
    'x',
    '{"type":"events_api"}',
    '{"type":"events_api","payload":{"event":null}}',
  ]
  for (const frame of frames) slack.send(frame)
  slack.send(Buffer.from([0, 1, 2]))
  await slack.deliver({}, { type: 'interactive' })
  await slack.deliver({ type: 'view_closed', view: {} }, { type: 'interactive' })
  await slack.deliver(payloads.slash('queue'))
  await until(() => world.told.handled.length === 1, 'the next is carried out')
})

test('a stop lets go of the connection, also of one that is being made', async () => {
  await connect()
  await up()
  await world.close()
  await slack.connected(0)
  expect(world.inbound.health()).toMatchObject({ up: false, why: 'stopped' })
  slack.greet(false)
  await connect()
  await slack.connected()
  await world.close()
  await slack.connected(0)
})

test('a side that does not answer the closing of a connection is not waited for', async () => {
  await connect()
  await up()
  await world.clock.pass(60_000)
  slack.send(JSON.stringify({ type: 'disconnect', reason: 'link_disabled' }))
  slack.fallSilent()
  await down()
  expect(world.inbound.health().why).toContain('closing')
  await upAgain(5_000)
  await slack.deliver(payloads.slash('queue'))
})
