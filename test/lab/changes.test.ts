import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesBetween } from '../../src/lab/reload.ts'
import { agreeingBoards, flatLines, labText, richLines, type Written } from '../config/lab-writer.ts'
import { read } from '../config/read.ts'

const of = (boards: readonly Written[], spelling = flatLines) => read(labText(boards.map(spelling)))

describe('M2.5 changes between two inventories', () => {
  it('there are none to the same lab, in whatever order and spelling it is written', () => {
    const labs = agreeingBoards(0, 5).chain(boards =>
      fc.tuple(fc.constant(boards), fc.shuffledSubarray(boards, { minLength: boards.length })),
    )
    fc.assert(
      fc.property(labs, ([boards, shuffled]) => {
        const changes = changesBetween(of(boards), of(shuffled, richLines))
        expect(changes).toEqual({ added: [], removed: [], changed: [] })
      }),
      { numRuns: 100 },
    )
  })

  it('each board is added, removed, changed or left alone, and never two of these', () => {
    const fates = fc.array(fc.constantFrom('added', 'removed', 'changed', 'kept'), {
      minLength: 6,
      maxLength: 6,
    })
    fc.assert(
      fc.property(agreeingBoards(0, 6), fates, (boards, fate) => {
        const with_ = (...kinds: string[]) => boards.filter((_, index) => kinds.includes(fate[index] ?? ''))
        const before = of(with_('removed', 'changed', 'kept'))
        const after = of(
          boards.flatMap((board, index) => {
            if (fate[index] === 'removed') return []
            return [fate[index] === 'changed' ? { ...board, revision: 'another' } : board]
          }),
        )
        const ids = (kind: string) => with_(kind).map(({ id }) => id)
        expect(changesBetween(before, after)).toEqual({
          added: ids('added'),
          removed: ids('removed'),
          changed: ids('changed'),
        })
      }),
      { numRuns: 150 },
    )
  })
})
