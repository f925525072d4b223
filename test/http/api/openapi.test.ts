import { request } from 'node:http'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { commands } from '../../../src/commands/registry.ts'
import { createLabPort } from '../../commands/lab-port.ts'
import { startApi } from './rig.ts'

type Operation = {
  operationId: string
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, { schema: { properties?: Record<string, unknown> } }> }
  responses: Record<string, unknown>
}
type Document = {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}

async function theDocument(): Promise<Document> {
  const { ask } = await startApi()
  return (await ask('GET', '/openapi.json')).json
}

test('I3 the document is valid OpenAPI 3.1 by an independent validator', async () => {
  const validator = new Validator()
  const result = await validator.validate(structuredClone(await theDocument()))
  expect(result).toMatchObject({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('every command with a route is in it once, by an id that stays', async () => {
  const document = await theDocument()
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`,
    ),
  )
  const ids = all.map(line => line.split(' ')[0])
  expect(new Set(ids).size).toBe(ids.length)
  expect(all).toContain('runTest POST /tests')
  expect(all).toContain('testsShow GET /tests/{id}/status')
  expect(all).toContain('leaseRelease DELETE /lease/{id}')
  expect(all).toContain('powerCycle POST /power/{board}/cycle')
  const routed = commands.filter(command => command.http !== undefined)
  expect(all).toContain('boardsPowerCycle POST /boards/{board}/power-cycle')
  const also = routed.flatMap(command => command.http?.also ?? [])
  expect(all.length).toBe(routed.length + also.length + 1)
  for (const { http } of routed)
    expect(all.some(line => line.endsWith(` ${http?.method} ${http?.path}`))).toBe(true)
})

test('nothing in it refers to what is not there, and each problem and path parameter is told', async () => {
  const document = await theDocument()
  const text = JSON.stringify(document)
  for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
    expect(Object.keys(document.components.schemas)).toContain(name)
  expect(text).not.toContain('$defs')
  for (const [path, methods] of Object.entries(document.paths))
    for (const { parameters = [], responses } of Object.values(methods)) {
      const inPath = parameters.filter(each => each.in === 'path').map(each => each.name)
      expect(inPath.sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort())
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['4XX', '5XX']))
    }
  const lease =
    document.paths['/lease']?.['post']?.requestBody?.content['application/json']?.schema.properties
  expect(Object.keys(lease ?? {})).toEqual(
    expect.arrayContaining(['board_family', 'preferred_location', 'worker_id']),
  )
  expect(Object.keys(document.paths['/tests']?.['post']?.requestBody?.content ?? {})).toEqual([
    'application/json',
    'multipart/form-data',
    'application/octet-stream',
  ])
})

test('it is known by its sum: whoever has it is told so', async () => {
  const { ask, address } = await startApi()
  const first = await ask('GET', '/openapi.json')
  const again = await bare(`${address}/openapi.json`, { 'If-None-Match': first.headers.get('etag') ?? '' })
  expect([first.status, again]).toEqual([200, 304])
  // Its paths stand below its own folder, under whatever path a proxy has put it.
  expect(new URL(first.json.servers[0].url, `${address}/openapi.json`).href).toBe(address)
})

/** fetch asks for no cached answer whenever it is given a condition. */
async function bare(url: string, headers: Record<string, string>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const asked = request(url, { headers, agent: false }, answer => resolve(answer.resume().statusCode ?? 0))
  asked.on('error', reject).end()
  return await promise
}

test('the page shows every operation with a line of curl, and text of boards is only text', async () => {
  const lab = createLabPort({ link: () => 'http://lab:8080/artifacts/T1' })
  const { ask } = await startApi({ lab, deps: { needsKey: true } })
  const page = await ask('GET', '/docs', { headers: { Accept: 'text/html' } })
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  for (const { http } of commands) if (http !== undefined) expect(page.text).toContain(http.path)
  expect(page.text).toContain(
    'curl -sS -H &quot;Authorization: Bearer $BOARDROOM_KEY&quot; -F family=socA -F binary=@./hello http://lab:8080/api/v1/tests',
  )
  expect(page.text).not.toMatch(/<script(?! (?:type="module" )?src=")/)
})
