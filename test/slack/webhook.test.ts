import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { startBolt, withStub } from './clients.ts'

const EVENT = JSON.stringify({
  type: 'event_callback',
  event_id: 'Ev1',
  event: { type: 'app_home_opened', user: 'U1' },
})

test('a signed request is taken; a forged, an old and a changed one are refused', async () => {
  await withStub({ mode: 'http' }, async stub => {
    const running = await startBolt(stub, 'http', app => app.event('app_home_opened', async () => {}))
    const { webhook } = stub
    expect(await webhook.send(EVENT)).toMatchObject({ status: 200 })
    expect(await webhook.send(EVENT, { secret: 'another' })).toMatchObject({ status: 401 })
    expect(await webhook.send(EVENT, { aheadS: -301 })).toMatchObject({ status: 401 })
    expect(await webhook.send(EVENT, { signature: 'v0=00' })).toMatchObject({ status: 401 })
    await running.stop()
  })
})

test('what the library lets through, the stub can send: from the future, once more, and with a charset', async () => {
  await withStub({ mode: 'http' }, async stub => {
    const running = await startBolt(stub, 'http', app => app.event('app_home_opened', async () => {}))
    const { webhook } = stub
    expect(await webhook.send(EVENT, { aheadS: 86_400 })).toMatchObject({ status: 200 })
    const [first] = webhook.sent
    if (!first) throw new Error('nothing was sent')
    expect(await webhook.replay(first)).toMatchObject({ status: 200 })
    webhook.say(true)
    const mei = stub.person('mei')
    expect(await mei.slash('/lab', '', stub.channel('lab'))).toMatchObject({
      kind: 'none',
      reason: 'http_error',
    })
    expect(webhook.sent.at(-1)?.headers['content-type']).toBe(
      'application/x-www-form-urlencoded; charset=utf-8',
    )
    await running.stop()
  })
})

test('a handshake: the challenge comes back', async () => {
  await withStub({ mode: 'http' }, async stub => {
    const running = await startBolt(stub, 'http', () => {})
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc', token: 'x' })
    expect(await stub.webhook.send(body)).toMatchObject({ status: 200, body: '{"challenge":"abc"}' })
    await running.stop()
  })
})

test('an event that is refused comes again with its number, unless the app wants none', async () => {
  await withStub({ mode: 'http', rights: { events: ['message.im'] } }, async stub => {
    const running = await startBolt(stub, 'http', app => app.message(async () => {}))
    stub.faults.planEvent('cut')
    stub.person('mei').tell('hello')
    await until(() => stub.webhook.sent.length === 2, 'the event once more')
    expect(stub.webhook.sent[1]?.headers).toMatchObject({
      'x-slack-retry-num': '1',
      'x-slack-retry-reason': 'connection_failed',
    })
    await running.stop()
  })
})
