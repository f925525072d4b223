import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { until } from '../../until.ts'
import { FORM, formOf, LIMITS, openDesk, pieces, post, sha256 } from './desk.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const OCTETS = { 'Content-Type': 'application/octet-stream' }

test('P4: fields and files of a form arrive as they were sent, in any order and any pieces, and are gone afterwards', async () => {
  const desk = await openDesk()
  const field = fc.record({
    name: fc.constantFrom('family', 'args', 'collect', '__proto__', 'größe'),
    value: fc.string({ unit: 'grapheme', maxLength: 40 }).filter(text => text.isWellFormed()),
  })
  const file = fc.record({
    name: fc.constantFrom('binary', 'file', 'other'),
    filename: fc.constantFrom('hello', 'prüfung.bin', 'a b.tar.gz'),
    value: fc.uint8Array({ maxLength: 3_000 }),
    type: fc.constantFrom('application/octet-stream', 'text/plain', 'application/json'),
  })
  const form = fc
    .tuple(
      fc.array(field, { maxLength: 6 }),
      fc.uniqueArray(file, { selector: each => each.name, maxLength: 3 }),
    )
    .chain(([fields, files]) =>
      fc.shuffledSubarray([...fields, ...files], { minLength: fields.length + files.length }),
    )
  await fc.assert(
    fc.asyncProperty(form, fc.array(fc.nat(), { maxLength: 8 }), async (parts, cuts) => {
      const { status, json } = await post(desk.port, FORM, pieces(formOf(parts), cuts))
      expect([status, json]).toEqual([200, { fields: fieldsOf(parts), files: filesOf(parts) }])
    }),
  )
  expect([await desk.staged(), desk.broken]).toEqual([[], []])
}, 30_000)

type Sent = { name: string; value: string | Uint8Array; filename?: string }

function fieldsOf(parts: readonly Sent[]): Record<string, unknown> {
  const fields = new Map<string, unknown>()
  for (const { name, value, filename } of parts) {
    if (filename !== undefined) continue
    fields.set(name, fields.has(name) ? [fields.get(name), value].flat() : value)
  }
  return Object.fromEntries(fields)
}

function filesOf(parts: readonly Sent[]): Record<string, unknown> {
  const files = parts.flatMap(({ name, value, filename }) => {
    if (filename === undefined || typeof value === 'string') return []
    return [[name, { name: filename, size: value.length, sum: sha256(value), isSame: true }]]
  })
  return Object.fromEntries(files) as Record<string, unknown>
}

test('JSON gives its members; what is no JSON, no UTF-8 or no object is refused', async () => {
  const { port } = await openDesk()
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.array(fc.nat(), { maxLength: 4 }),
      async (value, cuts) => {
        const { json } = await post(port, JSON_TYPE, pieces(Buffer.from(JSON.stringify(value)), cuts))
        expect(json).toEqual(JSON.parse(JSON.stringify({ fields: value, files: {} })))
      },
    ),
  )
  for (const body of [
    '{',
    '[1]',
    '"x"',
    'null',
    '',
    '{"a":1}x',
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  ])
    if (body.length > 0)
      expect(await post(port, JSON_TYPE, body)).toMatchObject({ status: 400, json: { code: 'body' } })
  expect(
    (await post(port, { 'Content-Type': 'Application/JSON ; charset=utf-8' }, '\ufeff{"a":1}')).json,
  ).toEqual({
    fields: { a: 1 },
    files: {},
  })
}, 20_000)

test.each([
  ['/?name=hello', {}, 'hello'],
  ['/?name=build%2Fout%2Fhello', {}, 'hello'],
  ['/', { 'Content-Disposition': 'attachment; filename="a b"' }, 'a b'],
  ['/', { 'Content-Disposition': 'attachment; filename=hello' }, 'hello'],
  ['/', { 'Content-Disposition': 'attachment; filename="x"; filename*=UTF-8\'\'pr%C3%BCf' }, 'prüf'],
  ['/', { 'Content-Disposition': Buffer.from('attachment; filename="prüf"').toString('latin1') }, 'prüf'],
  ['/', { 'Content-Disposition': 'attachment; filename="..\\\\..\\\\hello"' }, 'hello'],
  ['/', {}, 'binary'],
])('M6.1 a body that is a file is called by %s %j: %s', async (path, headers, name) => {
  const { port, staged } = await openDesk()
  const body = Buffer.from('ELF\u0000')
  for (const type of [OCTETS, {}]) {
    const { json } = await post(port, { ...type, ...headers }, body, path)
    expect(json).toEqual({
      fields: {},
      files: { binary: { name, size: 4, sum: sha256(body), isSame: true } },
    })
  }
  expect(await staged()).toEqual([])
})

