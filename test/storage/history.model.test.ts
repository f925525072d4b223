import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOf } from '../../src/storage/day.ts'
import { openHistory } from '../../src/storage/history.ts'
import type { History } from '../../src/storage/types.ts'
import { testDeps, withFolder } from './toy.ts'

type Record_ = { id: string; text: string }
type Kept = { record: Record_; at: number }
type Model = { kept: Map<string, Kept>; gone: number; dropped: string[] }
type Real = { history: History<Record_, number>; reopen(): Promise<void> }
type Command = fc.AsyncCommand<Model, Real>

const START = Date.UTC(2026, 10, 20)
const DAY_MS = 86_400_000

function append(records: { n: number; text: string; day: number }[]): Command {
  return {
    check: () => true,
    async run(model, { history }) {
      await Promise.all(
        records.map(async ({ n, text, day }) => {
          const record = { id: `T${n}`, text }
          const at = START + day * DAY_MS + n
          if (!model.kept.has(record.id)) model.kept.set(record.id, { record, at })
          await history.append(record, at)
          expect(history.has(record.id)).toBe(true)
        }),
      )
    },
    toString: () => `append(${JSON.stringify(records)})`,
  }
}

/** A record that came late lies in the day after those that went. */
function dayIn(model: Model, at: number): string {
  const floor = dayOf(START + model.gone * DAY_MS)
  return model.dropped.length > 0 && dayOf(at) < floor ? floor : dayOf(at)
}

const look: Command = {
  check: () => true,
  async run(model, { history }) {
    const newestFirst = [...model.kept.values()].sort((a, b) => b.at - a.at)
    expect(history.list().map(entry => entry.at)).toEqual(newestFirst.map(kept => kept.at))
    for (const { id, at, summary, day } of history.list()) {
      const kept = model.kept.get(id)
      expect({ at, summary }).toEqual({ at: kept?.at, summary: kept?.record.text.length })
      expect(await history.get(id)).toEqual(kept?.record)
      expect(history.days()).toContain(day)
    }
    expect(await history.get('T-none')).toBeNull()
    const byDay: string[] = []
    for (const day of history.days()) {
      for await (const record of history.day(day)) byDay.push(record.id)
    }
    expect(byDay.toSorted()).toEqual([...model.kept.keys()].toSorted())
    expect(history.damaged()).toBe(0)
  },
  toString: () => 'look()',
}

function drop(days: number): Command {
  return {
    check: model => days > model.gone,
    async run(model, { history }) {
      const before = dayOf(START + days * DAY_MS)
      const expected = history.days().filter(day => day < before)
      expect(await history.dropBefore(before)).toEqual(expected)
      for (const [id, { at }] of model.kept) if (dayIn(model, at) < before) model.kept.delete(id)
      const last = expected.at(-1)
      if (last !== undefined) model.gone = Math.round((Date.parse(last) - START) / DAY_MS) + 1
      model.dropped.push(...expected)
      expect(history.dropped().map(({ day }) => day)).toEqual(model.dropped)
    },
    toString: () => `drop(${days})`,
  }
}

const reopen: Command = {
  check: () => true,
  async run(model, real) {
    await real.reopen()
    expect(real.history.dropped().map(({ day }) => day)).toEqual(model.dropped)
  },
  toString: () => 'reopen()',
}

test('whatever is appended, again or late, over restarts and retention: each record once, whole, and in order of time', async () => {
  const record = fc.record({ n: fc.nat(30), text: fc.string({ unit: 'binary' }), day: fc.nat(4) })
  const commands = fc.commands(
    [
      fc.array(record, { minLength: 1, maxLength: 4 }).map(append),
      fc.integer({ min: 1, max: 5 }).map(drop),
      fc.constant(look),
      fc.constant(reopen),
    ],
    { maxCommands: 10 },
  )
  await fc.assert(
    fc.asyncProperty(commands, async planned => {
      await withFolder(async dir => {
        const deps = testDeps()
        const open = () =>
          openHistory({ ...deps, dir, kind: 'runs', summarize: (r: Record_) => r.text.length })
        const real: Real = {
          history: await open(),
          async reopen() {
            await real.history.close()
            real.history = await open()
          },
        }
        const model: Model = { kept: new Map(), gone: 0, dropped: [] }
        await fc.asyncModelRun(() => ({ model, real }), [...planned, look, reopen, look])
        await real.history.close()
        expect(deps.exits).toEqual([])
      })
    }),
    { numRuns: 100 },
  )
})
