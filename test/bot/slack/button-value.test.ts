import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buttonValue, readValue } from '../../../src/bot/slack/button-value.ts'

const expected = fc.record({ topic: fc.string({ unit: 'binary' }), rev: fc.maxSafeNat() })

test('what a button carries is read as what was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.option(expected), (line, expect_) => {
      const value = buttonValue(expect_ === null ? { line } : { line, expect: expect_ })
      expect(readValue(value)).toEqual({ line, expect: expect_ })
    }),
  )
})

test('what a button does not carry is read as nothing', () => {
  for (const value of [
    '',
    'queue',
    '{}',
    '[]',
    'null',
    '{"l":""}',
    '{"l":7}',
    '{"l":"a","t":"b"}',
    '{"l":"a","r":1}',
  ])
    expect(readValue(value)).toBeNull()
  fc.assert(
    fc.property(fc.json(), value => {
      expect(() => readValue(value)).not.toThrow()
    }),
  )
})
