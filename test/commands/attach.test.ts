import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withAttached } from '../../src/commands/attach.ts'
import { parseLine } from '../../src/commands/grammar.ts'
import { commands } from '../../src/commands/registry.ts'
import { InputError } from '../../src/errors.ts'
import { anyText } from '../cards/arbitrary-view.ts'

const attached = (line: string, ...names: string[]): string => withAttached(line, names, commands)

test('M1.1 one attached file needs no word: whatever its name, it is the binary', () => {
  const name = anyText.filter(text => text !== '')
  fc.assert(
    fc.property(name, text => {
      const parsed = parseLine(attached('run-test socA --priority high -- -v 2', text), commands)
      expect(parsed.ok && parsed.bound.raw).toEqual({
        family: 'socA',
        binary: text,
        priority: 'high',
        args: ['-v', '2'],
      })
    }),
    { numRuns: 200 },
  )
})

test.each([
  ['run-test socA', 'run-test socA hello'],
  ['run-test socA -- -v', 'run-test socA hello -- -v'],
  ['lease send L3', 'lease send L3 hello'],
  ['run-test socA --yes', 'run-test socA --yes hello'],
])('%s with hello attached is %s', (line, meant) => {
  expect(attached(line, 'hello')).toBe(meant)
})

test.each([
  'run-test socA ./other',
  'run-test socA --shell "uname -a"',
  // Its form asks for the rest.
  'run-test',
  // What is missing before it is said first; the file's name is no family.
  'run-test --priority high',
  'run-test socA --timeout',
  'queue',
  'no such command',
])('%s is left as it is', line => {
  expect(attached(line, 'hello')).toBe(line)
})

test('of several files the one that is meant has to be named', () => {
  expect(attached('run-test socA b', 'a', 'b')).toBe('run-test socA b')
  expect(() => attached('run-test socA', 'a', 'b')).toThrow(InputError)
  expect(() => attached('run-test socA', 'a', 'b')).toThrow('2 files are attached, and the line names none')
})
