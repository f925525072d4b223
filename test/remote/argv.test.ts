import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isFlag } from '../../src/commands/bind.ts'
import { parseLine } from '../../src/commands/grammar.ts'
import { commands } from '../../src/commands/registry.ts'
import { parseWords } from '../../src/commands/words.ts'
import { lineOf } from '../../src/remote/argv.ts'

const nasty = fc.string({ unit: fc.constantFrom(...' \t\n\r"\'\\=-–—&/$;`*?“”„‟‘’‚‛aT1.é'), maxLength: 12 })
const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  nasty,
  nasty.map(text => `--env=${text}`),
  nasty.map(text => `-${text}`),
  fc.constantFrom('--', '--yes', '--form', '&', '-v', '--timeout', '--env=A=b c', '—dash', '', '--env='),
)
const argv = fc.array(word, { maxLength: 8 })

test('the words of a shell are the words of the line, whatever they hold', () => {
  fc.assert(
    fc.property(argv, words => {
      expect(parseWords(lineOf(words)).map(each => each.text)).toEqual(words)
    }),
    { numRuns: 2_000 },
  )
})

test('a word that looks like a flag is one in the line, up to the first --, and no other is', () => {
  fc.assert(
    fc.property(argv, words => {
      const line = parseWords(lineOf(words))
      const end = words.indexOf('--')
      for (const [at, each] of line.entries()) {
        const isOurs = end === -1 || at < end
        const looks = /^--?[A-Za-z][\w.-]*(=|$)/.test(each.text)
        expect([each.text, isFlag(each)]).toEqual([each.text, isOurs && looks])
      }
      expect(line.findIndex(each => each.text === '--' && !each.quoted)).toBe(end)
    }),
    { numRuns: 2_000 },
  )
})

test.for([
  [
    ['run-test', 'socA', './hello', '--', '-v', '--', 'two words'],
    "run-test socA ./hello -- '-v' '--' 'two words'",
  ],
  [['run-test', 'socA', '--shell', 'uname -a'], "run-test socA --shell 'uname -a'"],
  [['run-test', 'socA', './a b', '--env=X=it\'s "it"'], `run-test socA './a b' --env="X=it's \\"it\\""`],
  [['queue'], 'queue'],
] as const)('%j is %s', ([words, line]) => {
  expect(lineOf(words)).toBe(line)
})

test('a program gets the very arguments that were typed behind --', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), args => {
      const parsed = parseLine(lineOf(['run-test', 'socA', './hello', '--', ...args]), commands)
      expect(parsed.ok && parsed.bound.raw).toMatchObject({ family: 'socA', binary: './hello', args })
      expect(parsed.ok && parsed.confirmed).toBe(false)
    }),
    { numRuns: 500 },
  )
})
