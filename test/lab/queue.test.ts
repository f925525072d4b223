import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byRank, type Claim } from '../../src/lab/queue/claims.ts'
import { decide, misfit, type Place, type Room, select } from '../../src/lab/queue/decide.ts'
import { durationsOf, estimate } from '../../src/lab/queue/estimate.ts'
import { averageWait, waitAlert } from '../../src/lab/queue/wait-alert.ts'
import { anyClaims, anyPlaces, anyRoom, NOW } from './arbitraries.ts'

const situations = fc.tuple(anyClaims, anyPlaces, anyRoom)
const runs = { numRuns: 400 }

/** The state after the starts that were decided: those boards are taken, that much room is used. */
function after(
  places: readonly Place[],
  room: Room,
  starts: ReturnType<typeof decide>,
): { places: Place[]; room: Map<string, number> } {
  const taken = new Map(starts.map(start => [start.board, start.claim]))
  const left = new Map(room)
  for (const place of places)
    if (taken.get(place.id)?.kind === 'run') left.set(place.family, (left.get(place.family) ?? 0) - 1)
  return {
    places: places.map(place => (taken.has(place.id) ? { ...place, free: false } : place)),
    room: left,
  }
}

test('P26 nothing starts on a board while a higher-ranked waiting claim fits that board', () => {
  fc.assert(
    fc.property(situations, ([claims, places, room]) => {
      const starts = decide(claims, places, room, NOW)
      const end = after(places, room, starts)
      const waiting = claims.filter(claim => !starts.some(start => start.claim.id === claim.id))
      for (const start of starts) {
        const place = places.find(entry => entry.id === start.board) as Place
        for (const claim of waiting.filter(entry => byRank(entry, start.claim) < 0)) {
          expect(
            misfit(claim, { ...place, free: true }, end.room, NOW),
            `${claim.id} outranks ${start.claim.id} on ${place.id}`,
          ).not.toBeNull()
        }
      }
    }),
    runs,
  )
})

test('P14 the selected board meets every demand, and what is left waiting could not have started', () => {
  fc.assert(
    fc.property(situations, ([claims, places, room]) => {
      const starts = decide(claims, places, room, NOW)
      for (const { claim, board } of starts) {
        const place = places.find(entry => entry.id === board) as Place
        expect(misfit(claim, place, new Map([[place.family, 1]]), NOW)).toBeNull()
      }
      const end = after(places, room, starts)
      for (const claim of claims.filter(entry => !starts.some(start => start.claim.id === entry.id))) {
        for (const place of end.places) expect(misfit(claim, place, end.room, NOW)).not.toBeNull()
      }
    }),
    runs,
  )
})

test('P25 one decision gives a board to one claim, and one board to a claim', () => {
  fc.assert(
    fc.property(situations, ([claims, places, room]) => {
      const starts = decide(claims, places, room, NOW)
      expect(new Set(starts.map(start => start.board)).size).toBe(starts.length)
      expect(new Set(starts.map(start => start.claim.id)).size).toBe(starts.length)
    }),
    runs,
  )
})

test('M1.2 no family gets more runs than it has room for', () => {
  fc.assert(
    fc.property(situations, ([claims, places, room]) => {
      const starts = decide(claims, places, room, NOW)
      for (const [family, limit] of room) {
        const started = starts.filter(
          ({ claim, board }) =>
            claim.kind === 'run' && places.find(place => place.id === board)?.family === family,
        )
        expect(started.length).toBeLessThanOrEqual(Math.max(0, limit))
      }
    }),
    runs,
  )
})

test('the answer does not depend on the order of the input lists', () => {
  const shuffled = situations.chain(([claims, places, room]) =>
    fc.tuple(
      fc.constant([claims, places, room] as const),
      fc.shuffledSubarray(claims, { minLength: claims.length, maxLength: claims.length }),
      fc.shuffledSubarray(places, { minLength: places.length, maxLength: places.length }),
    ),
  )
  const plain = (starts: ReturnType<typeof decide>): string[] =>
    starts.map(({ claim, board }) => `${claim.id}>${board}`).sort()
  fc.assert(
    fc.property(shuffled, ([[claims, places, room], otherClaims, otherPlaces]) => {
      expect(plain(decide(otherClaims, otherPlaces, room, NOW))).toEqual(
        plain(decide(claims, places, room, NOW)),
      )
    }),
    runs,
  )
})

