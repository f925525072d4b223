import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTyped, personNamed } from '../../../src/bot/terminal/parse.ts'
import { formatWord } from '../../../src/commands/words.ts'
import { anyText } from '../../cards/arbitrary-view.ts'

const me = personNamed('me')

test.each(['', '   ', '# a comment', '  #'])('%j is nothing', typed => {
  expect(parseTyped(typed, me)).toEqual({ kind: 'nothing' })
})

test.each([
  ['queue', { line: 'queue', person: me, background: false }],
  ['queue &', { line: 'queue', person: me, background: true }],
  ['run-test socA --shell "a &"', { line: 'run-test socA --shell "a &"', person: me, background: false }],
  ["echo '&'", { line: "echo '&'", person: me, background: false }],
  ['a \\&', { line: 'a \\&', person: me, background: false }],
  ['a&', { line: 'a&', person: me, background: false }],
  ['run-test "a &', { line: 'run-test "a &', person: me, background: false }],
  ['@mei: queue &', { line: 'queue', person: personNamed('mei'), background: true }],
  ['@li:queue', { line: 'queue', person: personNamed('li'), background: false }],
  ['@mei: exit', { line: 'exit', person: personNamed('mei'), background: false }],
  ['/lab queue', { line: '/lab queue', person: me, background: false }],
])('%j is a command', (typed, expected) => {
  expect(parseTyped(typed, me)).toEqual({ kind: 'command', ...expected })
})

test('a number presses a button, for whoever types', () => {
  expect(parseTyped('2', me)).toEqual({ kind: 'press', number: 2, person: me })
  expect(parseTyped('@li: 2', me)).toEqual({ kind: 'press', number: 2, person: personNamed('li') })
  expect(parseTyped('0', me).kind).toBe('command')
})

test('exit leaves; a name with nothing after it is an error that says what to type', () => {
  expect(parseTyped(' EXIT ', me)).toEqual({ kind: 'leave' })
  expect(() => parseTyped('@mei:', me)).toThrow('There is nothing after @mei:')
})

test('& at the end counts only as a word of its own, whatever stands before it', () => {
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1 }), fc.boolean(), (words, background) => {
      const line = ['queue', ...words.map(formatWord)].join(' ')
      expect(parseTyped(background ? `${line} &` : line, me)).toEqual({
        kind: 'command',
        line: line.trim(),
        person: me,
        background,
      })
    }),
  )
})
