/** Requests for an operation of the document, of several kinds: as it wants them, and wrong in one way after the other. */

import fc from 'fast-check'
import type { Call, Parameter, Schema } from './openapi-document.ts'
import type { Sent } from './openapi-send.ts'
import { fitting, type Known, oddText, oddValue, record, requiredIn } from './openapi-values.ts'

export const KINDS = ['fitting', 'odd values', 'odd body', 'odd way', 'odd headers'] as const
export type Kind = (typeof KINDS)[number]

const BOUNDARY = 'xXxboundaryxXx'
const JSON_TYPE = { 'Content-Type': 'application/json' }
const FORM_TYPE = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` }

/** What an operation is asked for by, before it is written as a request. */
type Draft = {
  words: Record<string, unknown>
  query: Record<string, unknown>
  fields: Record<string, unknown>
}

export function requestFor(kind: Kind, call: Call, known: Known): fc.Arbitrary<Sent> {
  const right = drafts(call, (name, schema) => fitting(name, schema, known))
  switch (kind) {
    case 'fitting':
      return right.chain(draft => fc.constantFrom(...bodiesOf(call, draft)))
    case 'odd values':
      return drafts(call, (name, schema) =>
        name === 'shell' ? fitting(name, schema, known) : fc.oneof(fitting(name, schema, known), oddValue),
      ).chain(draft => fc.constantFrom(...bodiesOf(call, draft)))
    case 'odd body':
      return fc.tuple(right, oddBody).map(([draft, { headers, body }]) => ({
        ...written(call, draft),
        ...{ headers, body },
      }))
    case 'odd way':
      return right.chain(draft => fc.constantFrom(...bodiesOf(call, draft))).chain(sent => oddWay(sent))
    case 'odd headers':
      return fc
        .tuple(
          right.chain(draft => fc.constantFrom(...bodiesOf(call, draft))),
          oddHeaders,
        )
        .map(([sent, headers]) => ({ ...sent, headers: { ...sent.headers, ...headers } }))
    default:
      return kind satisfies never
  }
}

function drafts(
  { path, operation }: Call,
  drawn: (name: string, schema: Schema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<Draft> {
  const { parameters = [], requestBody } = operation
  const named = (name: string): string => (name === 'id' ? `${idIn(path)} ${name}` : name)
  const needed = parameters.filter(each => each.in === 'query' && each.required).map(each => named(each.name))
  const at = (place: Parameter['in']): Record<string, Schema> =>
    Object.fromEntries(
      parameters.filter(each => each.in === place).map(({ name, schema }) => [named(name), schema]),
    )
  const body = requestBody?.content['application/json']?.schema ?? {}
  const words = at('path')
  return fc.record({
    words: record(words, drawn, Object.keys(words)),
    query: record(at('query'), (name, schema) => (name === 'wait' ? anyWait : drawn(name, schema)), needed),
    fields: record(body.properties ?? {}, drawn, requiredIn(body)),
  })
}

const anyWait = fc.constantFrom(0, 1, '61', 'x')

/** Whose id it is, as `Known` has it. */
function idIn(path: string): string {
  return path.startsWith('/lease') ? 'lease' : path.startsWith('/alerts') ? 'alert' : 'run'
}

function written({ method, path }: Call, { words, query }: Draft): Pick<Sent, 'method' | 'target'> {
  const place = path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const word = words[name] ?? words[`${idIn(path)} ${name}`]
    return encoded(textOf(word))
  })
  const pairs = Object.entries(query).flatMap(([key, value]) => {
    const name = key.replace(/^.* /, '')
    return (Array.isArray(value) ? value : [value]).map(each => `${encoded(name)}=${encoded(textOf(each))}`)
  })
  return { method, target: `/api/v1${place}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}` }
}

/** The same said in each way that the operation takes it. */
function bodiesOf(call: Call, draft: Draft): readonly [Sent, ...Sent[]] {
  const plain = { ...written(call, draft), headers: {}, body: null }
  const content = call.operation.requestBody?.content
  if (content === undefined) return [plain]
  const takesFile = content['application/octet-stream'] !== undefined
  const hasProgram = draft.fields['binary'] !== undefined || draft.fields['shell'] !== undefined
  const { fields, query } = draft
  const inJson = takesFile && !hasProgram && 'family' in fields ? { ...fields, shell: 'true' } : fields
  const json = { ...plain, headers: JSON_TYPE, body: Buffer.from(JSON.stringify(inJson)) }
  if (content['multipart/form-data'] === undefined) return [json]
  const file = hasProgram ? [] : [PART]
  const form = { ...plain, headers: FORM_TYPE, body: formOf(fields, file) }
  if (!takesFile) return [json, form]
  const { target } = written(call, { ...draft, query: { ...fields, ...query } })
  const raw = { ...plain, target, headers: { 'Content-Type': 'application/octet-stream' }, body: PROGRAM }
  return [json, form, raw]
}

const PROGRAM = Buffer.from('#!/bin/sh\necho "hello, $1"\n')
const PART = `Content-Disposition: form-data; name="file"; filename="hello"\r\n\r\n${PROGRAM.toString()}`

function formOf(fields: Record<string, unknown>, files: readonly string[]): Buffer {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map(
      each => `Content-Disposition: form-data; name="${name}"\r\n\r\n${textOf(each)}`,
    ),
  )
  const all = [...parts, ...files].map(part => `--${BOUNDARY}\r\n${part}\r\n`)
  return Buffer.from(`${all.join('')}--${BOUNDARY}--\r\n`)
}

type Body = Pick<Sent, 'headers' | 'body'>

const WHOLE_FORM = formOf({ family: 'socA', line: 'queue' }, [PART])

const oddBody: fc.Arbitrary<Body> = fc.oneof(
  fc.jsonValue().map(value => ({ headers: JSON_TYPE, body: Buffer.from(JSON.stringify(value)) })),
  fc.dictionary(fc.string(), fc.jsonValue()).map(value => ({
    ...{ headers: JSON_TYPE, body: Buffer.from(JSON.stringify(value)) },
  })),
  // Cut off, or with bytes in it that do not belong there.
  fc.nat(200).map(cut => ({
    ...{
      headers: JSON_TYPE,
      body: Buffer.from(JSON.stringify({ family: 'socA', shell: 'true' })).subarray(0, cut),
    },
  })),
  fc.uint8Array({ maxLength: 64 }).map(bytes => ({ headers: JSON_TYPE, body: Buffer.from(bytes) })),
  fc.constantFrom(50, 5_000, 100_000).map(depth => ({
    ...{ headers: JSON_TYPE, body: Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`) },
  })),
  fc.nat(WHOLE_FORM.length).map(cut => ({ headers: FORM_TYPE, body: WHOLE_FORM.subarray(0, cut) })),
  fc.tuple(fc.nat(WHOLE_FORM.length - 1), fc.nat(255)).map(([at, byte]) => {
    const body = Buffer.from(WHOLE_FORM)
    body[at] = byte
    return { headers: FORM_TYPE, body }
  }),
  fc
    .constantFrom(
      ...['', 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16'],
      ...['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/mixed; boundary=x', 'json'],
      ...[
        'application/problem+json',
        'application/json; charset="',
        'a/b/c',
        ';',
        'application/json, text/html',
      ],
    )
    .map(type => ({ headers: { 'Content-Type': type }, body: WHOLE_FORM })),
  fc.constantFrom('gzip', 'br', 'identity', 'x', '').map(coding => ({
    ...{ headers: { ...JSON_TYPE, 'Content-Encoding': coding }, body: Buffer.from('{}') },
  })),
  fc
    .constantFrom(':AAAA:', 'sha-256=:AAAA:', 'sha-256=', 'sha-512=:AAAA:', `sha-256=:${'A'.repeat(43)}=:`)
    .map(sum => ({
      ...{ headers: { ...JSON_TYPE, 'Content-Digest': sum }, body: Buffer.from('{"family":"socA"}') },
    })),
)

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH']

