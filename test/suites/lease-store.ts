import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LeaseStore } from '../../src/storage/types.ts'

/** A store under test: `pass` lets its time go by, on whatever clock it lives. */
export type LeaseStoreUnderTest = {
  store: LeaseStore
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

type ModelLease = { holder: string; token: number; expiresAt: number }
type Model = { now: number; leases: Map<string, ModelLease>; highest: Map<string, number>; issued: Issued[] }
type Issued = { board: string; token: number }
type Command = fc.AsyncCommand<Model, LeaseStoreUnderTest>

const BOARDS = ['a', 'b'] as const
const board = fc.constantFrom(...BOARDS)
const holder = fc.constantFrom('T1', 'T2', 'mei')
/** Milliseconds in steps that stay apart on a clock that is only roughly exact. */
const span = fc.integer({ min: 1, max: 8 }).map(n => n * 1000)
const pick = fc.nat({ max: 50 })

function current(model: Model, of: string): ModelLease | null {
  const lease = model.leases.get(of)
  return lease !== undefined && model.now < lease.expiresAt ? lease : null
}

/** Any token ever given, the present one as likely as a late one. */
function chosen(model: Model, n: number): Issued {
  return (
    model.issued[model.issued.length - 1 - (n % Math.max(1, model.issued.length))] ?? { board: 'a', token: 1 }
  )
}

function acquire(of: string, who: string, ttl: number, floor: number): Command {
  return {
    check: () => true,
    async run(model, { store }) {
      const held = current(model, of)
      const answer = await store.acquire(of, who, ttl, floor)
      if (held !== null) {
        expect(answer).toEqual({ held: false, holder: held.holder })
        return
      }
      if (!answer.held) throw new Error(`${of} is free and was not given`)
      expect(answer.token).toBeGreaterThan(Math.max(model.highest.get(of) ?? 0, floor))
      model.highest.set(of, answer.token)
      model.leases.set(of, { holder: who, token: answer.token, expiresAt: model.now + ttl })
      model.issued.push({ board: of, token: answer.token })
    },
    toString: () => `acquire(${of}, ${who}, ${ttl}, floor ${floor})`,
  }
}

function renew(n: number, ttl: number): Command {
  return {
    check: () => true,
    async run(model, { store }) {
      const { board: of, token } = chosen(model, n)
      const lease = current(model, of)
      expect(await store.renew(of, token, ttl)).toBe(lease?.token === token)
      if (lease?.token === token) lease.expiresAt = model.now + ttl
    },
    toString: () => `renew(${n}, ${ttl})`,
  }
}

function release(n: number): Command {
  return {
    check: () => true,
    async run(model, { store }) {
      const { board: of, token } = chosen(model, n)
      const mine = current(model, of)?.token === token
      expect(await store.release(of, token)).toBe(mine)
      if (mine) model.leases.delete(of)
      expect(await store.release(of, token)).toBe(false)
    },
    toString: () => `release(${n})`,
  }
}

function look(of: string): Command {
  return {
    check: () => true,
    async run(model, { store }) {
      const lease = current(model, of)
      expect(await store.holder(of)).toEqual(lease && { holder: lease.holder, token: lease.token })
    },
    toString: () => `holder(${of})`,
  }
}

function pass(ms: number): Command {
  return {
    check: () => true,
    async run(model, real) {
      model.now += ms
      await real.pass(ms)
    },
    toString: () => `pass(${ms})`,
  }
}

const commands = fc.commands(
  [
    fc.tuple(board, holder, span, fc.nat({ max: 20 })).map(args => acquire(...args)),
    fc.tuple(pick, span).map(args => renew(...args)),
    pick.map(release),
    board.map(look),
    span.map(pass),
  ],
  { size: '+1' },
)

/** The laws of a lease store, for every store there is. */
export function leaseStoreSuite(create: () => Promise<LeaseStoreUnderTest>, numRuns = 200): void {
  test('P25: whatever is asked in whatever order, a board has one holder, tokens rise, a late holder is refused', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async planned => {
        const real = await create()
        const model: Model = { now: 0, leases: new Map(), highest: new Map(), issued: [] }
        try {
          await fc.asyncModelRun(() => ({ model, real }), planned)
        } finally {
          await real.close()
        }
      }),
      { numRuns },
    )
  })

  test('P25: of many who ask at once for one board, exactly one gets it', async () => {
    const { store, close } = await create()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => store.acquire('a', `T${n}`, 15_000, 3)),
    )
    const winners = answers.filter(answer => answer.held)
    expect(winners).toHaveLength(1)
    expect(winners[0]?.token).toBeGreaterThan(3)
    const holders = new Set(answers.flatMap(answer => (answer.held ? [] : [answer.holder])))
    expect([...holders]).toEqual([(await store.holder('a'))?.holder])
    await close()
  })

  test('an expired lease is nobody’s: renewing and releasing answer false, and the next token is higher', async () => {
    const { store, pass: later, close } = await create()
    const first = await store.acquire('a', 'T1', 1000, 0)
    if (!first.held) throw new Error('not given')
    await later(2000)
    expect(await store.holder('a')).toBeNull()
    expect(await store.renew('a', first.token, 1000)).toBe(false)
    expect(await store.release('a', first.token)).toBe(false)
    const second = await store.acquire('a', 'T2', 1000, 0)
    if (!second.held) throw new Error('not given')
    expect(second.token).toBeGreaterThan(first.token)
    expect(await store.release('a', first.token)).toBe(false)
    expect(await store.holder('a')).toEqual({ holder: 'T2', token: second.token })
    await close()
  })

  test('the journal’s highest token is a floor: a store that forgot everything still gives a higher one', async () => {
    const { store, close } = await create()
    const answer = await store.acquire('a', 'T1', 1000, 41)
    expect(answer).toEqual({ held: true, token: 42 })
    await close()
  })
}
