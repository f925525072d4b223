import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../until.ts'
import { API_KEYS, KEYS, type Line, type Office, openOffice, SECRET, tests } from './office.ts'

const HELLO = '#!/bin/sh\necho hello\n'
const WANTED = { 'content-type': 'application/octet-stream' }

let office: Office
beforeAll(async () => {
  office = await openOffice({
    env: { API_KEYS, JENKINS_WEBHOOK_SECRET: SECRET },
  })
  await office.ask('/api/v1/tests?family=socA&name=hello', { key: KEYS.mei, headers: WANTED, body: HELLO })
  await office.world.finished('T1')
})
afterAll(() => office.close())

const AUTH = `Host: 127.0.0.1\r\nAuthorization: Bearer ${KEYS.mei}`

async function said(text: string): Promise<string> {
  const line = await office.dial()
  line.write(text)
  return await line.rest()
}

/** Segments that lead out of a folder, by anybody's reading of them. */
const CLIMBS = [
  '..',
  '../..',
  '../../../../../../../../etc/passwd',
  '..%2f..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '%252e%252e%252fetc%252fpasswd',
  '..%5c..%5cetc%5cpasswd',
  '..\\..\\etc\\passwd',
  '..%c0%af..%c0%afetc/passwd',
  '..%ef%bc%8fetc%ef%bc%8fpasswd',
  '....//....//etc/passwd',
  '..;/..;/etc/passwd',
  '%00/etc/passwd',
  'console.log%00.png',
  'console.log/../../../journal',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  'file:%2f%2f%2fetc%2fpasswd',
  '~root/.ssh/id_rsa',
  '.env',
  'manifest.json',
  '../T1/manifest.json',
  '__proto__',
  'constructor',
  'toString',
]

const ROUTES = [
  (climb: string) => `/artifacts/T1/${climb}`,
  (climb: string) => `/artifacts/${climb}`,
  (climb: string) => `/artifacts/${climb}/console.log`,
  (climb: string) => `/assets/${climb}`,
  (climb: string) => `/live/log/T1/${climb}/lines`,
  (climb: string) => `/live/log/${climb}/console.log/lines`,
  (climb: string) => `/live/log/${climb}/console.log/find?q=a`,
  (climb: string) => `/live/log/${climb}/console.log/events`,
  (climb: string) => `/live/run/${climb}`,
  (climb: string) => `/api/v1/tests/${climb}/junit`,
  (climb: string) => `/api/v1/tests/${climb}/log`,
  (climb: string) => `/api/v1/tests/${climb}/status`,
  (climb: string) => `/api/v1/tests/${climb}/events`,
  (climb: string) => `/api/v1/tests/T1/compare/${climb}`,
  (climb: string) => `/api/v1/boards/${climb}/log`,
  (climb: string) => `/api/v1/boards/${climb}/status`,
  (climb: string) => `/api/v1/events?topic=run/${climb}`,
  (climb: string) => `/api/v1/events/log?kind=board&id=${climb}`,
  (climb: string) => `/api/v1/events/log?kind=run&id=${climb}`,
]

test('no path leads out of what is shown: none reads a file of this machine, and none breaks anything', async () => {
  for (const route of ROUTES) {
    const answers = await Promise.all(
      CLIMBS.map(climb => said(`GET ${route(climb)} HTTP/1.1\r\n${AUTH}\r\nConnection: close\r\n\r\n`)),
    )
    for (const [at, answer] of answers.entries()) {
      const status = /^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]
      expect([route(CLIMBS[at] ?? ''), status]).toEqual([
        route(CLIMBS[at] ?? ''),
        expect.stringMatching(/^(400|404|308|422)$/) as string,
      ])
      expect(answer).not.toMatch(/root:|"sha256"|PRIVATE KEY/)
    }
  }
  expect(office.world.errors).toEqual([])
}, 120_000)

