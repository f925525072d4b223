import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { dayOf } from '../../src/storage/day.ts'
import { openHistory } from '../../src/storage/history.ts'
import { openRollup, type RollupOptions } from '../../src/storage/rollup.ts'
import type { History, Rollup } from '../../src/storage/types.ts'
import { testDeps, withFolder } from './toy.ts'

type Run = { id: string; family: string; ms: number }
type Sum = Record<string, { count: number; ms: number }>
type Runs = History<Run, null>

const START = Date.UTC(2026, 10, 20)
const DAY_MS = 86_400_000

function openRuns(dir: string): Promise<Runs> {
  return openHistory({ ...testDeps(), dir, kind: 'runs', summarize: (_run: Run) => null })
}

function openSums(
  dir: string,
  history: Runs,
  options: Partial<RollupOptions<Run, Sum>> = {},
): Promise<Rollup<Run, Sum>> {
  return openRollup<Run, Sum>({
    dir,
    name: 'sums',
    log: silentLog,
    history,
    empty: () => ({}),
    add(sum, { family, ms }) {
      const before = sum[family] ?? { count: 0, ms: 0 }
      sum[family] = { count: before.count + 1, ms: before.ms + ms }
      return sum
    },
    ...options,
  })
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('run' as const),
    n: fc.nat(25),
    family: fc.constantFrom('socA', 'socB'),
    day: fc.nat(4),
  }),
  fc.record({ kind: fc.constant('roll' as const), day: fc.nat(5) }),
  fc.record({ kind: fc.constant('reopen' as const) }),
  fc.record({ kind: fc.constant('drop' as const), day: fc.nat(3) }),
)

test('the sums of the days are those of the records, each counted once, whenever days are closed, dropped or read again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async steps => {
      await withFolder(async dir => {
        let history = await openRuns(dir)
        let sums = await openSums(dir, history)
        const expected = new Map<string, Sum>()
        const seen = new Set<string>()
        let gone = 0
        for (const one of steps) {
          if (one.kind === 'run') {
            const day = Math.max(one.day, gone)
            const run = { id: `T${one.n}`, family: one.family, ms: one.n }
            const at = START + day * DAY_MS
            if (!seen.has(run.id)) addTo(expected, dayOf(at), run)
            else if (!history.has(run.id)) continue
            await history.append(run, at)
            if (!seen.has(run.id)) sums.observe(run, at)
            if (!seen.has(run.id)) sums.observe(run, at)
            seen.add(run.id)
          } else if (one.kind === 'roll') {
            await sums.roll(dayOf(START + one.day * DAY_MS))
          } else if (one.kind === 'drop') {
            // Retention closes days before it drops them.
            await sums.roll(dayOf(START + one.day * DAY_MS))
            const went = await history.dropBefore(dayOf(START + one.day * DAY_MS))
            if (went.length > 0) gone = Math.max(gone, one.day)
          } else {
            await history.close()
            history = await openRuns(dir)
            sums = await openSums(dir, history)
          }
          expect(new Map(await sums.read('2026-01-01'))).toEqual(expected)
        }
        await history.close()
      })
    }),
    { numRuns: 100 },
  )
})

function addTo(sums: Map<string, Sum>, day: string, { family, ms }: Run): void {
  const sum = sums.get(day) ?? {}
  const before = sum[family] ?? { count: 0, ms: 0 }
  sum[family] = { count: before.count + 1, ms: before.ms + ms }
  sums.set(day, sum)
}

test('closed days stay as they are, a damaged one is made again, and old ones go', async () => {
  await withFolder(async dir => {
    const history = await openRuns(dir)
    for (const n of [0, 1, 2])
      await history.append({ id: `T${n}`, family: 'socA', ms: n }, START + n * DAY_MS)
    const sums = await openSums(dir, history)
    expect(await sums.roll('2026-11-22')).toEqual(['2026-11-20', '2026-11-21'])
    expect(await sums.roll('2026-11-22')).toEqual([])
    const path = join(dir, 'sums', '2026-11-20.json')
    const stored = await readFile(path, 'utf8')
    await writeFile(path, stored.slice(0, 30))
    const again = await openSums(dir, history)
    expect(await again.roll('2026-11-22')).toEqual(['2026-11-20'])
    expect(await readFile(path, 'utf8')).toBe(stored)
    expect([...(await again.read('2026-11-21')).keys()]).toEqual(['2026-11-21', '2026-11-22'])
    expect(await again.dropBefore('2026-11-21')).toEqual(['2026-11-20'])
    expect(await readdir(join(dir, 'sums'))).toEqual(['2026-11-21.json'])
    await history.close()
  })
})

test('a sum of an older version is made again where its records still are, and brought up where they are not', async () => {
  await withFolder(async dir => {
    const history = await openRuns(dir)
    for (const n of [0, 1]) await history.append({ id: `T${n}`, family: 'socA', ms: 60 }, START + n * DAY_MS)
    await (await openSums(dir, history)).roll('2026-11-23')
    await history.dropBefore('2026-11-21')
    const sums = await openSums(dir, history, {
      version: 2,
      add: (sum, { family }) => ({ ...sum, [family]: { count: 100, ms: 100 } }),
      upgrade: (_from, sum) => ({ upgraded: (sum as Sum)['socA'] ?? { count: 0, ms: 0 } }),
    })
    expect(Object.fromEntries(await sums.read('2026-01-01'))).toEqual({
      '2026-11-20': { upgraded: { count: 1, ms: 60 } },
      '2026-11-21': { socA: { count: 100, ms: 100 } },
    })
    await history.close()
  })
})
