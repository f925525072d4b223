import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { dial, get, startRig } from './rig.ts'

const LOG = 'Hello from soc-a-003\n'.repeat(50)
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

async function rig() {
  const here = await startRig()
  await here.files.put('T12', 'output.log', LOG)
  return here
}

test('a link in the store is not followed, wherever it leads', async () => {
  const { port, files, lines } = await rig()
  const outside = join(files.dir, 'outside')
  await writeFile(outside, 'the secret')
  for (const target of [outside, '/etc/passwd', files.dir]) {
    const { path } = (await files.hold('T12', 'output.log')) ?? { path: '' }
    await rm(path)
    await symlink(target, path)
    const answer = await get(port, '/artifacts/T12/output.log')
    expect([answer.status, answer.text.includes('secret'), answer.text.includes('root:')]).toEqual([
      404,
      false,
      false,
    ])
  }
  expect(lines.join()).toContain('is no file')
})

test('a range is given only of what the reader has, by its sum or by nothing', async () => {
  const { port } = await rig()
  const { etag = '', 'last-modified': stored = '' } = (await get(port, '/artifacts/T12/output.log')).headers
  const asked = async (validator: string) => {
    const answer = await get(port, '/artifacts/T12/output.log', { range: 'bytes=0-4', 'if-range': validator })
    return [answer.status, answer.text.length]
  }
  expect(await asked(etag)).toEqual([206, 5])
  expect(await asked(stored)).toEqual([206, 5])
  for (const other of ['"other"', 'Thu, 01 Jan 1970 00:00:00 GMT', 'nonsense'])
    expect([other, await asked(other)]).toEqual([other, [200, LOG.length]])
})

test('many ranges at once are answered by the whole file, however many', async () => {
  const { port } = await rig()
  for (const range of [
    'bytes=0-1,3-4',
    `bytes=${Array.from({ length: 500 }, (_, n) => `${n * 3}-${n * 3}`).join(',')}`,
  ]) {
    const answer = await get(port, '/artifacts/T12/output.log', { range })
    expect([answer.status, answer.text.length]).toEqual([200, LOG.length])
  }
})

test('HEAD of a part, of a download and of a log for a browser answers as GET does', async () => {
  const { port } = await rig()
  for (const [path, headers] of [
    ['/artifacts/T12/output.log', { range: 'bytes=3-9' }],
    ['/artifacts/T12/output.log?download', {}],
    ['/artifacts/T12/output.log?raw', HTML],
  ] as const) {
    const [whole, head] = [await get(port, path, headers), await get(port, path, headers, 'HEAD')]
    expect([path, head.status, head.text]).toEqual([path, whole.status, ''])
    for (const name of ['content-type', 'content-length', 'content-range', 'content-disposition', 'vary'])
      expect([path, name, head.headers[name]]).toEqual([path, name, whole.headers[name]])
  }
})

test('a log has one address: bytes for programs, and for whoever asks for them', async () => {
  const { port } = await rig()
  for (const headers of [
    {},
    { accept: '*/*' },
    { accept: 'text/plain' },
    { accept: 'application/json, text/html;q=0.5' },
    { ...HTML, range: 'bytes=0-' },
  ] as const) {
    const answer = await get(port, '/artifacts/T12/output.log', headers as Record<string, string>)
    expect([headers, answer.text]).toEqual([headers, LOG])
    expect(answer.headers.vary).toContain('Accept')
  }
  const raw = await get(port, '/artifacts/T12/output.log?raw', HTML)
  expect([raw.text, raw.headers['content-type']]).toEqual([LOG, 'text/plain; charset=utf-8'])
  const saved = await get(port, '/artifacts/T12/output.log?download', HTML)
  expect([saved.text, saved.headers['content-disposition']]).toEqual([
    LOG,
    'attachment; filename="output.log"',
  ])
})

test('a browser gets a page only of a log, never of another file that says it is text', async () => {
  const { port, files } = await rig()
  await files.put('T12', 'notes.txt', '<script>alert(1)</script>')
  const answer = await get(port, '/artifacts/T12/notes.txt', HTML)
  expect(answer.headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': expect.stringMatching(/^sandbox;/),
  })
})

test('what could run in a browser is saved, whatever its name or its type says', async () => {
  const { port, files } = await rig()
  const run = [
    'text/html',
    'application/xhtml+xml',
    'image/svg+xml',
    'application/xml',
    'text/xml',
    'text/javascript',
    'application/javascript',
    'application/pdf',
    'text/vnd.wap.wml',
    'multipart/x-mixed-replace',
    'TEXT/HTML; charset=utf-7',
    'application/x-shockwave-flash',
  ]
  for (const type of run)
    for (const name of ['a.log', 'a.html', 'a.svg']) {
      await files.put('T12', name, '<script>alert(1)</script>', { type })
      const { headers } = await get(port, `/artifacts/T12/${name}`)
      expect([type, headers['content-disposition']]).toEqual([type, `attachment; filename="${name}"`])
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/),
      })
    }
})

