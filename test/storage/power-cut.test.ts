import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openHistory } from '../../src/storage/history.ts'
import { openStore } from '../../src/storage/store.ts'
import type { Store } from '../../src/storage/types.ts'
import { type Chance, createPowerCutDisk, type PowerCutDisk } from './power-cut-disk.ts'
import { type Toy, type ToyOperation, testDeps, toyModel, withFolder } from './toy.ts'

/** An endless stream of chances from a seed, the same each time (mulberry32). */
function chanceOf(seed: number): Chance {
  let a = seed
  return n => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

const cases = fc.record({ cutAt: fc.integer({ min: 1, max: 140 }), seed: fc.integer() })

test('P27: the power cut at any step: what was answered for is there, in order, once; the rest there or not, never in part', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ cutAt, seed }) => {
      await withFolder(async dir => {
        const chance = chanceOf(seed)
        const power = createPowerCutDisk(cutAt, chance)
        const commits: ToyOperation[][] = []
        let acknowledged = 0
        await Promise.race([power.cut, commitMany(dir, power, chance, commits, n => (acknowledged = n))])
        await power.survive(dir)

        const store = await openToy(dir)
        const kept = store.sequence
        expect(kept).toBeGreaterThanOrEqual(acknowledged)
        expect(kept).toBeLessThanOrEqual(commits.length)
        expect(store.state).toEqual(stateAfter(commits.slice(0, kept)))

        const more = [{ key: 'after', by: 1 }]
        expect(await store.commit(more)).toBe(kept + 1)
        await store.close()
        const again = await openToy(dir)
        expect(again.state).toEqual(stateAfter([...commits.slice(0, kept), more]))
        await again.close()
      })
    }),
    { numRuns: 200 },
  )
}, 60_000)

function openToy(dir: string, disk?: PowerCutDisk['disk']): Promise<Store<Toy, ToyOperation>> {
  const limits = { operations: 8, ballastBytes: 0 }
  return openStore({ ...testDeps(), dir, model: toyModel, limits, ...(disk ? { disk } : {}) })
}

function stateAfter(commits: readonly ToyOperation[][]): Toy {
  const state = toyModel.initial()
  for (const [n, operations] of commits.entries()) {
    for (const operation of operations) toyModel.apply(state, operation, n + 1)
  }
  return state
}

/** Several commits a turn, of one or more operations; now and then everything is waited for. */
async function commitMany(
  dir: string,
  { disk }: PowerCutDisk,
  chance: Chance,
  commits: ToyOperation[][],
  acknowledge: (sequence: number) => void,
): Promise<void> {
  const store = await openToy(dir, disk)
  while (commits.length < 60) {
    const turn = Array.from({ length: 1 + chance(5) }, () =>
      Array.from({ length: 1 + chance(3) }, (_, n) => ({ key: 'xyz'[n] ?? 'x', by: commits.length + n })),
    )
    const answers = turn.map(operations => {
      commits.push(operations)
      return store.commit(operations).then(acknowledge)
    })
    if (chance(3) > 0) await Promise.all(answers)
  }
  await store.close()
}

test('P27: the power cut at any step: every record answered for is in the history, whole', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ cutAt, seed }) => {
      await withFolder(async dir => {
        const power = createPowerCutDisk(Math.ceil(cutAt / 2), chanceOf(seed))
        const stored: string[] = []
        await Promise.race([power.cut, appendMany(dir, power, stored)])
        await power.survive(dir)
        const history = await openRuns(dir)
        for (const id of stored) expect(await history.get(id)).toEqual(recordOf(id))
        for (const { id } of history.list()) expect(await history.get(id)).toEqual(recordOf(id))
        await history.append(recordOf('T999'), DAY)
        await history.close()
        const again = await openRuns(dir)
        expect(await again.get('T999')).toEqual(recordOf('T999'))
        expect(again.list().map(entry => entry.id)).toEqual(expect.arrayContaining(stored))
        await again.close()
      })
    }),
    { numRuns: 100 },
  )
}, 60_000)

const DAY = Date.UTC(2026, 10, 20)
const HALF_A_DAY = 43_200_000

function recordOf(id: string): { id: string; text: string } {
  return { id, text: `result of ${id}` }
}

function openRuns(dir: string, disk?: PowerCutDisk['disk']) {
  return openHistory({
    ...testDeps(),
    dir,
    kind: 'runs',
    summarize: (record: { id: string; text: string }) => record.text.length,
    ...(disk ? { disk } : {}),
  })
}

async function appendMany(dir: string, { disk }: PowerCutDisk, stored: string[]): Promise<void> {
  const history = await openRuns(dir, disk)
  for (let n = 0; n < 24; n += 3) {
    const ids = [`T${n}`, `T${n + 1}`, `T${n + 2}`]
    await Promise.all(
      ids.map(id => history.append(recordOf(id), DAY + (n / 6) * HALF_A_DAY).then(() => stored.push(id))),
    )
  }
  await history.close()
}
