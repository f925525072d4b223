import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HttpOptions, http } from '../../../src/hardware/power/http.ts'
import type { PowerControl } from '../../../src/hardware/types.ts'
import { silentLog } from '../../../src/log.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string }

const never = new AbortController().signal
let server: Server
let port: number
let seen: Seen[]
let answer: (response: ServerResponse) => void

beforeEach(async () => {
  seen = []
  answer = response => response.end('on')
  server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    void text(request).then(body => {
      seen.push({ method, url, headers, body })
      answer(response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

function control(options: Record<string, unknown>, outlet = 3, clock = createFakeClock()): PowerControl {
  const parsed = http.schema.parse({ address: '127.0.0.1', port, ...options }) as HttpOptions
  return http.create(parsed, { pdu: 'pdu-a', outlet }, { clock, log: silentLog })
}

describe('http', () => {
  it('H18.1 without templates posts to /outlet/N/on and off, and gets /outlet/N', async () => {
    const outlet = control({})
    await outlet.switch('off', never)
    await outlet.switch('on', never)
    expect(await outlet.state(never)).toBe('on')
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /outlet/3/off',
      'POST /outlet/3/on',
      'GET /outlet/3',
    ])
  })

  it('sends what the templates say, with the outlet filled in wherever it is named', async () => {
    const outlet = control({
      user: 'lab',
      password: 'pass:word',
      off: {
        method: 'PUT',
        path: '/rpc/{index}?o={outlet}',
        headers: { 'x-outlet': 'n{outlet}', 'content-type': 'application/json' },
        body: '{"id": {index}, "on": false}',
        status: [202],
      },
    })
    answer = response => response.writeHead(202).end()
    await outlet.switch('off', never)
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      url: '/rpc/2?o=3',
      body: '{"id": 2, "on": false}',
      headers: {
        'x-outlet': 'n3',
        authorization: `Basic ${Buffer.from('lab:pass:word').toString('base64')}`,
      },
    })
  })

  it.each([
    [404, /^pdu-a outlet 3 answered HTTP 404 when asked to tell its state$/, /outlet number/],
    [401, /HTTP 401/, /user and password/],
    [302, /HTTP 302/, /path and method/],
  ])('does not take HTTP %i for an answer, and follows no redirect', async (status, message, hint) => {
    answer = response => response.writeHead(status, { location: '/elsewhere' }).end('on')
    await expect(control({}).state(never)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
    expect(seen.length).toBe(1)
  })

  it('reads no more than a PDU has to say', async () => {
    answer = response => response.end('on '.repeat(100_000))
    await expect(control({}).state(never)).rejects.toThrow('pdu-a outlet 3 answered with more than 64 KiB')
  })

  it('asks again when the connection is cut, as management cards do when they are asked twice at once', async () => {
    answer = response => (seen.length < 3 ? response.destroy() : response.end('off'))
    const clock = createFakeClock()
    const asked = control({}, 3, clock).state(never)
    await until(() => clock.pass(250).then(() => seen.length === 3), 'it is asked three times')
    expect(await asked).toBe('off')
  })

  it('gives up after three connections that were cut in mid-answer', async () => {
    answer = response => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('on', () => response.destroy())
    }
    const clock = createFakeClock()
    const asked = expect(control({}, 3, clock).state(never)).rejects.toThrow(
      /^pdu-a outlet 3 cannot be reached at 127\.0\.0\.1:\d+: \S+ \(3 tries\)$/,
    )
    await until(() => clock.pass(250).then(() => seen.length === 3), 'it is asked three times')
    await asked
  })

  it.each([
    [false, 'no HTTP answer'],
    [true, 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ])('says what the matter is with something else on that port (tls: %s)', async (tls, problem) => {
    const other = createTcpServer(socket => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('220 ready\r\n'))
    })
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const at = (other.address() as AddressInfo).port
    const clock = createFakeClock()
    let message = ''
    control({ port: at, tls }, 3, clock)
      .state(never)
      .catch((error: Error) => {
        message = error.message
      })
    await until(() => clock.pass(50).then(() => message !== ''), 'it gives up')
    expect(message).toBe(`pdu-a outlet 3 cannot be reached at 127.0.0.1:${at}: ${problem} (3 tries)`)
    other.close()
    await once(other, 'close')
  })

  it('leaves no connection open behind it', async () => {
    await control({}).switch('off', never)
    await control({}).state(never)
    const count = (): Promise<number> =>
      new Promise((resolve, reject) =>
        server.getConnections((error, open) => (error ? reject(error) : resolve(open))),
      )
    await until(async () => (await count()) === 0, 'the connections end')
  })
})

