import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byName, compareCases, groupOf, MOST_COMPARED } from '../../../src/lab/runs/cases/compare.ts'
import type { CaseGroup, Comparison } from '../../../src/lab/types.ts'
import { aCase, someCases, someResult } from './samples.ts'

const RUNS = { numRuns: 200 }
const OPPOSITE: Readonly<Record<CaseGroup, CaseGroup>> = {
  newlyFailing: 'newlyPassing',
  newlyPassing: 'newlyFailing',
  appeared: 'gone',
  gone: 'appeared',
  stillFailing: 'stillFailing',
  changed: 'changed',
  same: 'same',
}

function namesOf({ listed }: Comparison): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(listed).map(([group, cases]) => [group, cases.map(each => each.name)]),
  )
}

describe('cases of two runs', () => {
  test('comparing the other way round gives the opposite: newly failing is newly passing, new is gone', () => {
    fc.assert(
      fc.property(someCases, someCases, (before, now) => {
        const [one, other] = [compareCases(before, now), compareCases(now, before)]
        for (const [group, opposite] of Object.entries(OPPOSITE))
          expect(one.counts[group as CaseGroup]).toBe(other.counts[opposite])
        const [names, opposite] = [namesOf(one), namesOf(other)]
        for (const group of Object.keys(names))
          expect(names[group]).toEqual(opposite[OPPOSITE[group as CaseGroup]])
      }),
      RUNS,
    )
  })

  test('each name is in exactly one group, and nothing else is', () => {
    fc.assert(
      fc.property(someCases, someCases, (before, now) => {
        const { counts, listed } = compareCases(before, now)
        const all = new Set([...before, ...now].map(each => each.name))
        expect(Object.values(counts).reduce((sum, each) => sum + each, 0)).toBe(all.size)
        const named = Object.values(listed).flatMap(cases => cases.map(each => each.name))
        expect(new Set(named).size).toBe(named.length)
        expect(named.length + counts.same).toBe(all.size)
      }),
      RUNS,
    )
  })

  test('the order of the cases does not matter, and one beside itself is the same', () => {
    fc.assert(
      fc.property(someCases, someCases, fc.nat(), (before, now, turn) => {
        const turned = [...now.slice(turn % (now.length + 1)), ...now.slice(0, turn % (now.length + 1))]
        expect(compareCases(before, turned)).toEqual(compareCases(before, now))
        const itself = compareCases(now, now).counts
        expect([
          itself.newlyFailing,
          itself.newlyPassing,
          itself.appeared,
          itself.gone,
          itself.changed,
        ]).toEqual([0, 0, 0, 0, 0])
      }),
      RUNS,
    )
  })

  test('of several with one name the worst stands for them', () => {
    fc.assert(
      fc.property(fc.array(someResult, { minLength: 1, maxLength: 5 }), results => {
        const known = byName(results.map(result => aCase('a', result))).get('a')?.result
        const worst = (['error', 'fail', 'xfail', 'skip', 'xpass', 'pass'] as const).find(each =>
          results.includes(each),
        )
        expect(known).toBe(worst)
      }),
      RUNS,
    )
  })

  test('however many differ, so many of each group are named and all are counted', () => {
    const many = Array.from({ length: 5_000 }, (_, index) =>
      aCase(`c${index}`, 'fail', { output: ['# why'] }),
    )
    const { counts, listed } = compareCases(
      many.map(each => ({ ...each, result: 'pass' as const })),
      many,
    )
    expect([counts.newlyFailing, listed.newlyFailing.length]).toEqual([5_000, MOST_COMPARED])
    expect(listed.newlyFailing[0]).toEqual({ name: 'c0', before: 'pass', now: 'fail', why: 'why' })
  })

  test.each([
    ['pass', 'fail', 'newlyFailing'],
    ['xfail', 'error', 'newlyFailing'],
    ['error', 'xpass', 'newlyPassing'],
    ['fail', 'error', 'stillFailing'],
    ['skip', 'fail', 'changed'],
    ['fail', 'skip', 'changed'],
    ['skip', 'skip', 'same'],
    ['pass', 'xfail', 'same'],
    [null, 'fail', 'appeared'],
    ['fail', null, 'gone'],
  ] as const)('%s, then %s: %s', (before, now, group) => {
    expect(groupOf(before, now)).toBe(group)
  })
})
