import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clean } from '../../../src/cards/text.ts'
import { joined, markup, textOfMarkup, verbatim } from '../../../src/http/pages/markup.ts'
import { anyText } from '../../cards/arbitrary-view.ts'
import { tokensOf } from './tokens.ts'

test('P28 text stays text in an element and in an attribute, and nothing of it is lost but what is not to be seen', () => {
  fc.assert(
    fc.property(anyText, anyText, (inside, beside) => {
      const [open, ...rest] = tokensOf(textOfMarkup(markup`<p class="${beside}">${inside}</p>`))
      expect(open).toMatchObject({ kind: 'open', name: 'p' })
      expect(open?.kind === 'open' && open.attributes.get('class')).toBe(clean(beside))
      const text = rest.flatMap(token => (token.kind === 'text' ? [token.text] : []))
      expect(text.join('')).toBe(clean(inside))
    }),
    { numRuns: 300 },
  )
})

test('what looks like mark-up and was not made here is text: nothing that is parsed can pass for it', () => {
  const forged = JSON.parse(JSON.stringify({ text: '<b>', ...markup`<b></b>` })) as string
  expect(() => textOfMarkup(markup`${forged}`)).toThrow()
  expect(textOfMarkup(markup`${'<b>'}`)).toBe('&lt;b&gt;')
})

test('null and false are nothing, zero is a number, and mark-up goes in as it is', () => {
  expect(textOfMarkup(markup`a${null}b${false}c${0}d${markup`<i>${'&'}</i>`}${[markup`e`, markup`f`]}`)).toBe(
    'abc0d<i>&amp;</i>ef',
  )
  expect(textOfMarkup(joined([markup`a`, markup`b`], markup`, `))).toBe('a, b')
  expect(textOfMarkup(verbatim('a\t<b>'))).toBe('a\t&lt;b&gt;')
})
