import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api'
import { expect, test } from 'vitest'
import { createFakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'
import { clientOf, refusalOf, withStub } from './clients.ts'
import type { SlackStub } from './stub.ts'

const posting = (stub: SlackStub, text: string): Promise<unknown> =>
  clientOf(stub).chat.postMessage({ channel: stub.channel('lab').id, text })

const thrown = async (call: Promise<unknown>): Promise<unknown> =>
  await call.catch((reason: unknown) => reason)

test('429 with Retry-After, for as many calls as were asked for, and no complaint', async () => {
  await withStub({}, async stub => {
    stub.faults.plan('chat.postMessage', { kind: 'rate-limit', seconds: 7 }, 2)
    for (let each = 0; each < 2; each++) {
      const error = await thrown(posting(stub, 'x'))
      expect(error).toBeInstanceOf(WebAPIRateLimitedError)
      expect(error).toMatchObject({ retryAfter: 7 })
    }
    expect(await refusalOf(clientOf(stub).auth.test())).toBe('ok')
    expect(await refusalOf(posting(stub, 'x'))).toBe('ok')
    expect(stub.complaints).toEqual([])
  })
})

test('the whole platform is down until it is up: by a status, or without an answer', async () => {
  await withStub({}, async stub => {
    stub.faults.down(503)
    expect(await thrown(posting(stub, 'x'))).toBeInstanceOf(WebAPIHTTPError)
    stub.faults.down('cut')
    expect(await thrown(posting(stub, 'x'))).toBeInstanceOf(WebAPIRequestError)
    stub.faults.up()
    expect(await refusalOf(posting(stub, 'x'))).toBe('ok')
    expect(stub.channel('lab').messages()).toHaveLength(1)
  })
})

test('an answer gets lost after the message was posted: the caller knows nothing, and it is there', async () => {
  await withStub({}, async stub => {
    stub.faults.plan('chat.postMessage', { kind: 'lost-answer' })
    expect(await thrown(posting(stub, 'told once'))).toBeInstanceOf(WebAPIRequestError)
    expect(stub.channel('lab').text()).toBe('boardroom: told once')
  })
})

test('a slow answer comes when its time has passed; a refusal is Slack’s own word', async () => {
  const clock = createFakeClock()
  await withStub({ clock }, async stub => {
    stub.faults.plan('auth.test', { kind: 'slow', ms: 60_000 })
    const asked = refusalOf(clientOf(stub).auth.test())
    await until(() => clock.timers > 0, 'the call to wait')
    await clock.pass(60_000)
    expect(await asked).toBe('ok')
    stub.faults.plan('*', { kind: 'refuse', error: 'fatal_error' })
    expect(await refusalOf(clientOf(stub).auth.test())).toBe('fatal_error')
  })
})

test('a closed stub leaves no port, no connection and no timer behind', async () => {
  const clock = createFakeClock()
  let url = ''
  await withStub({ clock }, async stub => {
    url = stub.url
    stub.person('mei').tell('nobody listens')
    await until(() => clock.timers > 0, 'a retry to wait for')
  })
  expect(clock.timers).toBe(0)
  await expect(fetch(`${url}/api/auth.test`, { method: 'POST' })).rejects.toThrow()
})
