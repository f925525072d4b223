import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../until.ts'
import { API_KEYS, KEYS, type Line, type Office, openOffice, tests } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice({ env: { API_KEYS } })
})
afterAll(() => office.close())

const TESTS = '/api/v1/tests'
const AUTH = `Host: 127.0.0.1\r\nAuthorization: Bearer ${KEYS.mei}`
const JSON_TYPE = { 'content-type': 'application/json' }
const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

/** What was staged and belongs to nobody. */
function left(): readonly string[] {
  const staging = join(office.world.dataDir, 'artifacts', 'staging')
  return existsSync(staging) ? readdirSync(staging) : []
}

async function begin(head: string, from?: string): Promise<Line> {
  const line = await office.dial(from)
  line.write(`${head}\r\n\r\n`)
  return line
}

test('a packed body is refused before a byte of it is unpacked, in any packing', async () => {
  const zeros = Buffer.alloc(8 * 1024 * 1024)
  for (const [coding, body] of [
    ['gzip', gzipSync(zeros)],
    ['x-gzip', gzipSync(zeros)],
    ['deflate', deflateSync(zeros)],
    ['br', brotliCompressSync(zeros)],
    ['zstd', zstdCompressSync(zeros)],
    ['gzip, gzip', gzipSync(gzipSync(zeros))],
    ['identity, gzip', gzipSync(zeros)],
    ['GZIP', gzipSync(zeros)],
  ] as const)
    for (const type of [
      'application/json',
      'application/octet-stream',
      'multipart/form-data; boundary=x',
      'text/html',
    ])
      for (const path of [`${TESTS}?family=socA`, '/api/v1/line']) {
        const headers = { 'content-encoding': coding, 'content-type': type }
        const answer = await office.ask(path, { key: KEYS.mei, headers, body })
        expect([coding, type, answer.status]).toEqual([coding, type, 415])
      }
  expect([tests(office), left()]).toEqual([0, []])
})

test('JSON over its limit is refused, said to be so long or found to be', async () => {
  const long = `{"family":"socA","shell":"${'x'.repeat(1_100_000)}"}`
  for (const path of [TESTS, '/api/v1/line']) {
    const said = await office.ask(path, { key: KEYS.mei, headers: JSON_TYPE, body: long })
    expect([path, said.status]).toEqual([path, 413])
    const line = await begin(
      `POST ${path} HTTP/1.1\r\n${AUTH}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked`,
    )
    line.write(`${long.length.toString(16)}\r\n${long}\r\n0\r\n\r\n`)
    await until(() => line.seen() !== '', 'an answer')
    expect(line.seen()).toMatch(/^HTTP\/1\.1 413 /)
  }
  const huge = await begin(`POST ${TESTS}?family=socA HTTP/1.1\r\n${AUTH}\r\nContent-Length: 99999999999999`)
  await until(() => huge.seen() !== '', 'an answer')
  expect(huge.seen()).toMatch(/^HTTP\/1\.1 413 /)
  expect([tests(office), left()]).toEqual([0, []])
})

