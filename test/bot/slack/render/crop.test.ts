import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CUT, crop, cutTo } from '../../../../src/bot/slack/render/crop.ts'
import { lengthOf } from '../../../../src/bot/slack/rules/length.ts'
import { graphemes } from '../../../../src/bot/terminal/width.ts'
import { anyText } from '../../../cards/arbitrary-view.ts'

test('text is cut between the characters that people see, counted as Slack stores them', () => {
  expect(crop('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 12)).toBe(`👩‍👩‍👧‍👦${CUT}`)
  expect(crop('a&b&c', 8)).toBe(`a&b${CUT}`)
  expect(crop('abc', 3)).toBe('abc')
  expect(crop('two\nlines\u001b[0m', 20)).toBe('two lines')
})

test('P28 no text is longer than it may be; what is kept is its beginning, whole characters, as many as fit', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 60 }), (text, most) => {
      const shown = cutTo(text, most)
      expect(lengthOf(shown)).toBeLessThanOrEqual(most)
      if (lengthOf(text) <= most) expect(shown).toBe(text)
      else {
        const kept = shown.slice(0, -CUT.length)
        const all = graphemes(text)
        const count = graphemes(kept).length
        expect(all.slice(0, count).join('')).toBe(kept)
        expect(lengthOf(kept + (all[count] ?? '')) + CUT.length).toBeGreaterThan(most)
      }
    }),
    { numRuns: 500 },
  )
})
