import type { Millis } from '../../clock.ts'
import type { History, Rollup } from '../../storage/types.ts'
import type { Run } from '../types.ts'
import { nameOf, type RunSummary } from './summary.ts'
import { type Tally, tallyKey } from './tally.ts'

/** Durations of past runs by family and name, newest last: in memory, from the roll-up and the history. */
export type SampleBook = { of(key: string): readonly Millis[]; add(run: Run): void }

const KEPT = 50
const DAYS_BACK_MS = 30 * 24 * 3_600_000

export async function openSamples(
  tallies: Rollup<Run, Tally>,
  runs: History<Run, RunSummary>,
  now: Millis,
): Promise<SampleBook> {
  const book = new Map<string, Millis[]>()
  const put = (key: string, value: Millis): void => {
    const samples = book.get(key) ?? []
    samples.push(value)
    if (samples.length > KEPT) samples.shift()
    book.set(key, samples)
  }
  const days = await tallies.read(new Date(now - DAYS_BACK_MS).toISOString().slice(0, 10))
  const recent = new Set(runs.days())
  for (const [day, tally] of days) {
    if (recent.has(day)) continue
    for (const [key, test] of Object.entries(tally)) for (const ms of test.occupiedMs) put(key, ms)
  }
  for (const { summary } of [...runs.list()].reverse()) {
    if (summary.occupiedMs !== null) put(tallyKey(summary.family, summary.name), summary.occupiedMs)
  }
  return {
    of: key => book.get(key) ?? [],
    add(run) {
      const last = run.attempts.at(-1)
      if (last?.endedAt != null) put(tallyKey(run.family, nameOf(run)), last.endedAt - last.startedAt)
    },
  }
}