test('JSON that is nested without end, or names what every object has, is only a wrong argument', async () => {
  for (const body of [
    DEEP,
    `{"family":${DEEP}}`,
    `{"family":"socA","shell":"true","env":${DEEP}}`,
    `{"family":"socA","shell":"true","deep":${DEEP}}`,
    `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
    '{"__proto__":{"confirmed":true},"family":"socA"}',
    '{"constructor":{"prototype":{"confirmed":true}},"family":"socA","shell":"true"}',
    '{"family":"__proto__","shell":"true"}',
    '{"family":"constructor","shell":"true"}',
    '{"family":"socA","shell":"true","board":"__proto__"}',
    '{"family":"socA","shell":"true","env":{"a":{"__proto__":"x"}}}',
    '{"family":"socA","shell":"true","toString":"x"}',
    '{"family":"socA","shell":"true","collect":{"length":4294967295}}',
    '{"family":"socA","shell":"true","timeout":1e309}',
    '{"family":"socA","shell":"true","timeout":-1}',
    '\ufeff{}',
  ]) {
    const answer = await office.ask(TESTS, { key: KEYS.mei, headers: JSON_TYPE, body })
    expect([body.slice(0, 70), answer.status]).toEqual([
      body.slice(0, 70),
      expect.toSatisfy((status: number) => status === 400 || status === 422 || status === 404) as number,
    ])
  }
  for (const query of [
    '__proto__=x',
    'env[__proto__]=x',
    'env.constructor=x',
    '__proto__[a]=x',
    'constructor[prototype][a]=x',
    'toString=x',
  ]) {
    const answer = await office.ask(`${TESTS}?${query}`, {
      key: KEYS.mei,
      body: { family: 'nowhere', shell: 'true' },
    })
    expect([query, [404, 422].includes(answer.status)]).toEqual([query, true])
  }
  for (const body of [
    `{"line":${DEEP}}`,
    '{"line":{"__proto__":"queue"}}',
    '{"__proto__":{"line":"queue"}}',
    '{"line":"queue","confirmed":{"__proto__":true}}',
  ]) {
    const answer = await office.ask('/api/v1/line', { key: KEYS.mei, headers: JSON_TYPE, body })
    expect([body.slice(0, 70), [200, 400].includes(answer.status)]).toEqual([body.slice(0, 70), true])
  }
  expect([Object.keys(Object.prototype), ({} as { confirmed?: boolean }).confirmed]).toEqual([[], undefined])
  expect(tests(office)).toBe(0)
})

test('thousands of wrong names and values are refused at once, and only the first of them are told', async () => {
  const many = (name: (at: number) => string): Record<string, string> =>
    Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [name(at), 'x']))
  const asked = { family: 'socA', shell: 'true' }
  for (const [what, body, status] of [
    ['names', many(at => `famil${at}`), 400],
    ['values', { ...asked, env: many(at => `-A${at}`) }, 422],
    ['patterns', { ...asked, collect: Array.from({ length: 50_000 }, () => '/') }, 422],
  ] as const) {
    const answer = await office.ask(TESTS, { key: KEYS.mei, body })
    expect([what, answer.status]).toEqual([what, status])
    const { fields = [] } = answer.json as { fields?: unknown[] }
    expect([what, fields.length <= 20]).toEqual([what, true])
  }
  expect(tests(office)).toBe(0)
})

function form(parts: readonly string[], boundary = 'x'): { headers: Record<string, string>; body: string } {
  const body = `${parts.map(part => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body }
}

const field = (name: string, value = 'x'): string =>
  `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`
const file = (name: string, fileName: string): string =>
  `Content-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: application/octet-stream\r\n\r\n#!/bin/sh\n`

test('a form of ten thousand parts, of odd names, or without an end is refused, and nothing of it is left', async () => {
  const before = tests(office)
  const many = Array.from({ length: 10_000 }, (_, at) => at)
  for (const [what, { headers, body }] of [
    ['fields', form(many.map(at => field(`f${at}`)))],
    ['files', form(many.map(at => file(`f${at}`, 'a')))],
    ['fields of one name', form(many.map(() => field('family')))],
    ['files of one name', form(many.map(() => file('binary', 'a')))],
    ['nameless', form(['Content-Disposition: form-data\r\n\r\nx'])],
    ['no disposition', form(['X: y\r\n\r\nx'])],
    [
      'heads without end',
      form([`${'X: y\r\n'.repeat(20_000)}Content-Disposition: form-data; name="a"\r\n\r\nx`]),
    ],
    ['odd names', form(['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map(name => field(name)))],
    ['odd files', form([file('__proto__', '__proto__'), file('constructor', '../../etc/passwd')])],
    [
      'no end',
      {
        ...form([file('binary', 'a')]),
        body: '--x\r\nContent-Disposition: form-data; name="binary"; filename="a"\r\n\r\nx',
      },
    ],
    ['no boundary', { headers: { 'content-type': 'multipart/form-data' }, body: 'x' }],
    ['a long boundary', form([field('family')], 'b'.repeat(5_000))],
  ] as const) {
    const answer = await office.ask(TESTS, { key: KEYS.mei, headers, body })
    expect([what, [400, 413, 422].includes(answer.status), answer.status]).toEqual([
      what,
      true,
      answer.status,
    ])
    expect([what, left()]).toEqual([what, []])
  }
  expect(tests(office)).toBe(before)
})

test('a file keeps only the last part of its name, and none that means a place', async () => {
  for (const name of [
    '../../../etc/cron.d/x',
    '/etc/passwd',
    'C:\\\\x',
    '..',
    '.',
    '',
    'a/../..',
    'x'.repeat(300),
    '%2e%2e%2fx',
  ]) {
    const { headers, body } = form([field('family', 'socA'), file('binary', name)])
    const answer = await office.ask(TESTS, { key: KEYS.mei, headers, body })
    expect([name, [201, 422].includes(answer.status), answer.status]).toEqual([name, true, answer.status])
    if (answer.status !== 201) continue
    const { run } = answer.json as { run: { id: string; program: { name: string } } }
    expect(run.program.name).not.toMatch(/[/\\]|^\.{0,2}$/)
    await office.world.finished(run.id)
  }
  expect(left()).toEqual([])
})

test('a body that nobody wants is not read on for ever: its sender is cut off', async () => {
  for (const head of [
    `POST ${TESTS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999`,
    `GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999`,
    `POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked`,
    `GET /api/v1/queue HTTP/1.1\r\n${AUTH}\r\nContent-Length: 99999999999`,
    `POST /webhooks/jenkins HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999`,
  ]) {
    const line = await begin(head)
    const part = head.includes('chunked') ? `10000\r\n${'x'.repeat(65_536)}\r\n` : 'x'.repeat(65_536)
    let sent = 0
    while (!line.closed() && sent < 64 * 1024 * 1024) {
      const went = line.socket.write(part, 'latin1')
      sent += 65_536
      if (!went) await until(() => line.closed() || !line.socket.writableNeedDrain, 'it is taken')
    }
    expect([head, sent < 64 * 1024 * 1024]).toEqual([head, true])
    expect(line.seen()).toMatch(/^HTTP\/1\.1 (200|401|404) /)
  }
})

test('nothing broke', () => {
  expect(office.world.errors).toEqual([])
})
