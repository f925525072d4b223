import fc from 'fast-check'
import type { Claim } from '../../src/lab/queue/claims.ts'
import type { Place } from '../../src/lab/queue/decide.ts'

export const FAMILIES = ['socA', 'socB', 'socC']
export const BOARDS = Array.from({ length: 8 }, (_, n) => `board-${n}`)
export const NOW = 1_000_000

const avoid = fc.array(
  fc.record({ board: fc.constantFrom(...BOARDS), until: fc.integer({ min: NOW - 10, max: NOW + 10 }) }),
  { maxLength: 2 },
)

export const anyClaims: fc.Arbitrary<Claim[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('run' as const, 'lease' as const),
      priority: fc.constantFrom(1 as const, 2 as const, 3 as const),
      arrivedAt: fc.integer({ min: 0, max: 20 }),
      target: fc.oneof(
        fc.record({ family: fc.constantFrom(...FAMILIES), board: fc.constant(null) }),
        fc.record({ family: fc.constantFrom(...FAMILIES), board: fc.constantFrom(...BOARDS) }),
        fc.record({ family: fc.constant(null), board: fc.constantFrom(...BOARDS) }),
      ),
      avoid,
    }),
    { maxLength: 14 },
  )
  .map(list =>
    list.map(({ target, kind, priority, ...rest }, index) => ({
      ...rest,
      ...target,
      kind,
      // People wait with normal priority.
      priority: kind === 'lease' ? 2 : priority,
      id: `${kind === 'run' ? 'T' : 'L'}${index + 1}`,
      number: index + 1,
    })),
  )

export const anyPlaces: fc.Arbitrary<Place[]> = fc
  .uniqueArray(fc.constantFrom(...BOARDS), { maxLength: BOARDS.length })
  .chain(ids =>
    fc.tuple(
      ...ids.map(id =>
        fc.record({
          id: fc.constant(id),
          family: fc.constantFrom(...FAMILIES),
          site: fc.constant('here'),
          free: fc.boolean(),
          uses: fc.integer({ min: 0, max: 3 }),
          lastUsedAt: fc.option(fc.integer({ min: 0, max: 5 })),
        }),
      ),
    ),
  )

export const anyRoom: fc.Arbitrary<Map<string, number>> = fc
  .tuple(...FAMILIES.map(family => fc.integer({ min: 0, max: 4 }).map(room => [family, room] as const)))
  .map(entries => new Map(entries))
