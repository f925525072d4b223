import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lengthOf } from '../../../../src/bot/slack/rules/length.ts'
import { LIMITS } from '../../../../src/bot/slack/rules/limits.ts'
import { checkMessage } from '../../../../src/bot/slack/rules/rules.ts'
import { BOUNDARIES, message, plain } from './boundaries.ts'

const NAMES = Object.keys(LIMITS) as (keyof typeof LIMITS)[]

test.each(NAMES)('%s: what is within the limit is accepted, one more is refused with its place', name => {
  const [limit, check] = [LIMITS[name], BOUNDARIES[name]]
  expect([check(Math.max(1, limit - 1)), check(limit)]).toEqual([[], []])
  const [found] = check(limit + 1)
  expect(found?.code).toMatch(/^too_(long|many)$|^wrong_value$/)
  expect(found?.pointer).toMatch(/^\/|^$/)
})

test('one more than a limit says which limit and how much there was', () => {
  expect(BOUNDARIES.headerText(151)).toEqual([
    { pointer: '/blocks/0/text/text', code: 'too_long', message: 'must be less than 151 characters: 151' },
  ])
  expect(BOUNDARIES.messageBlocks(51)).toEqual([
    { pointer: '/blocks', code: 'too_many', message: 'no more than 50 items allowed: 51' },
  ])
})

test('& < > count as the entities that Slack stores', () => {
  expect(lengthOf('a&b<c>')).toBe('a&amp;b&lt;c&gt;'.length)
  expect(message({ type: 'header', text: plain('&'.repeat(30)) })).toEqual([])
  expect(message({ type: 'header', text: plain('&'.repeat(31)) })).toHaveLength(1)
})

test('a character outside of the first plane counts as two, for nothing says that it counts as one', () => {
  expect(message({ type: 'header', text: plain('😀'.repeat(75)) })).toEqual([])
  expect(message({ type: 'header', text: plain('😀'.repeat(76)) })).toHaveLength(1)
})

test('whatever is given, the rules answer and never throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('post' as const, 'update' as const), (value, how) => {
      expect(Array.isArray(checkMessage(value, how))).toBe(true)
      expect(
        Array.isArray(
          checkMessage({ blocks: [value, { type: value }, { type: 'table', rows: value }] }, how),
        ),
      ).toBe(true)
    }),
    { numRuns: 300 },
  )
})