test('rank is a total order: priority, then arrival, then number', () => {
  fc.assert(
    fc.property(anyClaims, claims => {
      const sorted = [...claims].sort(byRank)
      for (let i = 1; i < sorted.length; i++) {
        const [a, b] = [sorted[i - 1] as Claim, sorted[i] as Claim]
        expect(byRank(a, b)).toBeLessThan(0)
        expect(a.priority).toBeLessThanOrEqual(b.priority)
        if (a.priority === b.priority) expect(a.arrivedAt).toBeLessThanOrEqual(b.arrivedAt)
      }
    }),
    runs,
  )
})

test('P17 among boards that fit the less used is chosen, and every other one has its reason', () => {
  fc.assert(
    fc.property(situations, ([claims, places, room]) => {
      for (const claim of claims) {
        const { choice, passedOver } = select(claim, places, room, NOW)
        const fitting = places.filter(place => misfit(claim, place, room, NOW) === null)
        expect(choice === null).toBe(fitting.length === 0)
        if (choice !== null) expect(choice.uses).toBe(Math.min(...fitting.map(place => place.uses)))
        expect(passedOver.length).toBe(places.length - (choice === null ? 0 : 1))
      }
    }),
    runs,
  )
})

test('M4.3 an estimate never says that a claim starts before a higher-ranked one that waits for the same board alone', () => {
  fc.assert(
    fc.property(
      anyClaims,
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 1, max: 50 }),
      (claims, freeIn, each) => {
        const all = claims.map(claim => ({ ...claim, family: null, board: 'only' }))
        const starts = estimate(
          all,
          [{ board: 'only', family: 'socA', freeIn: { medianMs: freeIn, p90Ms: freeIn * 2 } }],
          () => ({ medianMs: each, p90Ms: each * 2 }),
        )
        const order = [...all].sort(byRank).map(claim => starts.get(claim.id)?.medianMs)
        expect(order).toEqual(order.map((_, index) => freeIn + index * each))
      },
    ),
    { numRuns: 200 },
  )
})

test('an estimate of something unknown is unknown', () => {
  const claim: Claim = {
    id: 'T1',
    kind: 'run',
    priority: 2,
    arrivedAt: 0,
    number: 1,
    family: 'socA',
    board: null,
    avoid: [],
  }
  expect(
    estimate([claim], [{ board: 'b', family: 'socA', freeIn: null }], () => null).get('T1'),
  ).toBeUndefined()
  expect(durationsOf([])).toBeNull()
})

test('median and 90th percentile lie within the samples, and in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), samples => {
      const durations = durationsOf(samples)
      expect(durations?.medianMs).toBeLessThanOrEqual(durations?.p90Ms ?? -1)
      expect(samples).toContain(durations?.medianMs)
      expect(samples).toContain(durations?.p90Ms)
    }),
  )
})

test('M4.5 over any course of waits the alert is raised once, and again only after it recovered below 80 %', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 40 }), averages => {
      let raised = false
      let lowest = Number.POSITIVE_INFINITY
      let everRaised = false
      for (const average of averages) {
        const what = waitAlert(raised, average, 100)
        if (what === 'raise') {
          expect(average).toBeGreaterThan(100)
          if (everRaised) expect(lowest).toBeLessThan(80)
          raised = true
          everRaised = true
          lowest = Number.POSITIVE_INFINITY
        } else if (what === 'resolve') raised = false
        lowest = Math.min(lowest, average)
        if (!raised) expect(average).toBeLessThanOrEqual(100)
      }
    }),
  )
  expect(averageWait([], 10)).toBe(0)
  expect(averageWait([0, 10], 20)).toBe(15)
})
