import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createFakeClock } from '../fake-clock.ts'
import { rejection } from '../storage/toy.ts'
import { until } from '../until.ts'
import { bareServer, elsewhere, unhurried, webOn } from './server.ts'

test('M6.1 a file at an allowed address comes as it is, asked for unpacked and with nothing of ours', async () => {
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, n) => n % 251))
  const seen: unknown[] = []
  const server = await elsewhere((request, response) => {
    seen.push(request.headers)
    response.end(bytes)
  })
  const web = webOn([`${server.url}/out/`])
  const { body } = await web.fetch(`${server.url}/out/he%20llo?v=1`, unhurried())
  expect(await buffer(body)).toEqual(bytes)
  expect(seen).toEqual([
    {
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'close',
      host: `127.0.0.1:${server.port}`,
      'user-agent': 'boardroom',
    },
  ])
})

test('an address that is not allowed is not called, however it is asked for', async () => {
  const server = await elsewhere((_, response) => response.end('x'))
  const web = webOn([`${server.url}/out/`])
  const refused = { name: 'InputError', code: 'address' }
  expect(() => web.check(`${server.url}/x`, 'binary')).toThrow('is not among')
  expect(await rejection(web.fetch(`${server.url}/x`, unhurried()))).toMatchObject(refused)
  const message = { body: Buffer.from(''), headers: {} }
  expect(await rejection(web.post(`${server.url}/x`, message, unhurried()))).toMatchObject(refused)
  expect(server.asked).toEqual([])
})

test.each([
  ['127.0.0.1'],
  ['2130706433'],
  ['0x7f.1'],
  ['0177.0.0.1'],
  ['127.1'],
  ['[::ffff:127.0.0.1]'],
  ['localhost'],
  ['localhost.'],
])('a machine inside is not called by %s, allowed or not, while no setting names its network', async host => {
  const server = await elsewhere((_, response) => response.end('x'))
  const url = `http://${host}:${server.port}/`
  // Not every resolver knows the name with a dot.
  const lookup = async (): Promise<{ address: string; family: number }[]> => [
    { address: '127.0.0.1', family: 4 },
  ]
  const web = webOn([url], { networks: [], ...(host.endsWith('.') ? { lookup } : {}) })
  expect(await rejection(web.fetch(url, unhurried()))).toMatchObject({
    name: 'InputError',
    code: 'address',
    message: expect.stringContaining('is no public address'),
    hint: expect.stringContaining('settings.http.networks'),
  })
  expect(server.asked).toEqual([])
})

test('one private address among public ones is enough to refuse a name', async () => {
  const lookup = async (): Promise<{ address: string; family: number }[]> => [
    { address: '93.184.216.34', family: 4 },
    { address: '169.254.169.254', family: 4 },
  ]
  const web = webOn(['http://files.test/'], { networks: [], lookup })
  expect(await rejection(web.fetch('http://files.test/x', unhurried()))).toMatchObject({
    message: 'http://files.test/x is not called: 169.254.169.254 is no public address.',
  })
})

test('a name that means another machine a moment later leads where it was looked at, and it is looked up once', async () => {
  const good = await elsewhere((_, response) => response.end('good'))
  let asked = 0
  const lookup = async (): Promise<{ address: string; family: number }[]> => [
    { address: asked++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 },
  ]
  const url = `http://flips.test:${good.port}/x`
  const web = webOn([url], { networks: ['127.0.0.1/32'], lookup })
  expect((await buffer((await web.fetch(url, unhurried())).body)).toString()).toBe('good')
  expect([asked, good.asked]).toEqual([1, [`GET flips.test:${good.port} /x`]])
  // Looked at anew each time: now it lies inside.
  expect(await rejection(web.fetch(url, unhurried()))).toMatchObject({
    message: expect.stringContaining('127.0.0.2 is no public address'),
  })
})

test('a name that is unknown, or is not answered for, says so', async () => {
  const clock = createFakeClock()
  const unknown = webOn(['http://a.test/'], { lookup: () => Promise.reject(new Error('ENOTFOUND a.test')) })
  const failed = { code: 'web', failure: { class: 'infrastructure' } }
  expect(await rejection(unknown.fetch('http://a.test/', unhurried()))).toMatchObject(failed)
  const empty = webOn(['http://a.test/'], { lookup: async () => [] })
  expect(await rejection(empty.fetch('http://a.test/', unhurried()))).toMatchObject(failed)
  const silent = webOn(['http://a.test/'], { clock, lookup: () => new Promise(() => {}) })
  const asked = rejection(silent.fetch('http://a.test/', unhurried()))
  await clock.pass(10_000)
  expect(await asked).toMatchObject({ ...failed, message: expect.stringContaining('within 10 s') })
})

