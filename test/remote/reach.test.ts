import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { InputError } from '../../src/errors.ts'
import { serverOf } from '../../src/remote/server.ts'
import { laptop } from './stage.ts'

/** What answers there is no Boardroom of ours. */
async function stranger(answer: RequestListener): Promise<{ address: string; heard: IncomingMessage[] }> {
  const heard: IncomingMessage[] = []
  const server = createServer((request, response) => {
    heard.push(request)
    request.resume()
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
}

async function said(address: string, key?: string): Promise<string> {
  const me = laptop(address, key === undefined ? {} : { key })
  expect([await me.type('queue'), me.out()]).toEqual([2, ''])
  return me.errors()
}

test('nobody there: the connection is refused', async () => {
  const server = createTcp().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  expect(await said(`http://127.0.0.1:${port}`)).toBe(
    `Nothing answers at http://127.0.0.1:${port}: the connection was refused.\nIs the bot running there, and is that its port?`,
  )
})

test('no such host', async () => {
  expect(await said('http://nowhere.invalid:8080')).toMatch(
    /^There is no host "nowhere\.invalid", or names cannot be looked up now \(E\w+\)\./,
  )
})

test('TLS where none is spoken', async () => {
  const { address } = await stranger((_request, response) => void response.end())
  expect(await said(address.replace('http:', 'https:'))).toMatch(
    /does not speak TLS as it should \(\w+\)\.\nIs it http:\/\/ instead of https:\/\/\?$/,
  )
})

test('what does not speak HTTP, and what says nothing', async () => {
  for (const [greeting, words] of [
    ['SSH-2.0-OpenSSH_9.6\r\n', 'does not speak HTTP'],
    ['', 'ended the connection without an answer'],
  ] as const) {
    const server = createTcp(socket => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(greeting))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    expect(await said(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).toContain(words)
  }
})

test('a key is wanted, or another one', async () => {
  const { address, heard } = await stranger((_request, response) => {
    response.writeHead(401, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify({ detail: 'No key came along.', hint: 'Send one.' }))
  })
  expect(await said(address)).toBe(
    `${address} wants a key. It says: No key came along.\nSet BOARDROOM_KEY to a key that its admin gave you.`,
  )
  expect(await said(address, 'sesame-1')).toContain(`${address} does not take the key in BOARDROOM_KEY.`)
  expect(await said(address, 'sesame-1')).not.toContain('sesame')
  expect(heard.map(request => request.headers.authorization)).toEqual([
    undefined,
    'Bearer sesame-1',
    'Bearer sesame-1',
  ])
})

test('a redirect is not followed: the key is for one server alone', async () => {
  const other = await stranger((_request, response) => void response.end('{}'))
  const { address } = await stranger((_request, response) => {
    response.writeHead(302, { location: `${other.address}/api/v1/line` }).end()
  })
  expect(await said(address, 'sesame-1')).toContain(`says that it is elsewhere: ${other.address}/api/v1/line`)
  expect(other.heard).toEqual([])
})

test.for([
  [200, 'text/html', '<html>Welcome to nginx', 'it answered with text/html'],
  [404, 'text/html', '<html>404', 'it answered 404 with text/html'],
  [502, 'text/html', '<html>Bad Gateway', 'it answered 502 with text/html'],
  [200, 'application/json', '{"kind":"done"}', 'it answered with application/json'],
  // An exit status that is none would be taken for 0.
  [
    200,
    'application/json',
    '{"kind":"done","exit":null,"view":{"summary":"","title":[],"parts":[]},"started":null,"follows":null,"fault":null,"timeZone":"UTC"}',
    'application/json',
  ],
  [200, 'application/json', '{"kind":"done","exit":7,"view":{},"timeZone":"UTC"}', 'application/json'],
  [200, 'application/json', 'null', 'application/json'],
] as const)('%i %s %s is no Boardroom', async ([status, type, body, words]) => {
  const { address } = await stranger((_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body)
  })
  const errors = await said(address)
  expect(errors).toContain(`What answers at ${address}/ is no Boardroom: `)
  expect(errors).toContain(words)
})

test.for([
  [429, 2, 'Too many.\nSlow down. Not before 7 s from now.'],
  [503, 2, 'Too many.\nSlow down. Not before 7 s from now.'],
  [500, 2, 'Too many.\nSlow down.'],
  [413, 3, 'Too many.\nSlow down.'],
  [404, 2, 'takes no command lines: Too many.'],
] as const)('a problem with status %i is exit status %i, in its own words', async ([status, exit, words]) => {
  const { address } = await stranger((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', 'retry-after': '7' })
    response.end(JSON.stringify({ detail: 'Too many.', hint: 'Slow down.' }))
  })
  const me = laptop(address)
  expect([await me.type('queue'), me.out()]).toEqual([exit, ''])
  expect(me.errors()).toContain(words)
})

test('a server that wants no more of a file is heard', async () => {
  const { address } = await stranger((request, response) => {
    request.pause()
    response.writeHead(413, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify({ detail: 'It is too large.', hint: 'Strip it.' }))
  })
  const me = laptop(address, { files: { './big': Buffer.alloc(20_000_000) } })
  expect(await me.type('run-test', 'socA', './big')).toBe(3)
  expect(me.errors()).toBe('It is too large.\nStrip it.')
  expect(me.progress.at(-1)).toBeNull()
})

test('a connection that ends in the middle of a file has begun nothing, and one after it may have', async () => {
  const { address } = await stranger((request, response) => {
    request.pause()
    response.destroy()
  })
  const me = laptop(address, { files: { './big': Buffer.alloc(20_000_000) } })
  expect(await me.type('run-test', 'socA', './big')).toBe(2)
  expect(me.errors()).toMatch(
    /ended the connection when \d+ of 20000\d+ bytes were sent\.\nNothing was begun\./,
  )
  const late = await stranger((request, response) => void request.once('end', () => response.destroy()))
  expect(await said(late.address)).toContain('may have been carried out all the same')
})

test('what a server says commands no terminal', async () => {
  const { address } = await stranger((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify({ detail: 'a\u001b]0;title\u0007b\u202e', hint: 'c\u001b[2J' }))
  })
  const me = laptop(address)
  expect(await me.type('queue')).toBe(3)
  expect(me.errors()).toBe('ab\nc')
})

test('whoever leaves before it was sent, or answered, is told which', async () => {
  const { address, heard } = await stranger(() => {})
  const me = laptop(address)
  const over = me.type('queue')
  await new Promise<void>(resolve => {
    const look = (): void => void (heard.length > 0 ? resolve() : setImmediate(look))
    look()
  })
  me.leave()
  expect([await over, me.errors()]).toEqual([
    2,
    'Left before the answer came.\nThe line may have been carried out. Look: tests, lease list',
  ])
})

test('a proxy may have put a path before it', async () => {
  const { address, heard } = await stranger((_request, response) => void response.writeHead(404).end())
  for (const path of ['', '/', '/lab', '/lab/?x=1#y']) await laptop(`${address}${path}`).type('queue')
  expect(heard.map(request => request.url)).toEqual([
    '/api/v1/line',
    '/api/v1/line',
    '/lab/api/v1/line',
    '/lab/api/v1/line',
  ])
})

test.for([
  ['lab:8080', 'is no address of a Boardroom'],
  ['', 'is no address'],
  ['ftp://lab', 'is no address'],
  ['http://', 'is no address'],
  ['http://mei:secret@lab:8080', 'has a user or a password in it'],
] as const)('"%s" is refused before anything is sent', ([address, words]) => {
  expect(() => serverOf(address, undefined, '0')).toThrow(words)
})

test.for(['two words', 'line\nbreak', 'größer'])(
  'a key that no header carries is refused unseen: %j',
  key => {
    const refused = (): unknown => serverOf('http://lab', key, '0')
    expect(refused).toThrow(InputError)
    expect(refused).not.toThrow(key)
    expect(serverOf('http://lab', '', '0').key).toBeNull()
  },
)

test('a card that cannot be drawn here is told by its summary', async () => {
  const view = { summary: 'the queue\u001b[2J is empty', title: [], parts: [{ t: 'of another version' }] }
  const answer = { kind: 'done', exit: 0, view, timeZone: 'UTC', started: null, follows: null, fault: null }
  const { address } = await stranger((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const me = laptop(address)
  expect([await me.type('queue'), me.out(), me.errors()]).toEqual([0, 'the queue is empty', ''])
})
