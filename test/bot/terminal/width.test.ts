import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsOf, cut, graphemes, pad } from '../../../src/bot/terminal/width.ts'
import { clean } from '../../../src/cards/text.ts'
import { anyText } from '../../cards/arbitrary-view.ts'

test.each([
  ['abc', 3],
  ['漢字', 4],
  ['ｆｕｌｌ', 8],
  ['한글', 4],
  ['é', 1],
  ['👩‍👩‍👧‍👦', 2],
  ['✔', 1],
  ['▓▓░', 3],
  ['', 0],
])('%j takes %d columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns)
})

test('a cut text is never wider than asked, and what fits is not cut', () => {
  fc.assert(
    fc.property(anyText.map(clean), fc.nat(60), (text, columns) => {
      const shown = cut(text, columns)
      expect(columnsOf(shown)).toBeLessThanOrEqual(columns)
      if (columnsOf(text) <= columns) expect(shown).toBe(text)
    }),
  )
})

test('padding fills to the width on the side that is asked for', () => {
  expect(pad('漢', 4)).toBe('漢  ')
  expect(pad('7', 3, 'right')).toBe('  7')
  expect(graphemes('é👩‍👧')).toHaveLength(2)
})
