import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commands } from '../../../src/commands/registry.ts'
import { createBusyLab } from './busy-lab.ts'
import { type Body, startApi } from './rig.ts'

type Schema = {
  type?: string
  enum?: string[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
}
type Operation = {
  operationId: string
  parameters?: { name: string; in: string; schema: Schema; example?: unknown }[]
  requestBody?: { content: Record<string, { schema: Schema; example?: unknown }> }
}
type Call = { method: string; path: string; operation: Operation }

const PLAUSIBLE = [
  'socA',
  'soc-a-001',
  'soc-b-001',
  'T1',
  'L7',
  'A5',
  '30m',
  'high',
  'main',
  '1',
  '..',
  '%00',
  '--yes',
  '\u202e',
  '',
]

/** What fits the schema, and what does not. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constantFrom(...PLAUSIBLE),
    fc.string({ unit: 'grapheme' }),
    fc.jsonValue(),
    fc.constant(1e308),
  )
  const choices = (schema.anyOf ?? []).map(valuesOf)
  if (schema.enum !== undefined) return fc.oneof(fc.constantFrom(...schema.enum), odd)
  if (choices.length > 0) return fc.oneof(...choices)
  switch (schema.type) {
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer({ min: -1, max: 100 }), odd)
    case 'boolean':
      return fc.oneof(fc.boolean(), odd)
    case 'array':
      return fc.oneof(fc.array(valuesOf(schema.items ?? {}), { maxLength: 3 }), odd)
    case 'object':
      return fc.oneof(fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }), odd)
    default:
      return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...PLAUSIBLE) }, odd)
  }
}

function record(schemas: Record<string, Schema>): fc.Arbitrary<Record<string, unknown>> {
  const all = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, valuesOf(schema)]))
  return fc.record(all, { requiredKeys: [] })
}

function requestsFor({ path, operation }: Call): fc.Arbitrary<{ path: string; body: Body }> {
  const { parameters = [], requestBody } = operation
  const inPlace = (place: string): Record<string, Schema> =>
    Object.fromEntries(parameters.filter(each => each.in === place).map(({ name, schema }) => [name, schema]))
  const properties = requestBody?.content['application/json']?.schema.properties ?? {}
  const ways = requestBody === undefined ? ['none'] : ['json', 'form', 'raw', 'none']
  return fc
    .record({
      path: record(inPlace('path')).chain(odd => fc.constantFrom(odd, {})),
      query: record({ ...inPlace('query'), confirm: { type: 'boolean' } }),
      key: fc.option(fc.string(), { nil: undefined }),
      fields: record(properties),
      way: fc.constantFrom(...ways),
    })
    .map(({ path: words, query, key, fields, way }) => ({
      path: filled(path, words, query),
      body: bodyOf(way, fields, key),
    }))
}

function filled(path: string, words: Record<string, unknown>, query: Record<string, unknown>): string {
  const place = path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encoded(textOf(words[name] ?? knownIn(path, name))),
  )
  // Nobody waits here, and a followed log is somebody else's.
  const { wait: _wait, follow: _follow, ...rest } = query
  const pairs = Object.entries(rest).map(([name, value]) => `${encoded(name)}=${encoded(textOf(value))}`)
  return pairs.length === 0 ? place : `${place}?${pairs.join('&')}`
}

/** What the lab of this test has. */
function knownIn(path: string, name: string): string {
  if (name === 'board') return 'soc-b-001'
  return path.startsWith('/lease') ? 'L7' : path.startsWith('/alerts') ? 'A5' : 'T1'
}

/** A word of dots alone is taken out of an address by whoever sends it. */
function encoded(text: string): string {
  return /^\.{1,2}$/.test(text) ? 'dots' : encodeURIComponent(text.toWellFormed())
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function bodyOf(way: string, fields: Record<string, unknown>, key: string | undefined): Body {
  const isHeader = key !== undefined && /^[\x21-\x7e]+$/.test(key)
  const headers = isHeader ? { 'Idempotency-Key': key } : {}
  if (way === 'json') return { json: fields, headers }
  if (way === 'raw') return { raw: JSON.stringify(fields), headers }
  if (way === 'none') return { headers }
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, textOf(value))
  form.append('binary', new Blob(['x']), 'hello')
  return { form, headers }
}

async function callsOf(ask: (method: string, path: string) => Promise<{ json: unknown }>): Promise<Call[]> {
  const { json } = await ask('GET', '/openapi.json')
  const { paths } = json as { paths: Record<string, Record<string, Operation>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      path === '/health' ? [] : [{ method: method.toUpperCase(), path, operation }],
    ),
  )
}

test('every operation of the document, called with anything: an answer of its own, and never 500', async () => {
  const lab = createBusyLab()
  const { ask, broken, held } = await startApi({ lab })
  const calls = await callsOf(ask)
  expect(calls.length).toBeGreaterThanOrEqual(commands.filter(each => each.http !== undefined).length)
  const seen = new Map<string, Set<number>>()
  for (const call of calls) {
    const statuses = new Set<number>()
    seen.set(call.operation.operationId, statuses)
    await fc.assert(
      fc.asyncProperty(requestsFor(call), async ({ path, body }) => {
        const answer = await ask(call.method, path, body)
        expect(broken).toEqual([])
        expect(answer.status, `${call.method} ${path}: ${answer.text}`).toBeLessThan(500)
        statuses.add(answer.status)
        if (answer.status < 300) return
        // A path whose word is empty is no path of ours.
        if (answer.status === 404 && answer.text === 'Not Found') return
        expect(answer.json).toMatchObject({
          status: answer.status,
          code: expect.any(String),
          hint: expect.any(String),
        })
      }),
      { numRuns: 40 },
    )
  }
  expect(held()).toBe(0)
  // Were all of them refused, nothing would be shown by it.
  const succeeded = [...seen].filter(([, statuses]) => [...statuses].some(status => status < 300))
  expect(succeeded.length).toBeGreaterThan(calls.length / 2)
})

test('the examples of the document work as they are written', async () => {
  const { ask } = await startApi({ lab: createBusyLab() })
  for (const { method, path, operation } of await callsOf(ask)) {
    const { parameters = [], requestBody } = operation
    const words = Object.fromEntries(
      parameters.filter(each => each.in === 'path').map(each => [each.name, each.example]),
    )
    const query = Object.fromEntries(
      parameters
        .filter(each => each.in === 'query' && each.example !== undefined)
        .map(each => [each.name, each.example]),
    )
    const example = requestBody?.content['application/json']?.example
    const answer = await ask(
      method,
      filled(path, words, query),
      example === undefined ? {} : { json: example },
    )
    // What they name may not be there; how it is asked for is right.
    expect([operation.operationId, answer.json.fields ?? []].flat()).toEqual(
      answer.status === 404 || operation.operationId === 'runTest' || operation.operationId === 'leaseSend'
        ? expect.anything()
        : [operation.operationId],
    )
  }
})
