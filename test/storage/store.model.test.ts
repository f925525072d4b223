import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openStore } from '../../src/storage/store.ts'
import type { Store } from '../../src/storage/types.ts'
import { type Toy, type ToyOperation, testDeps, toyModel, withFolder } from './toy.ts'

type Model = { state: Toy; sequence: number; pending: Promise<number>[] }
type Real = { store: Store<Toy, ToyOperation>; reopen(): Promise<void> }
type Command = fc.AsyncCommand<Model, Real>

const operation = fc.record({
  key: fc.constantFrom('x', 'y', '__proto__', 'ü\n"'),
  by: fc.integer({ min: -9, max: 9 }),
})

function commit(operations: ToyOperation[]): Command {
  return {
    check: () => true,
    async run(model, { store }) {
      const promised = store.commit(operations)
      if (operations.length > 0) model.sequence++
      for (const one of operations) toyModel.apply(model.state, one, model.sequence)
      // In memory in the same tick, before anything is on disk.
      expect(store.state).toEqual(model.state)
      expect(store.sequence).toBe(model.sequence)
      const expected = model.sequence
      model.pending.push(promised.then(sequence => expectSame(sequence, expected)))
    },
    toString: () => `commit(${JSON.stringify(operations)})`,
  }
}

function expectSame(found: number, expected: number): number {
  expect(found).toBe(expected)
  return found
}

async function settle(model: Model, { store }: Real): Promise<void> {
  await store.settled()
  await Promise.all(model.pending)
}

const settled: Command = { check: () => true, run: settle, toString: () => 'settled()' }

const reopen: Command = {
  check: () => true,
  async run(model, real) {
    await Promise.all(model.pending)
    await real.reopen()
    expect(real.store.state).toEqual(model.state)
    expect(real.store.sequence).toBe(model.sequence)
  },
  toString: () => 'reopen()',
}

test('P27: whatever is committed, in whatever batches, over checkpoints and restarts, is the state, once and in order', async () => {
  const commands = fc.commands(
    [
      fc.array(operation, { maxLength: 3 }).map(commit),
      fc.array(operation, { minLength: 1, maxLength: 1 }).map(commit),
      fc.constant(settled),
      fc.constant(reopen),
    ],
    { size: '+1' },
  )
  await fc.assert(
    fc.asyncProperty(commands, fc.integer({ min: 1, max: 12 }), async (planned, operations) => {
      await withFolder(async dir => {
        const deps = testDeps()
        const open = (): Promise<Store<Toy, ToyOperation>> =>
          openStore({ ...deps, dir, model: toyModel, limits: { operations, ballastBytes: 0 } })
        const real: Real = {
          store: await open(),
          async reopen() {
            await real.store.close()
            real.store = await open()
          },
        }
        const model: Model = { state: toyModel.initial(), sequence: 0, pending: [] }
        await fc.asyncModelRun(() => ({ model, real }), [...planned, reopen])
        await real.store.close()
        expect(deps.exits).toEqual([])
      })
    }),
    { numRuns: 120 },
  )
})