function oddWay(sent: Sent): fc.Arbitrary<Sent> {
  const [path = '', query = ''] = sent.target.split('?', 2)
  const at = (target: string): Sent => ({ ...sent, target })
  return fc.oneof(
    fc.constantFrom(...METHODS).map(method => ({ ...sent, method })),
    fc
      .constantFrom(
        ...[`${path}/`, `/${path}`, path.toUpperCase(), path.replace('/api', '//api'), `${path};v=1`],
        ...[
          path.replace('v1', 'v2'),
          path.replace('/v1', ''),
          `${path}/%2e%2e/queue`,
          `${path}%00`,
          `${path}%`,
        ],
        ...[`http://elsewhere.example${path}`, `${path}#x`, `${path}?${'a=1&'.repeat(500)}`, `${path}?%zz=%`],
        ...[
          `${path}/${'x'.repeat(6_000)}`,
          `/${path.slice(1).replaceAll('/', '%2F')}`,
          `${path}\\..`,
          '*',
          '/api/v1',
          '//',
        ],
      )
      .map(at),
    oddText.map(word => at(path.replace(/[^/]*$/, encoded(word)))),
    fc
      .array(fc.tuple(oddText, oddText), { maxLength: 4 })
      .map(pairs => at(`${path}?${query}&${pairs.map(pair => pair.map(encoded).join('=')).join('&')}`)),
  )
}

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  Range: ['bytes=0-4', 'bytes=5-1', 'bytes=999999999999-', 'bytes=a', 'items=0-1', 'bytes=0-0,2-2'],
  'If-None-Match': ['*', '"x"', 'W/"x"', 'x'],
  'If-Match': ['*', '"x"'],
  'If-Modified-Since': ['Thu, 01 Jan 1970 00:00:00 GMT', 'tomorrow'],
  'If-Range': ['"x"', 'x'],
  Accept: [
    'text/html',
    'text/plain',
    'image/png',
    '*/*;q=0',
    'a',
    'application/json;q=2',
    ',,,',
    'x/'.repeat(900),
  ],
  'Accept-Encoding': ['gzip', 'identity;q=0', 'br;q=x'],
  'Accept-Language': ['de', 'x'.repeat(500)],
  'Idempotency-Key': [
    'a-key',
    '"a-key"',
    '',
    '""',
    'two words',
    'x'.repeat(201),
    '"a\\"b"',
    'ключ'.replace(/./g, '?'),
  ],
  Expect: ['100-continue', 'something', '100-continue, x'],
  'Last-Event-ID': ['0', '-1', '99999999999999999', 'x', ''],
  Cookie: ['a=b', '='],
  Host: ['elsewhere.example', '[::1]:80', ''],
  'X-Forwarded-For': ['127.0.0.1', '10.0.0.1, x'],
  'X-HTTP-Method-Override': ['DELETE'],
  Upgrade: ['websocket', 'h2c'],
  Connection: ['close', 'upgrade', 'keep-alive, x'],
  'Transfer-Encoding': ['chunked'],
  TE: ['trailers'],
  Origin: ['https://elsewhere.example', 'null'],
}

const oddHeaders: fc.Arbitrary<Record<string, string>> = fc
  .uniqueArray(fc.constantFrom(...Object.keys(HEADERS)), { minLength: 1, maxLength: 4 })
  .chain(names =>
    fc.record(Object.fromEntries(names.map(name => [name, fc.constantFrom(...(HEADERS[name] ?? ['']))]))),
  )

/** A word of dots alone is taken out of an address by whoever sends it. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
