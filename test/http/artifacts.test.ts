import { readFile, rm } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { aRun, dial, get, open, startRig } from './rig.ts'

const LOG = 'Hello from soc-a-003\n'.repeat(50)

async function rig() {
  const here = await startRig()
  await here.files.put('T12', 'output.log', LOG)
  return here
}

test('I2 a log is plain text that stays what it is, with its SHA-256 as ETag, shown in place', async () => {
  const { port, files } = await rig()
  const { status, headers, text } = await get(port, '/artifacts/T12/output.log')
  expect([status, text]).toEqual([200, LOG])
  const [file] = await files.list('T12')
  expect(headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-length': `${LOG.length}`,
    'content-disposition': 'inline; filename="output.log"',
    'accept-ranges': 'bytes',
    etag: `"${file?.sha256}"`,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    link: '<http://lab.test/artifacts/T12>; rel="up"',
  })
  expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/)
})

test.for([
  ['bytes=0-4', 206, 'Hello', `bytes 0-4/${LOG.length}`],
  ['bytes=-5', 206, '-003\n', `bytes ${LOG.length - 5}-${LOG.length - 1}/${LOG.length}`],
  [`bytes=${LOG.length - 3}-`, 206, '03\n', `bytes ${LOG.length - 3}-${LOG.length - 1}/${LOG.length}`],
  ['lines=1-2', 200, LOG, undefined],
  ['bytes=0-1,4-5', 200, LOG, undefined],
] as const)('I2 range %s answers %i', async ([range, status, text, contentRange]) => {
  const { port } = await rig()
  const answer = await get(port, '/artifacts/T12/output.log', { range })
  expect([answer.status, answer.text]).toEqual([status, text])
  expect(answer.headers['content-range']).toBe(contentRange)
})

test('I2 every range of a file gives exactly its bytes, or 416 with the size', async () => {
  const { port } = await rig()
  const bound = fc.nat(LOG.length + 50)
  await fc.assert(
    fc.asyncProperty(bound, bound, async (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const answer = await get(port, '/artifacts/T12/output.log', { range: `bytes=${from}-${to}` })
      if (from < LOG.length) {
        expect([answer.status, answer.text]).toEqual([206, LOG.slice(from, to + 1)])
      } else {
        expect([answer.status, answer.headers['content-range']]).toEqual([416, `bytes */${LOG.length}`])
        expect(answer.headers.etag).toBeUndefined()
      }
    }),
    { numRuns: 100 },
  )
})

