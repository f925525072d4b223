import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slashLine, typedIn } from '../../../../src/bot/slack/counter/text.ts'
import { formatWords, parseWords } from '../../../../src/commands/words.ts'
import { anyText } from '../../../cards/arbitrary-view.ts'

const SELF = 'UBOT'
const line = (text: string): string => typedIn(text, SELF).line

/** As Slack sends what somebody typed (docs.slack.dev, formatting message text). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

test('any words that somebody types arrive as they were typed, whatever Slack made of their characters', () => {
  // What is of Slack's own making, or no character that is seen, is left to the examples below.
  const word = fc
    .oneof(
      anyText,
      fc.string({ unit: fc.constantFrom('&', '<', '>', ';', 'a', '"', '|', '@', '#', '!'), maxLength: 8 }),
    )
    .filter(text => !/[\r\n\u00a0\u200b\u2060\ufeff`]/.test(text))
    .map(text => ({ text, quoted: false }))
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), words => {
      const typed = formatWords(words)
      const seen = typedIn(`<@${SELF}> ${escaped(typed)}`, SELF)
      expect(parseWords(seen.line).map(each => each.text)).toEqual(words.map(each => each.text))
      expect(seen.left).toBe(0)
    }),
    { numRuns: 300 },
  )
})

test('a long text whose quote is never closed is read once, not once for each of its lines', () => {
  const words = 'a\n'.repeat(100_000)
  expect(typedIn(`find "${words}`, SELF)).toEqual({ line: 'find "a', left: 99_999 })
  expect(typedIn(`find "${words}"\nqueue`, SELF).left).toBe(1)
})

test('any text at all gives a line, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.string({ unit: 'binary' })), text => {
      expect(typeof line(text)).toBe('string')
    }),
    { numRuns: 200 },
  )
})

test.each([
  ['<@UBOT> queue', 'queue'],
  ['<@UBOT|boardroom>: queue', 'queue'],
  ['queue <@UBOT>', 'queue'],
  ['tests --by <@U1>', 'tests --by U1'],
  ['tests --by <@U1|mei>', 'tests --by U1'],
  ['find <#C1|lab>', 'find #lab'],
  // Slack makes links of words that look like hosts.
  ['run-test socA <http://hello.sh|hello.sh>', 'run-test socA hello.sh'],
  ['find <https://lab.test/T1>', 'find https://lab.test/T1'],
  ['tests --by <mailto:mei@lab.test|mei@lab.test>', 'tests --by mei@lab.test'],
  ['find <!subteam^S1|@ops> <!here>', 'find @ops @here'],
  ['run-test socA --shell "a &amp;&amp; b &gt; c"', 'run-test socA --shell "a && b > c"'],
  ['find &amp;lt;', 'find &lt;'],
  ['`queue`', 'queue'],
  ['```\nrun-test socA ./hello\n```', 'run-test socA ./hello'],
  ['run-test socA --shell "echo `date`"', 'run-test socA --shell "echo `date`"'],
  ['lease\u00a0socA\u200b 2h', 'lease socA 2h'],
])('%s is the line %s', (text, meant) => {
  expect(line(text)).toBe(meant)
})

test('one line is one command: those below it are counted and do nothing', () => {
  expect(typedIn('queue\n\nboards\nstatus', SELF)).toEqual({ line: 'queue', left: 2 })
})

test('a line that ends within quotes goes on in the next', () => {
  const text = 'run-test socA --shell "for i in 1 2\ndo echo $i; done"\nqueue'
  expect(typedIn(text, SELF)).toEqual({
    line: 'run-test socA --shell "for i in 1 2\ndo echo $i; done"',
    left: 1,
  })
})

test('a quote that is never closed leaves the first line, for the grammar to point at', () => {
  expect(typedIn('run-test "socA\nqueue', SELF)).toEqual({ line: 'run-test "socA', left: 1 })
})

test.each([
  ['/lab queue', '', 'queue'],
  ['/lab', '', ''],
  ['/run-test socA', '', 'run-test socA'],
  ['/soc-lab queue move T1 high', 'soc-', 'queue move T1 high'],
  ['/soc-lease socA', 'soc-', 'lease socA'],
  ['queue', 'soc-', 'queue'],
])('%s with the prefix "%s" is %s', (text, prefix, meant) => {
  expect(slashLine(text, prefix)).toBe(meant)
})
