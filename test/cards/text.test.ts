import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clean, listed, mention, plain, shorten, textOf } from '../../src/cards/text.ts'
import { anyText } from './arbitrary-view.ts'

const FRAME = { now: 0, timeZone: 'UTC' }
const UNSAFE = /[\p{Cc}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u

test('P28 text of people keeps no control character, escape sequence, line break or bidirectional override', () => {
  fc.assert(
    fc.property(fc.array(anyText), texts => {
      const cleaned = clean(texts.join(''))
      expect(cleaned).not.toMatch(UNSAFE)
      expect(cleaned.isWellFormed()).toBe(true)
      expect(clean(cleaned)).toBe(cleaned)
    }),
  )
})

test('innocent text stays as it is', () => {
  fc.assert(fc.property(fc.stringMatching(/^[ -~]*$/), text => clean(text) === text))
  expect(clean('漢字 é 👩‍👧')).toBe('漢字 é 👩‍👧')
})

test('tabs and line ends become one space', () => {
  expect(clean('a\r\n\tb')).toBe('a b')
})

test('runs read as one plain string', () => {
  const runs = [
    plain('see '),
    { r: 'link', text: 'log', url: 'http://lab/T1' } as const,
    { r: 'link', text: 'http://lab', url: 'http://lab' } as const,
    { r: 'user', id: 'U1', name: 'mei' } as const,
  ]
  expect(textOf(runs, FRAME)).toBe('see log: http://lab/T1http://lab@mei')
})

test('names are mentioned once, lists end where they should, cuts are at whole characters', () => {
  expect(mention('@kai')).toBe('@kai')
  expect(mention('kai')).toBe('@kai')
  expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more')
  expect(shorten('👩x👩y', 3)).toBe('👩x…')
})