test('a range past the end says so in words, without the headers of the file', async () => {
  const { port, files } = await rig()
  const answer = await get(port, '/artifacts/T12/output.log', { range: 'bytes=99999-' })
  expect(answer.text).toContain(`output.log has ${LOG.length} bytes`)
  expect(answer.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8' })
  for (const name of ['etag', 'content-disposition', 'last-modified', 'accept-ranges'])
    expect([name, answer.headers[name]]).toEqual([name, undefined])
  await until(() => files.held === 0, 'the file to be released')
})

test('a reader that has the file is told so: 304 for its ETag, 412 where it wants another', async () => {
  const { port } = await rig()
  const etag = (await get(port, '/artifacts/T12/output.log')).headers.etag ?? ''
  const again = await get(port, '/artifacts/T12/output.log', { 'if-none-match': etag })
  expect([again.status, again.text]).toEqual([304, ''])
  const other = await get(port, '/artifacts/T12/output.log', { 'if-match': '"other"' })
  expect(other.status).toBe(412)
  const stale = await get(port, '/artifacts/T12/output.log', { range: 'bytes=0-4', 'if-range': '"other"' })
  expect([stale.status, stale.text]).toEqual([200, LOG])
})

test('HEAD answers as GET does, without the bytes', async () => {
  const { port, files } = await rig()
  for (const path of ['/artifacts/T12', '/artifacts/T12/output.log', '/api/v1/health', '/artifacts/T99']) {
    const [whole, head] = [await get(port, path), await get(port, path, {}, 'HEAD')]
    expect([head.status, head.text]).toEqual([whole.status, ''])
    for (const name of ['content-type', 'content-length', 'etag', 'content-disposition'])
      expect([path, name, head.headers[name]]).toEqual([path, name, whole.headers[name]])
  }
  await until(() => files.held === 0, 'the file to be released')
})

test('a log that still grows is served as far as it is, and the rest can be asked for', async () => {
  const { port, files } = await startRig()
  await files.put('T12', 'console.log', '', { sha256: '' })
  const empty = await get(port, '/artifacts/T12/console.log')
  expect([empty.status, empty.text, empty.headers['content-length']]).toEqual([200, '', '0'])
  await files.grow('T12', 'console.log', 'line 1\n')
  const first = await get(port, '/artifacts/T12/console.log')
  expect(first.text).toBe('line 1\n')
  expect(first.headers).toMatchObject({ 'cache-control': 'no-store' })
  expect([first.headers.etag, first.headers['last-modified']]).toEqual([undefined, undefined])
  expect((await get(port, '/artifacts/T12/console.log', { range: 'bytes=7-' })).status).toBe(416)
  await files.grow('T12', 'console.log', 'line 2\n')
  const rest = await get(port, '/artifacts/T12/console.log', { range: 'bytes=7-' })
  expect([rest.status, rest.text]).toEqual([206, 'line 2\n'])
})

test('no more is served than was there when it was held, though the file has grown since', async () => {
  const { port, files } = await startRig()
  await files.put('T12', 'console.log', 'half a line, and more', { sha256: '', size: 11 })
  const answer = await get(port, '/artifacts/T12/console.log')
  expect([answer.text, answer.headers['content-length']]).toEqual(['half a line', '11'])
  await files.put('T12', 'console.log', 'x', { sha256: '', size: 0 })
  const reader = await dial(port)
  reader.socket.write('GET /artifacts/T12/console.log HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await until(() => reader.closed(), 'the whole answer')
  // A byte after `Content-Length: 0` would be taken for the beginning of the next answer.
  expect(reader.seen()).toMatch(/content-length: 0\r\n[\s\S]*\r\n\r\n$/i)
})

test('nothing that a program left can run in the reader, whatever its type', async () => {
  const { port, files } = await startRig()
  for (const [name, type, disposition] of [
    ['page.html', 'text/html', 'attachment'],
    ['pic.svg', 'image/svg+xml', 'attachment'],
    ['junit.xml', 'application/octet-stream', 'attachment'],
    ['hello', 'application/octet-stream', 'attachment'],
    ['odd.log', 'no type\r\nat all', 'inline'],
    ['cases.json', 'application/json', 'inline'],
  ] as const) {
    await files.put('T12', name, '<script>alert(1)</script>', { type })
    const { headers } = await get(port, `/artifacts/T12/${name}`)
    expect(headers['content-disposition']).toBe(`${disposition}; filename="${name}"`)
    expect(headers['content-security-policy']).toMatch(/^sandbox;/)
    expect(headers['x-content-type-options']).toBe('nosniff')
  }
})

test('any name of a file comes back as its bytes and in a header that no name can break', async () => {
  const { port, files } = await startRig()
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .filter(text => !/[/\\\u0000-\u001f\u007f-\u009f]/.test(text) && !text.startsWith('.'))
  await fc.assert(
    fc.asyncProperty(name, async name => {
      await files.put('T12', name, name)
      const answer = await get(port, `/artifacts/T12/${encodeURIComponent(name)}`)
      expect([answer.status, answer.text]).toEqual([200, name])
      expect(answer.headers['content-disposition']).toMatch(/^(inline|attachment); filename/)
    }),
    { numRuns: 100 },
  )
})

test('the page of a run lists its files with size and SHA-256, and runs nothing', async () => {
  const { port, files } = await rig()
  await files.put('T12', 'a <b>&"name".txt', 'x')
  await files.put('T12', 'console.log', 'abc', { sha256: '' })
  const { status, headers, text } = await get(port, '/artifacts/T12', { accept: 'text/html' })
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  )
  expect(text).toContain('<h1><b>T12</b> · hello on socA · <b>passed</b></h1>')
  expect(text).toMatch(/asked for by<\/dt><dd><span class="who">@mei<\/span>, <time [^>]*>2026-11-20 09:12</)
  expect(text).toContain(`<td class="n">1.1 kB</td>`)
  expect(text).toContain((await files.list('T12'))[0]?.sha256)
  expect(text).toContain('still growing')
  expect(text).toContain(
    '<a href="../artifacts/T12/a%20%3Cb%3E%26%22name%22.txt">a &lt;b&gt;&amp;&quot;name&quot;.txt</a>',
  )
  expect(text).not.toContain('a <b>')
})

test('the same as JSON, when that is what is accepted', async () => {
  const { port, files } = await rig()
  await files.put('T12', 'console.log', 'abc', { sha256: '' })
  const { headers, text } = await get(port, '/artifacts/t12', { accept: 'application/json' })
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(headers.vary).toBe('Accept')
  const [file] = await files.list('T12')
  expect(JSON.parse(text)).toEqual({
    id: 'T12',
    state: 'passed',
    url: 'http://lab.test/artifacts/T12',
    files: [
      {
        name: 'output.log',
        size: LOG.length,
        sha256: file?.sha256,
        type: 'text/plain',
        storedAt: '2026-11-20T09:13:00.000Z',
        url: 'http://lab.test/artifacts/T12/output.log',
      },
      {
        name: 'console.log',
        size: 3,
        sha256: null,
        type: 'text/plain',
        storedAt: '2026-11-20T09:13:00.000Z',
        url: 'http://lab.test/artifacts/T12/console.log',
      },
    ],
  })
})

test('a run that has not begun has a page and no files', async () => {
  const { port } = await startRig()
  expect((await get(port, '/artifacts/T12')).text).toContain('No files yet.')
  const answer = await get(port, '/artifacts/T12/output.log')
  expect([answer.status, answer.text]).toEqual([
    404,
    'T12 has no file "output.log".\nIt has no files yet. See http://lab.test/artifacts/T12\n',
  ])
})

test('the address of a folder leads to the page of the run', async () => {
  const { port } = await rig()
  const { status, headers } = await get(port, '/artifacts/t12/')
  expect([status, headers.location]).toEqual([308, '../T12'])
})

test('files of a run whose record is gone are still listed', async () => {
  const { port, files } = await startRig()
  await files.put('T4', 'output.log', 'kept')
  expect((await get(port, '/artifacts/T4')).text).toContain('<h1>T4</h1>')
})

test('a file is held until its last byte went, and let go when the reader leaves', async () => {
  const { port, files } = await startRig()
  await files.put('T12', 'big.log', Buffer.alloc(32 * 1024 * 1024, 'x'))
  const reader = await open(port, '/artifacts/T12/big.log')
  await until(() => files.held === 1, 'the file to be held')
  reader.destroy()
  await until(() => files.held === 0, 'the file to be released')
  const whole = await get(port, '/artifacts/T12/big.log')
  expect(whole.body.length).toBe(32 * 1024 * 1024)
  await until(() => files.held === 0, 'the file to be released')
  expect(files.holds).toBe(2)
})

test('a file that went from the disk behind our back is our fault, told by a number', async () => {
  const { port, files, lines } = await startRig()
  await files.put('T12', 'output.log', 'x')
  const { path } = (await files.hold('T12', 'output.log')) ?? { path: '' }
  await rm(path)
  const answer = await get(port, '/artifacts/T12/output.log')
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain(files.dir)
  expect(lines.join()).toContain('ENOENT')
  expect(answer.headers['content-disposition']).toBeUndefined()
})

test('a run is shown under the name that its submitter typed, made harmless', async () => {
  const { port } = await startRig({
    lab: {
      run: async () => aRun({ program: { kind: 'shell', command: '<img src=x>\u202e\u001b[31m' } }),
      runs: async () => [],
      link: id => id,
    },
  })
  const { text } = await get(port, '/artifacts/T12')
  expect(text).toContain('&lt;img src=x&gt;')
  expect(text).not.toMatch(/<img|\u202e|\u001b/)
})

test('a download is byte for byte what was stored', async () => {
  const { port, files } = await startRig()
  const bytes = await readFile(process.execPath).then(whole => whole.subarray(0, 3_000_001))
  await files.put('T12', 'hello', bytes, { type: 'application/octet-stream' })
  const { body, headers } = await get(port, '/artifacts/T12/hello')
  expect(body.equals(bytes)).toBe(true)
  expect(headers['content-type']).toBe('application/octet-stream')
})
