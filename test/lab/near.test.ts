import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { BoardConfig } from '../../src/config/types.ts'
import type { RefusedError } from '../../src/errors.ts'
import { decide, misfit, select } from '../../src/lab/queue/decide.ts'
import { anyClaims, anyPlaces, anyRoom, NOW } from './arbitraries.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard } from './samples.ts'

const SITES = ['Lab Site A', 'Lab Site B', 'nowhere']
const runs = { numRuns: 400 }
const sites = fc.array(fc.constantFrom('Lab Site A', 'Lab Site B'), { minLength: 8, maxLength: 8 })
const wishes = fc.array(fc.option(fc.constantFrom(...SITES), { nil: undefined }), {
  minLength: 14,
  maxLength: 14,
})
const situations = fc
  .tuple(anyClaims, anyPlaces, anyRoom, sites, wishes)
  .map(([claims, places, room, at, near]) => ({
    plain: claims,
    wishing: claims.map((claim, n) => ({ ...claim, ...(near[n] === undefined ? {} : { near: near[n] }) })),
    places: places.map((place, n) => ({ ...place, site: at[n] ?? 'Lab Site A' })),
    room,
  }))

test('I3 a preference never denies a board: whoever would get one without it gets one with it', () => {
  fc.assert(
    fc.property(situations, ({ plain, wishing, places, room }) => {
      for (const [n, claim] of wishing.entries()) {
        const without = plain[n]
        if (without === undefined) continue
        const { choice } = select(claim, places, room, NOW)
        expect(choice === null).toBe(select(without, places, room, NOW).choice === null)
      }
    }),
    runs,
  )
})

test('I3 a board of the preferred site is given where one fits, and of those the least used', () => {
  fc.assert(
    fc.property(situations, ({ wishing, places, room }) => {
      for (const claim of wishing) {
        const { choice, passedOver } = select(claim, places, room, NOW)
        const fitting = places.filter(place => misfit(claim, place, room, NOW) === null)
        const near = fitting.filter(place => claim.near === undefined || place.site === claim.near)
        const best = near.length > 0 ? near : fitting
        expect(choice === null ? [] : [choice.uses]).toEqual(
          best.length === 0 ? [] : [Math.min(...best.map(place => place.uses))],
        )
        if (near.length > 0) expect(near).toContain(choice)
        expect(passedOver.length).toBe(places.length - (choice === null ? 0 : 1))
      }
    }),
    runs,
  )
})

test('P26 whoever was left waiting could not have started, whatever others prefer', () => {
  fc.assert(
    fc.property(situations, ({ wishing, places, room }) => {
      const starts = decide(wishing, places, room, NOW)
      const taken = new Set(starts.map(start => start.board))
      const left = new Map(room)
      for (const { claim, board } of starts) {
        const family = places.find(place => place.id === board)?.family ?? ''
        if (claim.kind === 'run') left.set(family, (left.get(family) ?? 0) - 1)
      }
      const waiting = wishing.filter(claim => !starts.some(start => start.claim === claim))
      for (const claim of waiting)
        for (const place of places.filter(each => !taken.has(each.id)))
          expect(misfit(claim, place, left, NOW)).not.toBeNull()
    }),
    runs,
  )
})

const open: LabUnderTest[] = []
afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

async function lab(boards: readonly BoardConfig[]): Promise<LabUnderTest> {
  const under = await openLab({ boards })
  open.push(under)
  return under
}

const refusal = (error: unknown): RefusedError => error as RefusedError

test('a lease near a site gets its board, and another one when that is taken', async () => {
  const [one, two] = [aBoard('a1'), aBoard('a2')]
  const under = await lab([
    { ...one, site: 'north' },
    { ...two, site: 'south' },
  ])
  const asked = { target: one.family, termMs: null, near: 'South' }
  expect(await under.lab.lend(asked, KAI, HERE)).toMatchObject({
    board: 'a2',
    state: 'active',
    near: 'South',
  })
  expect(await under.lab.lend(asked, MEI, HERE)).toMatchObject({ board: 'a1', state: 'active' })
})

test('E who will not wait is given a board or refused with when to ask again, and leaves nothing behind', async () => {
  const under = await lab([aBoard('a1')])
  const asked = { target: 'a1', termMs: 60 * 60_000, now: true }
  const { id } = await under.lab.lend(asked, KAI, HERE)
  expect(under.lab.lease(id)?.state).toBe('active')
  const error = refusal(await under.lab.lend(asked, MEI, HERE).catch((thrown: unknown) => thrown))
  expect([error.code, error.message]).toEqual([
    'no-board-free',
    'a1 is not free now; probably in about 60 min.',
  ])
  expect(error.retryMs).toBe(60 * 60_000)
  expect(under.lab.leases().map(lease => lease.id)).toEqual([id])
  expect(under.lab.state().counters.L).toBe(1)
})

test('E who will not wait does not overtake whoever waits already', async () => {
  const under = await lab([aBoard('a1')])
  const { id } = await under.lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
  await under.lab.lend({ target: 'a1', termMs: null }, MEI, HERE)
  const releasing = under.lab.release(id, KAI)
  const error = refusal(
    await under.lab
      .lend({ target: 'a1', termMs: null, now: true }, KAI, HERE)
      .catch((thrown: unknown) => thrown),
  )
  await releasing
  expect(error.code).toBe('no-board-free')
})

test('E a board that does not answer at the hand-over is no board: refused, and not waited for', async () => {
  const under = await lab([aBoard('a1')])
  under.site.dead.add('a1')
  const error = refusal(
    await under.lab
      .lend({ target: 'a1', termMs: null, now: true }, KAI, HERE)
      .catch((thrown: unknown) => thrown),
  )
  expect(error.code).toBe('no-board-free')
  expect(under.lab.leases().filter(lease => lease.state === 'waiting')).toEqual([])
})