test.for<readonly [string, string]>([
  ['a "quoted".bin', 'attachment; filename="a \\"quoted\\".bin"'],
  ['naïve.bin', 'attachment; filename="naïve.bin"'],
  ['漢字.bin', 'attachment; filename="??.bin"; filename*=UTF-8\'\'%E6%BC%A2%E5%AD%97.bin'],
  ["it's 100%.bin", 'attachment; filename="it\'s 100%.bin"'],
  ['a;b=c.bin', 'attachment; filename="a;b=c.bin"'],
  ['tab\tand\r\nSet-Cookie: x.bin', 'attachment; filename="tab_and__Set-Cookie: x.bin"'],
  ['gpj\u202eexe.bin', 'attachment; filename="gpj_exe.bin"'],
])('RFC 6266 the name %j is said as %s', async ([name, wanted]) => {
  const { port, files } = await rig()
  await files.put('T12', name, 'x', { type: 'application/octet-stream' })
  const { headers, status } = await get(port, `/artifacts/T12/${encodeURIComponent(name)}`)
  expect(status).toBe(200)
  expect(Buffer.from(headers['content-disposition'] ?? '', 'latin1').toString('latin1')).toBe(wanted)
  expect(headers['set-cookie']).toBeUndefined()
})

/** Far more than the store takes for a name. */
const anyName = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter(name => !/[/\0]|^\.\.?$/.test(name))

test('no name of a file makes a header that is not its own, or an answer that breaks', async () => {
  const { port, files } = await rig()
  await fc.assert(
    fc.asyncProperty(anyName, async name => {
      await files.put('T12', name, 'x', { type: 'application/octet-stream' })
      const answer = await get(port, `/artifacts/T12/${encodeURIComponent(name)}`)
      expect([answer.status, answer.text]).toEqual([200, 'x'])
      expect(answer.headers['content-disposition']).toMatch(/^attachment/)
    }),
    { numRuns: 150 },
  )
})

test('a part of a log that grows is never more than was there, and asking again goes on from it', async () => {
  const { port, files } = await startRig()
  await files.put('T12', 'console.log', '', { sha256: '' })
  let seen = ''
  for (const more of ['boot\n', '', 'login: ', 'root\n']) {
    await files.grow('T12', 'console.log', more)
    const { status, text, headers } = await get(port, '/artifacts/T12/console.log', {
      range: `bytes=${seen.length}-`,
    })
    if (more === '') expect([status, headers['content-range']]).toEqual([416, `bytes */${seen.length}`])
    else if (seen === '') expect([status, text]).toEqual([206, more])
    else
      expect([status, text, headers['content-range']]).toEqual([
        206,
        more,
        `bytes ${seen.length}-${seen.length + more.length - 1}/${seen.length + more.length}`,
      ])
    seen += more
  }
  expect((await get(port, '/artifacts/T12/console.log')).text).toBe(seen)
})

test('a path that is longer than any name, or overlong in its encoding, reaches nothing', async () => {
  const { port, files } = await rig()
  for (const name of [
    'x'.repeat(5_000),
    '%c0%ae%c0%ae',
    '%e0%80%ae',
    '%f8%80%80%80%ae',
    '%ff',
    '%u002e',
    '..;',
    '%09',
    '%0d%0aX:%20y',
    'C:%5coutput.log',
    '%2e%2e%5c%2e%2e%5csecret',
  ]) {
    const { status, headers } = await get(port, `/artifacts/T12/${name}`)
    expect([name, [400, 404].includes(status), headers['x']]).toEqual([name, true, undefined])
  }
  expect(files.holds).toBe(0)
  const absolute = await dial(port)
  absolute.socket.write(
    'GET http://evil.example/artifacts/T12/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  )
  await until(() => absolute.closed(), 'the answer')
  expect(absolute.seen()).toMatch(/^HTTP\/1\.1 404 /)
})

test('an expectation that nobody knows of is passed over: the answer has words of its own', async () => {
  const { port } = await rig()
  for (const expectation of ['something', '100-continue, something', '100-continue']) {
    const { status, text } = await get(port, '/api/v1/nothing', { expect: expectation })
    expect([status, JSON.parse(text)]).toMatchObject([
      404,
      { code: 'not-found', hint: expect.stringMatching(/./) },
    ])
  }
})