test('names that the store does not take are its own to refuse, and leave nothing', async () => {
  const desk = await openDesk()
  for (const name of ['.profile', 'a%00b', 'x'.repeat(241)])
    expect((await post(desk.port, OCTETS, 'x', `/?name=${name}`)).status).toBe(500)
  const form = formOf([
    { name: 'binary', filename: '.profile', value: Buffer.alloc(200_000) },
    { name: 'family', value: 'socA' },
  ])
  expect((await post(desk.port, FORM, form)).status).toBe(500)
  for (const error of desk.broken) expect(error).toMatchObject({ code: 'input', field: 'name' })
  expect([desk.broken.length, await desk.staged()]).toEqual([4, []])
})

test('a form of a browser where no file was chosen has none', async () => {
  const { port, staged } = await openDesk()
  const form = formOf([{ name: 'binary', filename: '', type: 'application/octet-stream', value: '' }])
  expect((await post(port, FORM, form)).json).toEqual({ fields: {}, files: {} })
  expect(await staged()).toEqual([])
})

test('without a body there is nothing, whatever its type', async () => {
  const { port } = await openDesk()
  for (const headers of [JSON_TYPE, FORM, OCTETS, {}])
    expect(await post(port, headers, '')).toMatchObject({ status: 200, json: { fields: {}, files: {} } })
})

test('packed bodies and types that nobody knows are refused with what is taken', async () => {
  const { port, staged } = await openDesk()
  const packed = await post(port, { ...OCTETS, 'Content-Encoding': 'gzip' }, 'x')
  expect(packed).toMatchObject({ status: 415, json: { code: 'unsupported' } })
  expect(packed.headers['accept-encoding']).toBe('identity')
  expect((await post(port, { ...OCTETS, 'Content-Encoding': 'identity' }, 'x')).status).toBe(200)
  const curls = await post(port, { 'Content-Type': 'application/x-www-form-urlencoded' }, 'family=socA')
  expect(curls.json).toMatchObject({ hint: expect.stringContaining('curl -F') })
  for (const type of [
    'text/plain',
    'multipart/mixed; boundary=x',
    'multipart/form-data-x',
    'application/jsonx',
  ])
    expect(await post(port, { 'Content-Type': type }, 'x')).toMatchObject({ status: 415 })
  expect(await staged()).toEqual([])
})

test('a digest that comes with a body is compared (RFC 9530)', async () => {
  const desk = await openDesk()
  const sum = createHash('sha256').update('hello').digest('base64')
  const other = createHash('sha256').update('other').digest('base64')
  for (const header of ['Content-Digest', 'Repr-Digest']) {
    const status = async (value: string): Promise<number> =>
      (await post(desk.port, { ...OCTETS, [header]: value }, 'hello')).status
    expect(await status(`sha-256=:${sum}:`)).toBe(200)
    expect(await status(`sha-512=:AAAA:, sha-256=:${sum}:;x=1`)).toBe(200)
    expect(await status('md5=:AAAA:')).toBe(200)
    expect(await status(`sha-256=:${other}:`)).toBe(422)
    for (const odd of ['sha-256=:AAAA:', `sha-256=${sum}`, 'sha-256=::', 'sha-256']) {
      expect([odd, await status(odd)]).toEqual([odd, odd === 'sha-256' ? 200 : 400])
    }
  }
  const both = { 'Content-Digest': `sha-256=:${sum}:`, 'Repr-Digest': `sha-256=:${other}:` }
  expect((await post(desk.port, { ...OCTETS, ...both }, 'hello')).status).toBe(400)
  const form = formOf([{ name: 'binary', filename: 'hello', value: 'hello' }])
  expect((await post(desk.port, { ...FORM, 'Content-Digest': `sha-256=:${sum}:` }, form)).status).toBe(422)
  expect([await desk.staged(), desk.broken]).toEqual([[], []])
})

test('a file that was taken over stays, one that was not goes', async () => {
  const desk = await openDesk({
    async use({ files }) {
      const staged = files.get('binary')?.staged
      if (staged !== undefined) desk.artifacts.adopt('T1', [staged])
    },
  })
  const form = formOf([
    { name: 'binary', filename: 'hello', value: 'hello' },
    { name: 'other', filename: 'other', value: 'other' },
  ])
  // What is adopted is not in the staging folder any more, so nothing can be read of it there.
  await post(desk.port, FORM, form).catch(() => null)
  await until(async () => (await desk.staged()).length === 0, 'nothing is staged')
  expect(await desk.artifacts.list('T1')).toMatchObject([
    { name: 'hello', sha256: sha256(Buffer.from('hello')) },
  ])
})

test('Expect: 100-continue is answered before the body', async () => {
  const { port } = await openDesk()
  const body = Buffer.alloc(LIMITS.fileBytes, 7)
  const { json } = await post(port, { ...OCTETS, Expect: '100-continue' }, body)
  expect(json).toMatchObject({ files: { binary: { size: LIMITS.fileBytes, isSame: true } } })
})
