import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Failure } from '../../src/errors.ts'
import { withIncident } from '../../src/lab/boards/incidents.ts'
import { BLAME_WINDOW_MS, type BoardPast, boardToBlame, evidenceWords } from '../../src/lab/runs/blame.ts'
import type { Incident } from '../../src/lab/types.ts'

const NOW = 10 * BLAME_WINDOW_MS
const ME = { id: 'T9', name: 'sort', by: 'mei' }
const PANIC: Failure = { class: 'test', cause: 'panic', blame: 'none' }

function incident(part: Partial<Incident> = {}): Incident {
  return {
    ...{ cause: 'panic', kind: 'panic', severity: 'ends', title: 'kernel panic: Fatal exception' },
    ...{ at: NOON, proof: [], offset: 1, during: null },
    ...part,
  }
}
const NOON = NOW - 3_600_000

const GUILTY: BoardPast = {
  board: 'a1',
  kernel: '6.1.92',
  incidents: [incident()],
  others: [{ board: 'a2', kernel: '6.1.92', incidents: [], passed: true }],
}

const cause = fc.constantFrom<Failure['cause']>(
  'panic',
  'oops',
  'bug',
  'lockup',
  'reset',
  'exit status',
  'boot',
)
const incidents = fc.array(
  fc
    .record({
      at: fc.integer({ min: NOW - 2 * BLAME_WINDOW_MS, max: NOW }),
      severity: fc.constantFrom<Incident['severity']>('ends', 'told'),
      cause: fc.constantFrom<Incident['cause']>('panic', 'oops', 'warning', 'boot', 'reset'),
      offset: fc.nat(1000),
      held: fc.constantFrom<Partial<Incident>>(
        { during: null },
        { during: 'L3' },
        { during: 'T3' },
        { during: 'T4', test: 'sort', by: 'li' },
        { during: 'T5', test: 'copy', by: 'mei' },
        { during: 'T6', test: 'copy', by: 'li' },
      ),
    })
    .map(({ held, ...part }) => incident({ ...part, ...held })),
  { maxLength: 4 },
)
const kernel = fc.constantFrom<string | null>('6.1.92', '6.6.1', null)
const other = fc.record({ board: fc.constantFrom('a2', 'a3'), kernel, incidents, passed: fc.boolean() })
const past = fc.record({
  board: fc.constant('a1'),
  kernel,
  incidents,
  others: fc.array(other, { maxLength: 3 }),
})
const failure = fc.record({
  class: fc.constantFrom<Failure['class']>('test', 'infrastructure', 'timeout', 'cancelled'),
  cause,
  blame: fc.constant<Failure['blame']>('none'),
})

/** By the words of docs/verdicts.md. */
function isOfTheKernel({ at, severity, cause: its }: Incident): boolean {
  return at > NOW - BLAME_WINDOW_MS && severity === 'ends' && its !== 'boot' && its !== 'warning'
}

describe('M3.4 whether a kernel’s failure under a test is the board’s', () => {
  test('a board that failed idle is to blame where the same program passed elsewhere on the same kernel, in words', () => {
    const evidence = boardToBlame(PANIC, ME, GUILTY, NOW)
    expect(evidence).toMatchObject({ passedOn: 'a2', incident: { during: null } })
    expect(evidence && evidenceWords(evidence, 'a1', () => '03:12')).toBe(
      'a1 is to blame, not the test: it failed at 03:12 while nobody used it (kernel panic: Fatal exception), and the same program passed on a2 with the same kernel.',
    )
  })

  test.each<[string, Failure, Partial<BoardPast>]>([
    ['the test failed by itself', { class: 'test', cause: 'exit status', blame: 'none' }, {}],
    ['the failure is another’s already', { class: 'infrastructure', cause: 'panic', blame: 'board' }, {}],
    ['nothing speaks against the board', PANIC, { incidents: [] }],
    [
      'it failed only under this very test',
      PANIC,
      { incidents: [incident({ during: 'T4', test: 'sort', by: 'li' })] },
    ],
    [
      'it failed only under a test of the same person',
      PANIC,
      { incidents: [incident({ during: 'T5', test: 'copy', by: 'mei' })] },
    ],
    ['it failed only while a person worked at it', PANIC, { incidents: [incident({ during: 'L3' })] }],
    ['it only warned', PANIC, { incidents: [incident({ severity: 'told', cause: 'warning' })] }],
    ['it was long ago', PANIC, { incidents: [incident({ at: NOW - BLAME_WINDOW_MS })] }],
    ['nobody knows which kernel it runs', PANIC, { kernel: null }],
    [
      'the program passed nowhere',
      PANIC,
      { others: [{ board: 'a2', kernel: '6.1.92', incidents: [], passed: false }] },
    ],
    [
      'it passed on another kernel',
      PANIC,
      { others: [{ board: 'a2', kernel: '6.6.1', incidents: [], passed: true }] },
    ],
    [
      'the kernel fails on another board, too',
      PANIC,
      {
        others: [
          { board: 'a2', kernel: '6.1.92', incidents: [], passed: true },
          { board: 'a3', kernel: '6.1.92', incidents: [incident()], passed: false },
        ],
      },
    ],
  ])('not where %s', (_, why, part) => {
    expect(boardToBlame(why, ME, { ...GUILTY, ...part }, NOW)).toBeNull()
  })

  test('a healthy board is never blamed for a bad kernel: all of the proof is there, or nothing is said', () => {
    fc.assert(
      fc.property(failure, past, (why, known) => {
        const evidence = boardToBlame(why, ME, known, NOW)
        if (evidence === null) return
        expect(why.class).toBe('test')
        expect(known.kernel).not.toBeNull()
        expect(known.incidents).toContain(evidence.incident)
        expect(isOfTheKernel(evidence.incident)).toBe(true)
        expect([null, 'T6']).toContain(evidence.incident.during)
        expect(
          known.others.some(
            ({ board, passed, kernel: its }) => passed && board === evidence.passedOn && its === known.kernel,
          ),
        ).toBe(true)
        const elsewhere = known.others.filter(({ kernel: its }) => its === null || its === known.kernel)
        expect(elsewhere.flatMap(each => each.incidents).some(isOfTheKernel)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a kernel that fails on one more board of those that may run it clears every board', () => {
    fc.assert(
      fc.property(failure, past, (why, known) => {
        const bad = { board: 'a9', kernel: known.kernel, incidents: [incident()], passed: false }
        expect(boardToBlame(why, ME, { ...known, others: [...known.others, bad] }, NOW)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })
})

describe('what befell a board', () => {
  test('is bounded; warnings never crowd out what ended a kernel; told again it is the same incident', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ told: fc.boolean(), offset: fc.nat(200) }), { maxLength: 120 }),
        given => {
          let kept: readonly Incident[] = []
          const ends = new Set<number>()
          for (const [at, { told, offset }] of given.entries()) {
            const kind = told ? ('warning' as const) : ('panic' as const)
            const severity = told ? ('told' as const) : ('ends' as const)
            if (!told) ends.add(offset)
            const before = kept
            kept = withIncident(kept, incident({ offset, kind, severity, at }))
            const known = before.find(each => each.offset === offset && each.kind === kind)
            if (known !== undefined) {
              expect(kept).toHaveLength(before.length)
              expect(kept.find(each => each.offset === offset && each.kind === kind)?.at).toBe(known.at)
            }
          }
          expect(kept.length).toBeLessThanOrEqual(30)
          if (ends.size <= 20) expect(kept.filter(each => each.severity === 'ends')).toHaveLength(ends.size)
        },
      ),
    )
  })
})
