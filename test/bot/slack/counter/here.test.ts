import fc from 'fast-check'
import { expect, test } from 'vitest'
import { takeHere, withPostHere } from '../../../../src/bot/slack/counter/here.ts'
import { errorCard } from '../../../../src/cards/error.ts'
import { formatWords, parseWords } from '../../../../src/commands/words.ts'
import { anyText } from '../../../cards/arbitrary-view.ts'

const view = errorCard({ code: 'x', message: 'x', hint: '', ours: false })

function postLine(line: string): string | undefined {
  const last = withPostHere(view, line).parts.at(-1)
  return last?.t === 'actions' ? last.items[0]?.line : undefined
}

test('the button of a question runs the very question, for everybody', () => {
  const word = fc.record({ text: anyText, quoted: fc.boolean() })
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), words => {
      const line = formatWords(words)
      fc.pre(!parseWords(line).some(each => each.text === '--here' || each.text === '--'))
      const taken = takeHere(postLine(line) ?? '')
      expect(taken.here).toBe(true)
      expect(parseWords(taken.line)).toEqual(parseWords(line))
    }),
    { numRuns: 200 },
  )
})

test("what is behind -- is the program's own, and a quoted word is a word", () => {
  expect(takeHere('run-test socA x -- --here')).toEqual({ line: 'run-test socA x -- --here', here: false })
  expect(takeHere("find '--here'")).toEqual({ line: "find '--here'", here: false })
  expect(postLine('tests log T1 -- x')).toBe('tests log T1 --here -- x')
})

test('a line that no words can be read from is left as it is', () => {
  expect(takeHere('find "x')).toEqual({ line: 'find "x', here: false })
  expect(withPostHere(view, 'find "x')).toBe(view)
})
