import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../../src/errors.ts'
import type { Seat } from '../../src/lab/consoles.ts'
import { createConsoleWords } from '../../src/lab/leases/console-words.ts'
import { createFakeClock } from '../fake-clock.ts'
import { KAI, MEI } from './harness.ts'

const TYPES: Seat = { board: 'a1', console: null, person: KAI, lease: 'L7' }
const WATCHES: Seat = { board: 'a1', console: null, person: MEI, lease: null }

function refusal(work: () => unknown): { code: string; text: string } {
  try {
    work()
  } catch (error) {
    if (error instanceof InputError) return { code: error.code, text: `${error.message} ${error.hint}` }
  }
  throw new Error('it was not refused')
}

test('M3.8 a word is good once, within 60 s, for the seat it was minted for', async () => {
  const clock = createFakeClock()
  const words = createConsoleWords({ clock })
  const [one, two] = [words.mint(TYPES), words.mint(WATCHES)]
  expect(one).toMatch(/^[2-9B-Z]{4}-[2-9B-Z]{4}-[2-9B-Z]{4}$/)
  await clock.pass(59_999)
  expect(words.redeem(one)).toEqual(TYPES)
  expect(refusal(() => words.redeem(one))).toEqual({
    code: 'word-used',
    text: 'That word was used already; each is good once. Ask the bot for a new one: lease console L7',
  })
  await clock.pass(1)
  expect(refusal(() => words.redeem(two))).toEqual({
    code: 'word-expired',
    text: 'That word has expired; each is good for 60 s. Ask the bot for a new one: boards watch a1',
  })
  expect(refusal(() => words.redeem('MEOW'))).toMatchObject({ code: 'word-wrong' })
})

test('a word is taken however it is typed', () => {
  const words = createConsoleWords({ clock: createFakeClock() })
  for (const typed of [
    (word: string) => word.toLowerCase(),
    (word: string) => word.replaceAll('-', ''),
    (word: string) => ` ${word.replaceAll('-', ' ')} `,
  ])
    expect(words.redeem(typed(words.mint(TYPES)))).toEqual(TYPES)
})

test('M3.8 whatever is minted, tried and waited for, each word opens its own seat at most once and never late', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('mint' as const), lease: fc.constantFrom('L1', 'L2', null) }),
    fc.record({ kind: fc.constant('try' as const), which: fc.nat(9) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
    fc.record({ kind: fc.constant('guess' as const), word: fc.string({ maxLength: 20 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), steps => {
      const clock = createFakeClock()
      const words = createConsoleWords({ clock })
      const minted: { word: string; seat: Seat; at: number; used: boolean }[] = []
      for (const each of steps) {
        if (each.kind === 'wait') clock.stall(each.ms)
        else if (each.kind === 'mint') {
          const seat = { ...TYPES, lease: each.lease }
          minted.push({ word: words.mint(seat), seat, at: clock.mono(), used: false })
        } else if (each.kind === 'guess') expect(() => words.redeem(each.word)).toThrow(InputError)
        else {
          const known = minted[each.which % Math.max(1, minted.length)]
          if (known === undefined) continue
          if (known.used || clock.mono() - known.at >= 60_000)
            expect(() => words.redeem(known.word)).toThrow(InputError)
          else {
            expect(words.redeem(known.word)).toEqual(known.seat)
            known.used = true
          }
        }
      }
      expect(new Set(minted.map(({ word }) => word)).size).toBe(minted.length)
    }),
    { numRuns: 200 },
  )
})

test('words do not pile up: of a great many the newest are good', () => {
  const words = createConsoleWords({ clock: createFakeClock() })
  const all = Array.from({ length: 1_200 }, () => words.mint(WATCHES))
  expect(refusal(() => words.redeem(all[0] ?? ''))).toMatchObject({ code: 'word-wrong' })
  expect(words.redeem(all.at(-1) ?? '')).toEqual(WATCHES)
  expect(words.redeem(all.at(-1_000) ?? '')).toEqual(WATCHES)
})