describe('the state in an answer', () => {
  const state = async (options: Record<string, unknown>, text: string): Promise<string> => {
    answer = response => response.end(text)
    return control(options).state(never)
  }

  it.each([
    ['{"outlet": 3, "state": "on"}', 'on'],
    ['<td>Outlet 3</td><td>OFF</td>', 'off'],
    ['on', 'on'],
    ['Switch outlet 3 <a>on</a> or <a>off</a>', 'unknown'],
    ['please wait', 'unknown'],
    ['', 'unknown'],
  ])(
    'is, without templates, the word on or off, and nothing when it has both or none: %s',
    async (text, is) => {
      expect(await state({}, text)).toBe(is)
    },
  )

  it.each([
    [
      'a pointer into JSON',
      { pointer: '/POWER{outlet}', equals: 'ON' },
      { pointer: '/POWER{outlet}', equals: 'OFF' },
      '{"POWER3": "OFF"}',
      'off',
    ],
    [
      'a pointer by index',
      { pointer: '/o/{index}/on', equals: true },
      { pointer: '/o/{index}/on', equals: false },
      '{"o": [{}, {}, {"on": true}]}',
      'on',
    ],
    [
      'a pointer that leads nowhere',
      { pointer: '/o/7', equals: 1 },
      { pointer: '/o/7', equals: 0 },
      '{"o": [1]}',
      'unknown',
    ],
    [
      'a pointer into what is no JSON',
      { pointer: '/o', equals: 1 },
      { pointer: '/o', equals: 0 },
      '<o>1</o>',
      'unknown',
    ],
    [
      'a text',
      { contains: 'outlet{outlet}=1' },
      { contains: 'outlet{outlet}=0' },
      'outlet1=1 outlet3=0',
      'off',
    ],
    ['a pattern', { pattern: '^{outlet}\\s+ON$' }, { pattern: '^{outlet}\\s+OFF$' }, '3  on', 'on'],
  ])('can be found by %s', async (_, stateOn, stateOff, text, is) => {
    expect(await state({ stateOn, stateOff }, text)).toBe(is)
  })

  it('any value in any JSON is found by its pointer, and by no other', async () => {
    const key = fc.string({ unit: fc.constantFrom('a', '/', '~', '0', '1'), minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 4 }), fc.boolean(), async (path, value) => {
        const pointer = path.map(part => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
        const text = JSON.stringify(path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value))
        const options = { stateOn: { pointer, equals: true }, stateOff: { pointer, equals: false } }
        expect(await state(options, text)).toBe(value ? 'on' : 'off')
        const beside = {
          stateOn: { pointer: `${pointer}/b`, equals: true },
          stateOff: { pointer: '/b', equals: false },
        }
        expect(await state(beside, text)).toBe('unknown')
      }),
      { numRuns: 100 },
    )
  })
})

describe('the options of http', () => {
  it.each([
    [{ on: { path: 'outlet/1' } }, /begins with \//],
    [{ on: { path: '/{outet}' } }, /neither \{outlet\} nor \{index\}/],
    [{ on: { path: '/', body: 'x' } }, /GET has no body/],
    [{ on: { path: '/', headers: { 'x y': '1' } } }, /on/],
    [{ on: { path: '/', headers: { x: 'a\r\nb: c' } } }, /on/],
    [{ stateOn: { pattern: '(' } }, /no regular expression/],
    [{ stateOn: {} }, /exactly one of contains, pattern and pointer/],
    [{ stateOn: { pointer: '/a' } }, /pointer and equals go together/],
    [{ address: 'lab:secret@pdu-a' }, /no scheme, port or path/],
    [{ user: 'a:b' }, /no colon/],
    [{ url: 'http://pdu-a' }, /Unrecognized key.*url/],
  ])('refuse %j', (options, message) => {
    expect(() => http.schema.parse(options)).toThrow(message)
  })
})
