import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseLine } from '../../src/commands/grammar.ts'
import { commands } from '../../src/commands/registry.ts'
import { formatWord } from '../../src/commands/words.ts'
import { anyText } from '../cards/arbitrary-view.ts'

function parsed(line: string): Extract<ReturnType<typeof parseLine>, { ok: true }> {
  const result = parseLine(line, commands)
  if (result.ok) return result
  throw new Error(result.fault.message)
}

const bound = (line: string): [string, Record<string, unknown>] => {
  const { command, bound: found } = parsed(line)
  expect(found.faults).toEqual([])
  return [command.name, found.raw]
}

test.each([
  ['queue', 'queue', {}],
  ['/queue', 'queue', {}],
  ['/lab queue', 'queue', {}],
  ['/ queue', 'queue', {}],
  ['boards list', 'boards', {}],
  ['tests list --family socA', 'tests', { family: 'socA' }],
  ['QUEUE Move T12 high', 'queue move', { id: 'T12', priority: 'high' }],
  ['/lab queue move T12 high', 'queue move', { id: 'T12', priority: 'high' }],
  ['run-test socA ./hello', 'run-test', { family: 'socA', binary: './hello' }],
  [
    'run-test --priority high socA ./hello',
    'run-test',
    { priority: 'high', family: 'socA', binary: './hello' },
  ],
  ['run-test socA --shell="a b"', 'run-test', { family: 'socA', shell: 'a b' }],
  ['run-test socA —shell “a b”', 'run-test', { family: 'socA', shell: 'a b' }],
  [
    'run-test socA x --env A=1 --env B="2 = 3"',
    'run-test',
    { family: 'socA', binary: 'x', env: { A: '1', B: '2 = 3' } },
  ],
  [
    'run-test socA x -- --yes -v "a b"',
    'run-test',
    { family: 'socA', binary: 'x', args: ['--yes', '-v', 'a b'] },
  ],
  ['run-test socA "--x"', 'run-test', { family: 'socA', binary: '--x' }],
  ['lease socA 2h', 'lease', { target: 'socA', term: '2h' }],
  ['lease list', 'lease list', {}],
  ['tests log T1 --lines 200 --whole', 'tests log', { id: 'T1', lines: 200, whole: true }],
  ['audit mei soc-b-001', 'audit', { words: 'mei soc-b-001' }],
  ['help queue move', 'help', { command: 'queue move' }],
])('%j is %s', (line, name, raw) => {
  expect(bound(line)).toEqual([name, raw])
})

test('--yes confirms, wherever it stands before --', () => {
  expect(parsed('power off soc-a-001 --yes').confirmed).toBe(true)
  expect(parsed('--yes power off soc-a-001').confirmed).toBe(true)
  expect(parsed('run-test socA x -- --yes').confirmed).toBe(false)
  expect(parsed('run-test socA "--yes"').confirmed).toBe(false)
})

test('nothing but the name is bare', () => {
  expect(parsed('/lab run-test').bare).toBe(true)
  expect(parsed('run-test socA').bare).toBe(false)
})

test.each([
  ['queue please', '"please"', 'is one word too many: queue takes none'],
  [
    'lease socA 2h more',
    '"more"',
    'is one word too many: lease takes FAMILY|BOARD TIME (quotes keep words together)',
  ],
  ['run-test socA x --board', '--board', 'needs a value: --board ID'],
  ['run-test socA x --board --shell', '--board', 'needs a value: --board ID'],
  [
    'run-test socA x -p high',
    '-p',
    'is no flag of run-test. Flags: --priority, --timeout, --env, --board, --collect, --entry, --shell.',
  ],
  [
    'run-test socA x --priorty high',
    '--priorty',
    'is no flag of run-test. Did you mean --priority? Flags: --priority, --timeout, --env, --board, --collect, --entry, --shell.',
  ],
  ['run-test socA x --board a --board b', '--board', 'is given twice'],
  ['run-test socA x --env =1', '--env', '"=1" is no NAME=VALUE'],
  ['tests log T1 --whole=yes', '--whole', 'takes no value'],
  ['queue -- x', '--', 'has no meaning here: queue takes nothing after it'],
])('%j says what is wrong with %s', (line, label, message) => {
  expect(parsed(line).bound.faults[0]).toMatchObject({ label, message })
})

test('any words after a family and after -- arrive as they were meant', () => {
  fc.assert(
    fc.property(
      anyText.filter(text => !/^\s*$/.test(text)),
      fc.array(anyText, { maxLength: 5 }),
      (binary, args) => {
        const line = ['run-test', 'socA', formatWord(binary), '--', ...args.map(formatWord)].join(' ')
        expect(bound(line)).toEqual(['run-test', { family: 'socA', binary, args }])
      },
    ),
  )
})

test('no line breaks the grammar: it is understood, or there is a fault with a hint', () => {
  const pieces = fc.constantFrom(
    'run-test',
    'queue',
    'move',
    '--env',
    '--yes',
    '--',
    '&',
    '/lab',
    '=',
    'T1',
    'lease',
    'power',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, anyText.map(formatWord)), { maxLength: 8 }), words => {
      const result = parseLine(words.join(' '), commands)
      if (!result.ok) expect(result.fault.hint).not.toBe('')
    }),
    { numRuns: 300 },
  )
})

test('--form asks for the form of a command with what was typed filled in; where there is none, it is no flag', () => {
  const parsed = parseLine('run-test socA --form --priority high -- --form', commands)
  expect(parsed).toMatchObject({
    ok: true,
    bare: true,
    bound: { raw: { family: 'socA', priority: 'high', args: ['--form'] } },
  })
  expect(parseLine('queue cancel T12 --form', commands)).toMatchObject({
    bare: false,
    bound: { faults: [{ message: expect.stringContaining('is no flag of queue cancel') }] },
  })
})
