import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { InputError, LabError } from '../../src/errors.ts'
import { type LogFields, silentLog } from '../../src/log.ts'
import type { OutboxItem } from '../../src/mail/types.ts'
import { type CallbackMessage, createCallbackChannel } from '../../src/web/callback-channel.ts'
import type { Web } from '../../src/web/types.ts'
import { createFakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'

const SECRET = 'a long secret of the lab'
const URL_WITH_TOKEN = 'https://ci.test/callback?token=hush'

type Post = Parameters<Web['post']>
type Answer = Awaited<ReturnType<Web['post']>>

function rig(answer: (call: Post) => Promise<Answer> | Answer = () => ({ status: 200, retryAfterMs: null })) {
  const clock = createFakeClock()
  const posts: { url: string; body: Buffer; headers: Readonly<Record<string, string>> }[] = []
  const lines: string[] = []
  const warn = (fields: LogFields, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`)
  const messages = new Map<string, CallbackMessage>([
    ['callback/T1', { url: URL_WITH_TOKEN, body: { test: 'T1' } }],
    ['callback/T2', { url: URL_WITH_TOKEN, body: { test: 'T2' } }],
    ['callback/T3', { url: 'https://other.test/', body: { test: 'T3' } }],
  ])
  const channel = createCallbackChannel({
    message: async topic => messages.get(topic) ?? null,
    web: {
      async post(url, message, signal) {
        posts.push({ url, ...message })
        return await answer([url, message, signal])
      },
    },
    secret: SECRET,
    clock,
    log: { ...silentLog, warn },
  })
  const deliver = (run: string) => channel.deliver(item(run), new AbortController().signal)
  return { clock, posts, lines, deliver }
}

function item(run: string): OutboxItem {
  const key = `callback/${run}`
  return {
    ...{ key, topic: key, channel: 'callback', kind: 'callback', to: 'ci.test' },
    createdAt: 0,
    attempts: 0,
    nextAt: 0,
  }
}

test('M8.4 the result is posted as JSON, signed over its time and its bytes', async () => {
  const { posts, clock, deliver } = rig()
  expect(await deliver('T1')).toBe('delivered')
  const [post] = posts
  const timestamp = String(Math.floor(clock.now() / 1_000))
  const signature = createHmac('sha256', SECRET).update(`${timestamp}.{"test":"T1"}`).digest('hex')
  expect(post?.url).toBe(URL_WITH_TOKEN)
  expect(post?.body.toString()).toBe('{"test":"T1"}')
  expect(post?.headers).toMatchObject({
    'Content-Type': 'application/json; charset=utf-8',
    'X-Boardroom-Delivery': 'callback/T1',
    'X-Boardroom-Timestamp': timestamp,
    'X-Boardroom-Signature': `sha256=${signature}`,
  })
})

test.for([200, 201, 204, 299])('status %i is the end of it', async status => {
  expect(await rig(() => ({ status, retryAfterMs: null })).deliver('T1')).toBe('delivered')
})

test('410 says that nobody wants it, ever', async () => {
  const { lines, deliver } = rig(() => ({ status: 410, retryAfterMs: null }))
  expect(await deliver('T1')).toBe('nobody')
  expect(lines.join()).toContain('gone for good')
})

test.for([301, 302, 307, 308, 400, 401, 403, 404, 429, 500, 502, 503])(
  'after status %i it is tried again, and the log says why without what is secret in the address',
  async status => {
    const { deliver } = rig(() => ({ status, retryAfterMs: null }))
    const error: unknown = await deliver('T1').catch((error: unknown) => error)
    expect(error).toBeInstanceOf(LabError)
    expect(error).toMatchObject({ message: expect.stringContaining(`ci.test`) as string })
    expect(String(error)).toContain(status < 400 ? 'another address' : `status ${status}`)
    expect(JSON.stringify(error) + String(error)).not.toContain('hush')
    // The next attempt posts again.
    await deliver('T1').catch(() => {})
  },
)

test('what a host asks for in Retry-After it gets, and other hosts do not wait with it', async () => {
  let status = 503
  const { posts, clock, deliver } = rig(() => ({ status, retryAfterMs: status === 503 ? 60_000 : null }))
  await expect(deliver('T1')).rejects.toThrow('status 503')
  status = 200
  await expect(deliver('T2')).rejects.toThrow('left in peace for 60 s more')
  expect(posts).toHaveLength(1)
  expect(await deliver('T3')).toBe('delivered')
  await clock.pass(60_000)
  expect(await deliver('T2')).toBe('delivered')
  expect(await deliver('T1')).toBe('delivered')
})

test('a host that does not answer is given up after 15 s, and left in peace a while', async () => {
  let aborted: unknown = null
  const { posts, clock, deliver } = rig(
    ([, , signal]) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = signal.reason
          reject(signal.reason as Error)
        })
      }),
  )
  const hanging = deliver('T1').catch((error: unknown) => error)
  await until(() => posts.length === 1, 'it is posted')
  await clock.pass(15_000)
  expect(await hanging).toBe(aborted)
  expect(String(aborted)).toContain('ci.test did not answer within 15 s')
  await expect(deliver('T2')).rejects.toThrow('left in peace')
  expect(posts).toHaveLength(1)
  await clock.pass(30_000)
  const again = deliver('T2').catch(() => 'failed')
  await until(() => posts.length === 2, 'it is posted')
  await clock.pass(15_000)
  expect(await again).toBe('failed')
  expect(clock.timers).toBe(0)
})

test('an address that is not allowed any more holds up nobody else of its host', async () => {
  const { posts, deliver } = rig(() => {
    throw new InputError('it is not among the addresses that may be used', { hint: 'Ask an admin.' })
  })
  await expect(deliver('T1')).rejects.toThrow(InputError)
  await expect(deliver('T2')).rejects.toThrow(InputError)
  expect(posts).toHaveLength(2)
})

test('of a test without a record there is nothing to post', async () => {
  const { posts, lines, deliver } = rig()
  expect(await deliver('T9')).toBe('nobody')
  expect([posts.length, lines.length]).toEqual([0, 1])
})
