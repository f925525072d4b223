import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commands } from '../../../src/commands/registry.ts'
import type { AnyCommand } from '../../../src/commands/types.ts'
import { bindCall, type Given } from '../../../src/http/api/bind.ts'

function named(name: string): AnyCommand {
  const found = commands.find(command => command.name === name)
  if (found === undefined) throw new Error(`no command ${name}`)
  return found
}

function given(part: Partial<Given>): Given {
  return {
    path: {},
    query: new URLSearchParams(),
    body: { kind: 'none', fields: {} },
    files: new Map(),
    ...part,
  }
}

function json(fields: Record<string, unknown>): Given {
  return given({ body: { kind: 'json', fields } })
}

function messages(command: string, what: Given): string[] {
  return bindCall(named(command), what).faults.map(({ label, message }) => `${label} ${message}`)
}

const words = fc.constantFrom(
  'family',
  'timeout',
  'env',
  'args',
  'env.A',
  'env[A]',
  'confirm',
  'wait',
  'name',
  'target',
  'board_family',
  '__proto__',
  'constructor',
  'toString',
  'binary',
  'lines',
  'follow',
)
const anyName = fc.oneof(words, fc.string())
const anyJson = fc.oneof(fc.jsonValue(), fc.constant({ toString: 1 }), fc.constant({ __proto__: null }))
const anyGiven: fc.Arbitrary<Given> = fc.record({
  path: fc.dictionary(anyName, fc.string(), { maxKeys: 3 }),
  query: fc.array(fc.tuple(anyName, fc.string()), { maxLength: 6 }).map(pairs => new URLSearchParams(pairs)),
  body: fc.record({
    kind: fc.constantFrom('json' as const, 'form' as const, 'raw' as const, 'none' as const),
    fields: fc.dictionary(anyName, fc.oneof(anyJson, fc.array(fc.string())), { maxKeys: 6 }),
  }),
  files: fc.array(fc.tuple(anyName, fc.string()), { maxLength: 3 }).map(files => new Map(files)),
})

test('whatever is sent, binding never throws, and raw arguments are arguments of the command alone', () => {
  fc.assert(
    fc.property(fc.constantFrom(...commands), anyGiven, (command, what) => {
      const bound = bindCall(command, what)
      const names = Object.keys(command.args.shape as object)
      expect(Object.keys(bound.raw).filter(name => !names.includes(name))).toEqual([])
      expect(bound.waitMs).toBeGreaterThanOrEqual(0)
      expect(bound.waitMs).toBeLessThanOrEqual(60_000)
      if (bound.file !== null) expect(what.files.has(bound.file.part)).toBe(true)
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    }),
    { numRuns: 500 },
  )
})

const values = fc.record({
  family: fc.string(),
  args: fc.array(fc.string(), { minLength: 1 }),
  env: fc.dictionary(fc.stringMatching(/^[A-Za-z_]\w{0,5}$/), fc.string(), { minKeys: 1 }),
  timeout: fc.integer({ min: 1, max: 100_000 }),
  shell: fc.string(),
})

test('the same arguments are the same whether they come as JSON, in the query or in a form', () => {
  fc.assert(
    fc.property(values, ({ env, timeout, ...rest }) => {
      const pairs = Object.entries(env)
      const texts: [string, string][] = [
        ['family', rest.family],
        ['shell', rest.shell],
        ['timeout', String(timeout)],
        ...rest.args.map((arg): [string, string] => ['args', arg]),
        ...pairs.map(([key, value], n): [string, string] =>
          n % 2 === 0 ? ['env', `${key}=${value}`] : [`env.${key}`, value],
        ),
      ]
      const fields: Record<string, unknown> = {}
      for (const [name, text] of texts) fields[name] = name in fields ? [fields[name], text].flat() : text
      const command = named('run-test')
      const asJson = bindCall(command, json({ ...rest, env, timeout }))
      const asQuery = bindCall(command, given({ query: new URLSearchParams(texts) }))
      const asForm = bindCall(command, given({ body: { kind: 'form', fields } }))
      expect(asJson.faults).toEqual([])
      expect(asJson.raw).toMatchObject({ ...rest, timeout: `${timeout}s` })
      expect(asQuery.raw).toEqual(asJson.raw)
      expect(asForm.raw).toEqual(asJson.raw)
    }),
    { numRuns: 200 },
  )
})

test('switches and numbers of a query are switches and numbers', () => {
  const log = bindCall(
    named('tests log'),
    given({ path: { id: 'T1' }, query: new URLSearchParams('follow=1&times&whole=no&lines=12&since=90') }),
  )
  expect(log.faults).toEqual([])
  expect(log.raw).toEqual({ id: 'T1', follow: true, times: true, whole: false, lines: 12, since: '90s' })
  expect(messages('tests log', given({ query: new URLSearchParams('follow=maybe') }))).toEqual([
    'follow is on or off: "maybe" is neither 1 nor 0',
  ])
})

test('unknown names are told with the nearest, wrong types with the right one, twice the same is once', () => {
  expect(messages('lease', json({ board_famly: 'socA' }))[0]).toMatch(
    /^"board_famly" is no argument of lease\. Did you mean board_family\? It takes: target/,
  )
  expect(messages('status', json({ x: 1 }))).toEqual(['"x" is no argument of status. It takes none.'])
  expect(messages('run-test', json({ family: 1, env: { A: 1 }, args: [1], shell: ['x'] }))).toEqual([
    'family has to be a text, and is a number',
    'env has to be an object of texts by name, and is an object',
    'args has to be a list of texts, and is a list of other things',
    'shell has to be a text, and is a list',
  ])
  const both = { ...json({ family: 'socA' }), query: new URLSearchParams('family=socA') }
  expect(bindCall(named('run-test'), both).faults).toEqual([])
  const other = { ...json({ family: 'socA' }), query: new URLSearchParams('family=socB') }
  expect(messages('run-test', other)).toEqual(['family is given twice, with different values'])
  expect(messages('run-test', given({ query: new URLSearchParams('env=A=1&env.A=2') }))[0]).toContain(
    'gives A twice',
  )
})

test('a file stands where its command wants one, and nowhere else', () => {
  const form = (files: [string, string][], fields = {}): Given =>
    given({ body: { kind: 'form', fields }, files: new Map(files) })
  expect(bindCall(named('run-test'), form([['file', 'hello']]))).toMatchObject({
    raw: { binary: 'hello' },
    file: { part: 'file', word: 'hello' },
    faults: [],
  })
  expect(messages('status', form([['binary', 'hello']]))).toEqual([
    '"binary" is a file, and has no meaning here: status takes no file',
  ])
  expect(
    messages(
      'run-test',
      form([
        ['binary', 'a'],
        ['file', 'b'],
      ]),
    ),
  ).toEqual(['file is a second file: one is taken'])
  expect(messages('run-test', form([['binary', 'a']], { binary: 'T1/a' }))).toEqual([
    'binary is given twice: as a file and as a word',
  ])
  expect(messages('run-test', given({ query: new URLSearchParams('name=x') }))[0]).toContain(
    '"name" is no argument',
  )
})
