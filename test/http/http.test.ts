import { once } from 'node:events'
import { createServer } from 'node:net'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { LabError } from '../../src/errors.ts'
import { healthStatus } from '../../src/http/health.ts'
import { createHttp } from '../../src/http/http.ts'
import { createFakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'
import { dial, get, open, startRig, WELL } from './rig.ts'

test('I4 health is 200 with what counts, never kept', async () => {
  const { port } = await startRig()
  const { status, headers, text } = await get(port, '/api/v1/health')
  expect(status).toBe(200)
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  expect(JSON.parse(text)).toEqual({
    status: 'ok',
    version: '0.1.0',
    uptimeMs: 12346,
    storage: { full: false },
    queue: { waiting: 3, running: 1, limit: 50 },
    boards: { usable: 2, total: 4 },
  })
})

test('I4 health is 503 when the disk is full or the lab is stopping, and not for boards or the queue', async () => {
  const cases = [
    [{ ...WELL, storage: { full: true } }, 503, 'storage-full'],
    [{ ...WELL, stopping: true }, 503, 'stopping'],
    [{ ...WELL, boards: { usable: 0, total: 4 } }, 200, 'degraded'],
    [{ ...WELL, queue: { waiting: 50, running: 4, limit: 50 } }, 200, 'degraded'],
  ] as const
  for (const [facts, expected, word] of cases) {
    const { port } = await startRig({ health: () => facts })
    const { status, text } = await get(port, '/api/v1/health')
    expect([status, (JSON.parse(text) as { status: string }).status]).toEqual([expected, word])
  }
})

test('health takes the lab out only for what restarting or waiting may mend', () => {
  const facts = fc.record({
    version: fc.string(),
    uptimeMs: fc.nat(),
    stopping: fc.boolean(),
    storage: fc.record({ full: fc.boolean() }),
    queue: fc.record({ waiting: fc.nat(60), running: fc.nat(20), limit: fc.nat(50) }),
    boards: fc.record({ usable: fc.nat(5), total: fc.nat(5) }),
  })
  fc.assert(
    fc.property(facts, now => {
      const out = ['stopping', 'storage-full'].includes(healthStatus(now))
      expect(out).toBe(now.stopping || now.storage.full)
    }),
  )
})

test('what is not there is a problem: JSON for programs, text for people', async () => {
  const { port } = await startRig()
  const api = await get(port, '/api/v1/nothing')
  expect(api.status).toBe(404)
  expect(api.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(JSON.parse(api.text)).toMatchObject({ type: 'about:blank', title: 'Not Found', status: 404 })
  const page = await get(port, '/nothing', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
  expect(page.headers['content-type']).toBe('text/plain; charset=utf-8')
  const text = await get(port, '/api/v1/nothing', { accept: 'text/plain' })
  expect(text.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect((await get(port, '/nothing', { accept: 'image/png' })).status).toBe(404)
})

test('a method that a path has not is 405 with those it has', async () => {
  const { port } = await startRig()
  for (const path of ['/api/v1/health', '/artifacts/T12', '/artifacts/T12/output.log'])
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await get(port, path, {}, method)
      expect([path, method, status, headers.allow]).toEqual([path, method, 405, 'GET, HEAD'])
    }
})

test('a handler answers its path itself, whatever the method, and only its path', async () => {
  const { port } = await startRig({
    handlers: [
      {
        path: '/webhooks/slack',
        handle: (request, response) => void response.writeHead(202).end(request.method),
      },
    ],
  })
  expect(await get(port, '/webhooks/slack?x=1', {}, 'POST')).toMatchObject({ status: 202, text: 'POST' })
  expect((await get(port, '/webhooks/slack/more', {}, 'POST')).status).toBe(404)
})

test('what nobody foresaw is told by a number, and only the log says more', async () => {
  const { port, lines } = await startRig({
    handlers: [
      {
        path: '/webhooks/slack',
        handle: () => {
          throw new Error('the token xoxb-1 at /srv/lab/data is wrong')
        },
      },
    ],
  })
  const { status, text } = await get(port, '/webhooks/slack', { accept: 'application/json' }, 'POST')
  const problem = JSON.parse(text) as { reference: string }
  expect(status).toBe(500)
  expect(text).not.toMatch(/xoxb|srv/)
  expect(problem.reference).toMatch(/^[2-9A-Z]{4}$/)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(problem.reference)
})

test('a handler that fails when its answer is half out has its connection cut, not finished', async () => {
  const { port } = await startRig({
    handlers: [
      {
        path: '/half',
        handle: async (_, response) => {
          response.writeHead(200, { 'content-length': '10' })
          await new Promise<void>(resolve => response.write('half', () => resolve()))
          throw new Error('broke')
        },
      },
    ],
  })
  await expect(get(port, '/half')).rejects.toThrow()
})

test('a port in use is an error that names it and says what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as { port: number }
  const { options } = await startRig()
  const error = await createHttp({ ...options, port })
    .start()
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LabError)
  expect(error).toMatchObject({
    code: 'port',
    message: `port ${port} on 127.0.0.1 is in use`,
    hint: expect.stringContaining('PORT'),
  })
})

test('an address of another machine is an error that says so', async () => {
  const { options } = await startRig()
  await expect(createHttp({ ...options, host: '192.0.2.1' }).start()).rejects.toThrow(
    '192.0.2.1 is not an address of this machine',
  )
})

test('stop finishes what was begun and takes nothing new', async () => {
  const { port, files, http } = await startRig({ clock: createFakeClock() })
  const bytes = Buffer.alloc(32 * 1024 * 1024, 'x')
  await files.put('T12', 'big.log', bytes)
  const reader = await open(port, '/artifacts/T12/big.log')
  const stopped = http.stop(10_000)
  await expect(get(port, '/api/v1/health')).rejects.toThrow('ECONNREFUSED')
  let length = 0
  for await (const chunk of reader) length += (chunk as Buffer).length
  expect(length).toBe(bytes.length)
  await stopped
  expect(files.held).toBe(0)
})

test('stop ends connections that are idle, kept alive, or have sent nothing yet', async () => {
  // A clock that stands still: the deadline cannot be what ends them.
  const { port, http } = await startRig({ clock: createFakeClock() })
  const [silent, kept] = [await dial(port), await dial(port)]
  kept.socket.write('GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => kept.seen().includes('"status":"ok"'), 'the answer')
  await http.stop(10_000)
  await until(() => silent.closed() && kept.closed(), 'both to be closed')
})

test('a request that ends after stop began is answered, and its connection is not kept', async () => {
  const waiting = Promise.withResolvers<void>()
  let asked = false
  const { port, http } = await startRig({
    clock: createFakeClock(),
    handlers: [
      {
        path: '/slow',
        handle: async (_, response) => {
          asked = true
          await waiting.promise
          response.end('done')
        },
      },
    ],
  })
  const slow = await dial(port)
  slow.socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => asked, 'the request to be begun')
  const stopped = http.stop(10_000)
  waiting.resolve()
  await stopped
  await until(() => slow.closed(), 'the connection to be closed')
  expect(slow.seen()).toContain('done')
})

test('stop ends at its deadline even if an answer does not, says so, and may be called again', async () => {
  let asked = false
  const { port, http, lines } = await startRig({
    handlers: [
      {
        path: '/never',
        handle: () => {
          asked = true
        },
      },
    ],
  })
  const reader = await dial(port)
  reader.socket.write('GET /never HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => asked, 'the request to be begun')
  await http.stop(50)
  await http.stop(50)
  await until(() => reader.closed(), 'the connection to be cut')
  expect(lines.join()).toContain('cut off')
})

test('health says that the lab is stopping to whoever is still connected', async () => {
  const hold = Promise.withResolvers<void>()
  const asked: string[] = []
  const { port, http } = await startRig({
    health: () => {
      asked.push('health')
      return WELL
    },
    handlers: [
      {
        path: '/slow',
        handle: async (_, response) => {
          asked.push('slow')
          await hold.promise
          response.end()
        },
      },
    ],
  })
  const reader = await dial(port)
  reader.socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => asked.includes('slow'), 'the first request to be begun')
  const stopped = http.stop(10_000)
  reader.socket.write('GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => asked.includes('health'), 'the second request to be begun')
  hold.resolve()
  await stopped
  await until(() => reader.closed(), 'the connection to be closed')
  expect(reader.seen()).toContain('503 Service Unavailable')
  expect(reader.seen()).toContain('"status":"stopping"')
})

test('a head that does not come to its end is answered 408 and let go', async () => {
  const { port } = await startRig({ timeouts: { headersMs: 60 } })
  const slow = await dial(port)
  slow.socket.write('GET /api/v1/health HTTP/1.1\r\nX-Slow: ')
  await until(() => slow.closed(), 'the connection to be closed')
  expect(slow.seen()).toContain('408 Request Timeout')
})

test('a reader that stops reading does not hold a file for ever', async () => {
  const { port, files } = await startRig({ timeouts: { idleMs: 150 } })
  await files.put('T12', 'big.log', Buffer.alloc(32 * 1024 * 1024, 'x'))
  const deaf = await dial(port)
  deaf.socket.pause()
  deaf.socket.write('GET /artifacts/T12/big.log HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => files.holds === 1, 'the file to be held')
  await until(() => files.held === 0, 'the file to be released')
})

test('what is no HTTP is refused and disturbs nobody', async () => {
  const { port } = await startRig()
  for (const noise of [
    '\x16\x03\x01\x02\x00\x01\x00',
    'GET\r\n\r\n',
    `GET / HTTP/1.1\r\nA: ${'x'.repeat(70_000)}\r\n\r\n`,
  ]) {
    const reader = await dial(port)
    reader.socket.write(noise)
    await until(() => reader.closed(), 'the connection to be closed')
  }
  expect((await get(port, '/api/v1/health')).status).toBe(200)
})
