import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatWord, formatWords, parseWords } from '../../src/commands/words.ts'
import { anyText } from '../cards/arbitrary-view.ts'

const words = (line: string): string[] => parseWords(line).map(word => word.text)

const tricky = fc.string({
  unit: fc.constantFrom(
    'a',
    ' ',
    '"',
    "'",
    '“',
    '”',
    '’',
    '\\',
    '=',
    '-',
    '—',
    '&',
    '#',
    '/',
    '\n',
    '\u00a0',
    '漢',
  ),
  maxLength: 12,
})

test('reading what was written gives the same words, whatever they are', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyText, tricky), { maxLength: 6 }), texts => {
      expect(words(texts.map(formatWord).join(' '))).toEqual(texts)
    }),
    { numRuns: 500 },
  )
})

test('reading what was written keeps flags flags and quoted words words', () => {
  const flag = fc.stringMatching(/^--[a-z]{1,6}$/).map(text => ({ text, quoted: false }))
  const valued = fc.tuple(
    fc.stringMatching(/^--[a-z]{1,6}=$/),
    tricky.filter(text => text !== ''),
  )
  const quoted = fc.oneof(anyText, tricky, fc.constant('--yes')).map(text => ({ text, quoted: true }))
  const word = fc.oneof(
    flag,
    quoted,
    fc.constant({ text: '--', quoted: false }),
    fc.constant({ text: '&', quoted: false }),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), given => {
      expect(parseWords(formatWords(given))).toEqual(given)
    }),
    { numRuns: 300 },
  )
  fc.assert(
    fc.property(valued, ([name, value]) => {
      expect(words(formatWords([{ text: name + value, quoted: false }]))).toEqual([name + value])
    }),
  )
})

test('no line makes it throw anything but the error of an unclosed quote', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, tricky), line => {
      try {
        parseWords(line)
      } catch (error) {
        expect(error).toMatchObject({ name: 'InputError', code: 'unclosed-quote' })
      }
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['a  b\tc', ['a', 'b', 'c']],
  ['a "b c" \'d e\'', ['a', 'b c', 'd e']],
  ['“b c” ‘d e’', ['b c', 'd e']],
  ['"say “hi” now"', ['say “hi” now']],
  ["'don’t'", ['don’t']],
  ["don't", ["don't"]],
  ['5" tube', ['5"', 'tube']],
  ['--shell="a b"', ['--shell=a b']],
  ['--env K="a b"', ['--env', 'K=a b']],
  ["'it'\"'\"'s'", ["it's"]],
  ['"a \\" b \\\\ c"', ['a " b \\ c']],
  ['C:\\temp\\x a\\ b', ['C:\\temp\\x', 'a b']],
  ['—priority high', ['--priority', 'high']],
  ['a – b', ['a', '--', 'b']],
  ['""', ['']],
  ['a\u00a0b', ['a', 'b']],
])('%j is read as %j', (line, expected) => {
  expect(words(line)).toEqual(expected)
})

test('an unclosed quote says where it opened and how to close it', () => {
  expect(() => parseWords('run-test socA --shell "echo hi')).toThrow(
    'The quote " at character 23 is never closed: …ocA --shell ⟨here⟩"echo hi',
  )
  expect(() => parseWords('‘a')).toThrow('The quote ‘ at character 1 is never closed: ⟨here⟩‘a')
})