test('three redirects are followed, each looked at like the first address; a fourth is not', async () => {
  const server = await elsewhere((request, response) => {
    const left = Number(request.url?.split('/')[2])
    if (left === 0) response.end('here')
    else response.writeHead(302, { Location: `/out/${left - 1}` }).end('moved')
  })
  const web = webOn([`${server.url}/out/`])
  const { body } = await web.fetch(`${server.url}/out/3`, unhurried())
  expect((await buffer(body)).toString()).toBe('here')
  expect(await rejection(web.fetch(`${server.url}/out/4`, unhurried()))).toMatchObject({
    code: 'address',
    message: expect.stringContaining('more than 3 times'),
  })
  await until(() => server.sockets.size === 0, 'no connection is left')
})

test('a redirect leads nowhere that may not be called: another host, another folder, a machine inside', async () => {
  const inside = await elsewhere((_, response) => response.end('secret'))
  let location = ''
  const server = await elsewhere((_, response) => response.writeHead(307, { Location: location }).end())
  const lookup = async (host: string): Promise<{ address: string; family: number }[]> => [
    { address: host === 'inside.test' ? '127.0.0.2' : '127.0.0.1', family: 4 },
  ]
  const first = `http://outside.test:${server.port}/out/`
  const web = webOn([first, 'http://inside.test/'], { networks: ['127.0.0.1/32'], lookup })
  for (const [to, why] of [
    [`${inside.url}/`, 'is not among'],
    ['/secret', 'is not among'],
    [`http://localhost:${inside.port}/`, 'is not among'],
    ['//inside.test/x', 'is no public address'],
    ['ftp://inside.test/', 'cannot be used'],
  ] as const) {
    location = to
    expect(await rejection(web.fetch(`${first}x`, unhurried()))).toMatchObject({
      name: 'InputError',
      message: expect.stringContaining(why),
    })
  }
  expect(inside.asked).toEqual([])
})

test.each([
  [404, 'InputError', 'input', 'There is nothing at'],
  [410, 'InputError', 'input', 'There is nothing at'],
  [403, 'LabError', 'input', 'status 403'],
  [400, 'LabError', 'input', 'status 400'],
  [204, 'LabError', 'input', 'status 204'],
  [304, 'LabError', 'input', 'status 304'],
  [302, 'LabError', 'input', 'status 302'],
  [429, 'LabError', 'infrastructure', 'status 429'],
  [500, 'LabError', 'infrastructure', 'status 500'],
  [503, 'LabError', 'infrastructure', 'status 503'],
])('status %i is %s of class %s', async (status, name, failure, text) => {
  const server = await elsewhere((_, response) => response.writeHead(status).end('no'))
  const error = await rejection(webOn([server.url]).fetch(`${server.url}/x?token=hunter2`, unhurried()))
  // What trying again may put right is told from what it will not, by the code too.
  const code = failure === 'input' ? 'address' : 'web'
  const message: unknown = expect.stringContaining(text)
  expect(error).toMatchObject({ name, code, failure: { class: failure }, message })
  expect(JSON.stringify([error, String(error)])).not.toContain('hunter2')
  await until(() => server.sockets.size === 0, 'no connection is left')
})

test('a body that would have to be unpacked is refused; a packed file that is marked so is taken as it is', async () => {
  const server = await elsewhere((_, response) =>
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('packed'),
  )
  const web = webOn([server.url])
  expect(await rejection(web.fetch(`${server.url}/hello`, unhurried()))).toMatchObject({
    code: 'address',
    message: expect.stringContaining('encoding gzip'),
  })
  const { body } = await web.fetch(`${server.url}/suite.tar.gz`, unhurried())
  expect((await buffer(body)).toString()).toBe('packed')
})

test('a server that is not there, hangs up, or speaks something else is an infrastructure failure', async () => {
  const gone = await elsewhere(() => {})
  const bare = await bareServer(socket => socket.end())
  const odd = await bareServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
  const upgrade = await bareServer(socket =>
    socket.end('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
  )
  for (const url of ['http://127.0.0.1:1', bare.url, odd.url, upgrade.url])
    expect(await rejection(webOn([url]).fetch(`${url}/x`, unhurried()))).toMatchObject({
      code: 'web',
      failure: { class: 'infrastructure' },
    })
  expect(gone.asked).toEqual([])
})
