import { afterEach, describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../fake-clock.ts'
import { type SlackStub, startSlackStub } from '../../../slack/stub.ts'
import { until } from '../../../until.ts'
import { type InboundWorld, openInbound } from './world.ts'

const ends: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function open(mode: 'socket' | 'http'): Promise<{ stub: SlackStub; world: InboundWorld }> {
  const clock = createFakeClock()
  const stub = await startSlackStub({ clock, mode })
  ends.push(() => stub.close())
  const env = stub.env()
  const world = await openInbound({
    clock,
    settings: {
      mode,
      botToken: env['SLACK_BOT_TOKEN'] ?? '',
      appToken: env['SLACK_APP_TOKEN'] ?? null,
      signingSecret: env['SLACK_SIGNING_SECRET'] ?? null,
      apiUrl: env['SLACK_API_URL'] ?? null,
    },
  })
  ends.push(() => world.close())
  if (mode === 'http') stub.webhook.pointAt(world.url)
  await until(() => world.inbound.health().up, 'Slack can reach it')
  return { stub, world }
}

const handled = async (world: InboundWorld, count: number): Promise<readonly string[]> => {
  await until(() => world.told.handled.length >= count, `${count} are carried out`)
  await until(() => world.journal.entries().every(entry => entry.stage === 'done'), 'all is done')
  return world.told.handled
}

describe.each(['socket', 'http'] as const)('by %s', mode => {
  test('what people do is heard once each, in their own words, and nothing else', async () => {
    const { stub, world } = await open(mode)
    const [mei, kai] = [stub.person('mei'), stub.person('kai')]
    const boards = stub.channel('boards')
    mei.say(boards, '@boardroom queue')
    await handled(world, 1)
    mei.tell('lease socA 2h')
    await handled(world, 2)
    await mei.slash('/lab', 'boards show soc-a-001', boards)
    await handled(world, 3)
    const message = kai.upload(boards, 'hello', Buffer.from('x'), 'try this')
    await mei.shortcut('Run this file on a board', message)
    await handled(world, 4)
    mei.openHome()
    await handled(world, 5)
    kai.invite(stub.channel('new', { hasBot: false }))
    await handled(world, 6)
    kai.say(boards, 'what a day')
    stub.botSays(boards, 'ci', `<@${stub.bot.user}> power off soc-a-001`)
    mei.tell('done')
    expect(await handled(world, 7)).toEqual([
      `<@${stub.bot.user}> queue`,
      'lease socA 2h',
      '/lab boards show soc-a-001',
      'shortcut',
      'home',
      'joined',
      'done',
    ])
    expect(stub.complaints).toEqual([])
    expect([...mei.troubles, ...kai.troubles]).toEqual([])
  })

  test('incident 1: what Slack tells twice is carried out once', async () => {
    const { stub, world } = await open(mode)
    const mei = stub.person('mei')
    for (const fault of ['twice', 'again', 'twice'] as const) stub.faults.planEvent(fault)
    mei.tell('first')
    await handled(world, 1)
    mei.tell('second')
    await handled(world, 2)
    await mei.slash('/lab', 'third', stub.channel('boards'))
    mei.tell('last')
    const lines = await handled(world, 4)
    expect(lines).toEqual(['first', 'second', '/lab third', 'last'])
  })

  test('what was cut off before it was acknowledged comes again, and is carried out once', async () => {
    const { stub, world } = await open(mode)
    const mei = stub.person('mei')
    stub.faults.planEvent('cut')
    mei.tell('power off soc-a-001')
    const comes = (count: number) => async (): Promise<boolean> => {
      await world.clock.pass(1_000)
      return world.told.handled.length === count
    }
    await until(comes(1), 'it is carried out')
    mei.tell('last')
    await until(comes(2), 'the next is carried out too')
    expect(await handled(world, 2)).toEqual(['power off soc-a-001', 'last'])
  })

  test('a corrected message is offered and not carried out', async () => {
    const { stub, world } = await open(mode)
    const mei = stub.person('mei')
    const message = mei.tell('qeue')
    await handled(world, 1)
    await world.clock.pass(10_000)
    mei.edit(message, 'queue')
    await handled(world, 2)
    await world.clock.pass(60_000)
    mei.edit(message, 'boards')
    mei.tell('last')
    expect(await handled(world, 3)).toEqual(['qeue', 'queue', 'last'])
    expect(world.journal.entries().map(entry => entry.key.split(':')[1])).toEqual([
      'message',
      'edit',
      'message',
    ])
  })
})

test('incident 6: the rights are taken away and given back: it is heard, and the connection comes back by itself', async () => {
  const { stub, world } = await open('socket')
  stub.revoke('account_inactive', 'all')
  await handled(world, 1)
  expect(world.told.handled).toEqual(['revoked'])
  stub.socket.cut()
  await until(() => !world.inbound.health().up, 'it is down')
  await until(async () => {
    await world.clock.pass(1_000)
    return world.inbound.health().why?.includes('account_inactive')
  }, 'it says why')
  stub.restore()
  await until(async () => {
    await world.clock.pass(1_000)
    return world.inbound.health().up
  }, 'it is connected again')
  stub.person('mei').tell('queue')
  expect(await handled(world, 2)).toEqual(['revoked', 'queue'])
})
