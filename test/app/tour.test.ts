import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { broken, parseTour, playTour, type Step } from '../../src/app/tour.ts'

const step: Step = { heading: 'a test', lines: ['queue'], seen: ['one', 'two'], unseen: ['three'], exit: 0 }

test('what must be seen must be seen, in its order; what must not, not; and the exit status counts', () => {
  expect(broken(step, { output: 'one two', exit: 0 })).toEqual([])
  expect(broken(step, { output: 'two one', exit: 0 })).toEqual(['"two" was seen, but not in its place'])
  expect(broken(step, { output: 'one', exit: 0 })).toEqual(['"two" was not seen'])
  expect(broken(step, { output: 'one two three', exit: 1 })).toEqual([
    '"three" was seen',
    'the exit status is 1, not 0',
  ])
})

test('a step holds exactly when every expectation is found after the one before', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'd')
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), fc.array(word, { maxLength: 10 }), (seen, output) => {
      let at = 0
      for (const text of output) if (text === seen[at]) at++
      expect(broken({ ...step, seen, unseen: [] }, { output: output.join(' '), exit: 0 }).length === 0).toBe(
        at === seen.length,
      )
    }),
  )
})

test('a tour says how many expectations held, or which did not; one that breaks fails the whole', async () => {
  const printed: string[] = []
  const print = (line: string): void => void printed.push(line)
  expect(
    await playTour({ steps: [step, step], play: async () => ({ output: 'one two', exit: 0 }), print }),
  ).toBe(true)
  expect(printed.at(-1)).toBe('The tour is over: all 8 expectations held.')
  expect(await playTour({ steps: [step], play: async () => ({ output: 'one', exit: 0 }), print })).toBe(false)
  expect(printed.at(-1)).toBe('step 1 (a test): "two" was not seen')
})

test('the tour of the demo can be read, and types at least what it must show', async () => {
  const steps = parseTour(await readFile(new URL('../../demo/tour.txt', import.meta.url), 'utf8'))
  const lines = steps.flatMap(each => each.lines).join('\n')
  for (const part of ['run-test', '--timeout', 'lease', 'power cycle', 'queue']) expect(lines).toContain(part)
  expect(steps.every(each => each.lines.length > 0 && each.seen.length > 0)).toBe(true)
  expect(new Set(lines.match(/@\w+:/g)).size).toBeGreaterThanOrEqual(4)
})

test('a line that is none of the forms is refused with its number', () => {
  expect(() => parseTour('## one\nqueue')).toThrow('Line 2 of the tour is none of the forms of a tour: queue')
  expect(() => parseTour('> queue')).toThrow('Line 1 of the tour stands before the first step')
})