test('nothing that is asked for becomes a line of the answer', async () => {
  const evil = [
    '%0d%0aX-Evil:%201',
    '%0aX-Evil:1',
    '%E5%98%8A%E5%98%8DX-Evil:1',
    '%0d%0a%0d%0a<script>',
    '%00',
  ]
  const paths = evil.flatMap(each => [
    `/artifacts/${each}`,
    `/artifacts/${each}/`,
    `/artifacts/T1/${each}`,
    `/artifacts/T1/${each}?download`,
    `/artifacts?before=${each}`,
    `/${each}`,
    `//evil.example/${each}`,
    `/artifacts//evil.example/`,
    `/artifacts/T1/?${each}`,
    `/api/v1/tests?family=${each}`,
    `/api/v1/tests?submitter=${each}&limit=1`,
    `/api/v1/tests/${each}/status`,
    `/api/v1/find?q=${each}`,
    `/api/v1/lease/${each}`,
  ])
  for (const path of paths) {
    const answer = await said(`GET ${path} HTTP/1.1\r\n${AUTH}\r\nConnection: close\r\n\r\n`)
    const [head = ''] = answer.split('\r\n\r\n')
    expect([path, /^x-evil/im.test(head), /^location: *(https?:)?\/\//im.test(head)]).toEqual([
      path,
      false,
      false,
    ])
    expect([path, answer.split('\r\n\r\n').length]).toEqual([path, 2])
  }
  const name = 'a%22%0d%0aX-Evil:%201%0d%0a.bin'
  const sent = await office.ask(`/api/v1/tests?family=socA&name=${name}`, {
    key: KEYS.mei,
    headers: WANTED,
    body: HELLO,
  })
  expect([201, 422]).toContain(sent.status)
  expect(Object.keys(sent.headers)).not.toContain('x-evil')
})

test('no request hides in another: what two readers could read in two ways is not read at all', async () => {
  const before = tests(office)
  const hidden = `POST /api/v1/tests HTTP/1.1\r\n${AUTH}\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n{"family":"socA","shell":"true"} \r\n`
  for (const [what, head] of [
    ['both lengths', `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['both, the other way', `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${hidden}`],
    ['two lengths', `Content-Length: 0\r\nContent-Length: 5\r\n\r\n${hidden}`],
    ['two lengths in one', `Content-Length: 0, 5\r\n\r\n${hidden}`],
    ['a signed length', `Content-Length: +0\r\n\r\n${hidden}`],
    ['a length that is negative', `Content-Length: -1\r\n\r\n${hidden}`],
    ['a length in hexadecimal', `Content-Length: 0x10\r\n\r\n${hidden}`],
    ['a coding nobody knows', `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['a coding behind another', `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`],
    ['a space before the colon', `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['a folded line', `X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['a chunk of no size', `Transfer-Encoding: chunked\r\n\r\nZ\r\n\r\n${hidden}`],
    [
      'a chunk of a size over 64 bits',
      `Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n\r\n${hidden}`,
    ],
    ['bare line ends', `X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`],
    ['a NUL', `X: a\0b\r\n\r\n${hidden}`],
  ] as const) {
    const answer = await said(
      `POST /api/v1/line HTTP/1.1\r\n${AUTH}\r\nContent-Type: application/json\r\n${head}`,
    )
    expect([what, answer.match(/^HTTP\/1\.1 \d+/gm)]).toEqual([what, ['HTTP/1.1 400']])
  }
  expect(tests(office)).toBe(before)
})

test('a head that is too large, or no HTTP at all, is refused and costs nobody else anything', async () => {
  const wide = `GET / HTTP/1.1\r\n${AUTH}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`
  const many = `GET / HTTP/1.1\r\n${AUTH}\r\n${Array.from({ length: 5_000 }, (_, n) => `X${n}: y`).join('\r\n')}\r\n\r\n`
  const long = `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${AUTH}\r\n\r\n`
  const query = `GET /?${'a=b&'.repeat(6_000)} HTTP/1.1\r\n${AUTH}\r\n\r\n`
  for (const head of [wide, many, long, query]) expect(await said(head)).toMatch(/^HTTP\/1\.1 431 /)
  for (const head of [
    '\x16\x03\x01\x02\x00\x01\x00',
    'HELO lab\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    '\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ])
    expect(await said(head)).toMatch(/^HTTP\/1\.1 (400|505) /)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async bytes => {
      const line = await office.dial()
      line.socket.end(Buffer.from(bytes))
      await line.rest()
    }),
    { numRuns: 100 },
  )
  expect((await office.ask('/api/v1/health')).status).toBe(200)
  expect(office.world.errors).toEqual([])
})

test('a hundred connections that send half a head are ended, and others are answered meanwhile', async () => {
  const half: Line[] = await Promise.all(Array.from({ length: 100 }, () => office.dial()))
  for (const line of half) line.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-')
  for (let n = 0; n < 20; n++) expect((await office.ask('/api/v1/health')).status).toBe(200)
  await until(() => half.every(line => line.closed()), 'all are ended', 40_000)
  expect(half.every(line => line.seen().startsWith('HTTP/1.1 408 '))).toBe(true)
})
