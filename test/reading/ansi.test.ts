import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stripAnsi } from '../../src/reading/ansi.ts'

test.each([
  ['colours', '\x1b[1;31mred\x1b[0m', 'red'],
  ["busybox's question for the cursor after a prompt", '~ # \x1b[6n', '~ # '],
  ['private modes', '\x1b[?2004h$ \x1b[?25l', '$ '],
  ['intermediates', '\x1b[2 qx', 'x'],
  ['a window title ended by BEL', '\x1b]0;root@board\x07# ', '# '],
  ['a window title ended by ST', '\x1b]0;root@board\x1b\\# ', '# '],
  ['device control strings', 'a\x1bP1$r0m\x1b\\b', 'ab'],
  ['character sets', '\x1b(B\x1b)0x', 'x'],
  ['single characters', '\x1bc\x1b7\x1b8\x1b=x', 'x'],
  ['eight-bit introducers', '\u009b31mred\u009d0;title\u009c!', 'red!'],
  ['bells, backspaces and deletes', 'a\x07b\x08c\x7f', 'abc'],
  ['but not tabs and newlines', 'a\tb\n', 'a\tb\n'],
  ['nothing where there is nothing', 'plain text 世界', 'plain text 世界'],
])('taken out: %s', (_, text, expected) => {
  expect(stripAnsi(text)).toBe(expected)
})

test.each([
  ['an escape at the end', 'x\x1b', 'x'],
  ['a sequence at the end', 'x\x1b[1;3', 'x'],
  [
    'a title that never ends',
    '\x1b]0;broken [   12.345678] Kernel panic',
    '0;broken [   12.345678] Kernel panic',
  ],
  ['a sequence with a kernel line in it', '\x1b[1;3[   12.345678] Oops', '[   12.345678] Oops'],
  ['an escape with a kernel line behind it', '\x1b\x1b[0m[   12.345678] Oops', '[   12.345678] Oops'],
])('noise hides nothing: %s', (_, text, expected) => {
  expect(stripAnsi(text)).toBe(expected)
})

const pieces = fc.constantFrom(
  '\x1b',
  '[',
  ']',
  'P',
  '(',
  '\\',
  '\x07',
  '\x18',
  '1',
  ';',
  'm',
  'a',
  ' ',
  '\u009b',
  '\u009d',
  '\u009c',
  '\n',
  '世',
)
const noisy = fc.array(pieces, { maxLength: 60 }).map(list => list.join(''))

test('what comes out has no control characters but tab and newline, and stays as it is', () => {
  fc.assert(
    fc.property(noisy, text => {
      const clean = stripAnsi(text)
      for (const character of clean) {
        const code = character.charCodeAt(0)
        expect(code === 9 || code === 10 || (code >= 32 && (code < 127 || code > 159))).toBe(true)
      }
      expect(stripAnsi(clean)).toBe(clean)
    }),
    { numRuns: 500 },
  )
})

test('plain text between whole sequences comes out unchanged', () => {
  const sequence = fc.constantFrom(
    '\x1b[0m',
    '\x1b[1;31m',
    '\x1b[6n',
    '\x1b]0;t\x07',
    '\x1b(B',
    '\x1bc',
    '\x07',
  )
  const word = fc.stringMatching(/^[ -~]{0,12}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(word, sequence), { maxLength: 10 }), list => {
      expect(stripAnsi(list.flat().join(''))).toBe(list.map(([text]) => text).join(''))
    }),
    { numRuns: 200 },
  )
})

test.each(['\x1b]', '\x1bP', '\x1b[', '\x1b[1', '\x1b(', '\u009d', '\x1b]a'])(
  'a megabyte of openers that never close (%j) is done in one pass',
  opener => {
    const text = opener.repeat(300_000)
    expect(stripAnsi(text).length).toBeLessThanOrEqual(text.length)
  },
)
