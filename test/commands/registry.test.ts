import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { formCard } from '../../src/cards/form.ts'
import { argumentsOf, usage } from '../../src/commands/argument.ts'
import { check } from '../../src/commands/check.ts'
import { fieldsOf, lineOf } from '../../src/commands/form.ts'
import { parseLine } from '../../src/commands/grammar.ts'
import { commands } from '../../src/commands/registry.ts'
import { parametersOf, routesOf, schemasOf, slashCommandsOf } from '../../src/commands/surfaces.ts'
import { GROUPS } from '../../src/commands/types.ts'
import { draw } from '../cards/draw.ts'
import { done } from './ask.ts'
import { createLabPort, makeBoard } from './lab-port.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = join(ROOT, 'src/commands/records')
const lab = createLabPort({
  boards: () => ['soc-a-001', 'soc-b-001', 'soc-b-002', 'soc-b-003'].map(id => makeBoard(id)),
})

test('every file of records/ gives at least one command, and every command it gives is in the registry', async () => {
  for (const file of await readdir(FOLDER)) {
    const module = (await import(join(FOLDER, file))) as Record<string, unknown>
    const records = Object.values(module).filter(
      value => typeof value === 'object' && value !== null && 'run' in value,
    )
    expect(records, file).not.toEqual([])
    for (const record of records) expect(commands, file).toContain(record)
  }
})

test('the registry is sorted, without doubles, and each name is that of its file or begins with it', async () => {
  const names = commands.map(each => each.name)
  expect(names).toEqual([...new Set(names)].sort())
  const files = (await readdir(FOLDER)).map(file => file.replace(/\.ts$/, ''))
  for (const name of names)
    expect(
      files.some(file => name.replace(' ', '-') === file || name.split(' ')[0] === file),
      name,
    ).toBe(true)
})

test('each command has a group, a summary that fits a line, and two examples that can be typed as they stand', () => {
  for (const command of commands) {
    expect(GROUPS).toContain(command.group)
    expect(command.summary.length).toBeLessThanOrEqual(62)
    expect(command.examples.length).toBeGreaterThanOrEqual(2)
    for (const example of command.examples) {
      const parsed = parseLine(example.replace(/ &$/, ''), commands)
      if (!parsed.ok) throw new Error(parsed.fault.message)
      expect(parsed.command.name, example).toBe(command.name)
      const checked = check(command, parsed.bound, parsed.words, lab, commands)
      expect(checked.ok ? '' : checked.fault.message, example).toBe('')
    }
  }
})

test('each argument is typed in one way: by place, by flag or after --; places count up from 0', () => {
  for (const command of commands) {
    const all = argumentsOf(command)
    for (const { meta } of all)
      expect(
        [meta.place !== undefined, meta.flag !== undefined, meta.rest === true].filter(Boolean),
        command.name,
      ).toHaveLength(1)
    const places = all.flatMap(({ meta }) => (meta.place === undefined ? [] : [meta.place])).sort()
    expect(places).toEqual(places.map((_, index) => index))
    const flags = all.flatMap(({ meta }) => (meta.flag === undefined ? [] : [meta.flag]))
    expect(new Set(flags).size).toBe(flags.length)
    for (const taken of ['yes', 'form']) expect(flags).not.toContain(taken)
  }
})

test('a terminal form comes of every record, and a filled one is a line that is understood', () => {
  for (const command of commands) {
    const fields = fieldsOf(command, lab, commands)
    const view = formCard({ name: command.name, summary: command.summary, usage: usage(command) }, fields)
    expect(draw(view).length).toBeGreaterThan(fields.length)
    const values = Object.fromEntries(
      fields.map(field => [field.name, field.options?.[0]?.value ?? '--odd "value"']),
    )
    expect(parseLine(lineOf(command, values), commands)).toMatchObject({
      ok: true,
      command,
      bound: { strays: [] },
    })
  }
})

test('a JSON Schema of what it takes and of what it gives comes of every record', () => {
  for (const command of commands) {
    const { args, result } = schemasOf(command)
    expect(args).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
    })
    expect(Object.keys((args['properties'] ?? {}) as object)).toEqual(
      argumentsOf(command).map(each => each.name),
    )
    for (const property of Object.values(
      (args['properties'] ?? {}) as Record<string, { description?: string }>,
    ))
      expect(property.description, command.name).toMatch(/\w/)
    expect(result['type']).toBe('object')
  }
})

test('a route table comes of the records: none twice, and each parameter of a path is an argument', () => {
  const routes = routesOf(commands)
  const keys = routes.map(route => `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`)
  expect(new Set(keys).size).toBe(keys.length)
  for (const route of routes) {
    const command = commands.find(each => each.name === route.command)
    const names = command === undefined ? [] : argumentsOf(command).map(each => each.name)
    for (const parameter of route.parameters) expect(names, route.path).toContain(parameter)
  }
  expect(parametersOf('/tests/{id}/log')).toEqual(['id'])
})

test.each([
  'POST /tests',
  'GET /tests',
  'GET /tests/{id}/status',
  'GET /tests/{id}/log',
  'POST /tests/{id}/cancel',
  'GET /queue',
  'GET /leases',
  'POST /lease',
  'DELETE /lease/{id}',
  'GET /boards',
  'GET /boards/{board}/status',
  'POST /power/{board}/on',
  'POST /power/{board}/off',
  'POST /power/{board}/cycle',
  'POST /power/{board}/status',
  'GET /alerts',
  'POST /alerts/{id}/ack',
  'GET /find',
])('I3 there is a route %s', route => {
  expect(routesOf(commands).map(each => `${each.method} ${each.path}`)).toContain(route)
})

test('a list of slash commands comes of the records: names and descriptions that chat platforms take', () => {
  const slash = slashCommandsOf(commands)
  for (const { name, description, usageHint } of slash) {
    expect(name).toMatch(/^[a-z][a-z-]{0,31}$/)
    expect(description.length).toBeGreaterThan(5)
    expect(usageHint.length).toBeLessThanOrEqual(100)
  }
  expect(new Set(slash.map(each => each.name)).size).toBe(slash.length)
  expect(slash.map(each => each.name)).toContain('run-test')
})

test('help lists every command, and fits one screen of 24 lines by 80', async () => {
  const { view } = await done(lab, 'help')
  const lines = draw(view)
  expect(lines.length).toBeLessThanOrEqual(23)
  for (const { name } of commands) {
    const [noun = '', verb] = name.split(' ')
    const own = lines.filter(line => line.startsWith(`  ${noun} `))
    expect(own.length, name).toBeGreaterThan(0)
    // The verbs may go on in the line below.
    if (verb !== undefined) expect(lines.join(' '), name).toMatch(new RegExp(`\\b${verb}\\b`))
  }
})

test('the true difference in docs/adding-a-command.md is what the files say', () => {
  const page = readFileSync(join(ROOT, 'docs/adding-a-command.md'), 'utf8')
  const blocks = page
    .split('```diff\n')
    .slice(1)
    .map(block => block.split('\n```')[0]?.split('\n') ?? [])
  expect(blocks).toHaveLength(4)
  for (const lines of blocks) {
    const path = lines[1]?.replace('+++ b/', '') ?? ''
    const file = readFileSync(join(ROOT, path), 'utf8').split('\n')
    const shown = lines
      .slice(2)
      .filter(line => line !== '@@')
      .map(line => line.slice(1))
    for (const line of shown) expect(file, path).toContain(line)
    // A new file is shown whole.
    if (lines[0] === '--- /dev/null') expect(shown.join('\n')).toBe(file.join('\n').trimEnd())
  }
})
