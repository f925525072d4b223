import type { Millis } from '../../../clock.ts'
import type { Core } from '../../core.ts'
import { dayOf } from '../../retention.ts'
import type { Run } from '../../types.ts'
import { isFinal } from '../run-state.ts'
import { nameOf } from '../summary.ts'
import { tallyKey } from '../tally.ts'
import { byName, compareCases } from './compare.ts'
import { storedReport } from './files.ts'
import { type CaseTally, flakinessOf, LAST_RUNS, lastRuns, variantOf } from './flaky.ts'
import { isFailing } from './merge.ts'
import type { FailedCase, Flakiness, PastRun, RunCases, RunReport } from './types.ts'

type Past = PastRun & { cases: RunCases; report: RunReport }

/** Lists of so many runs are read, of so many that are looked at. */
const MOST_READ = 5
const MOST_LOOKED_AT = 50
const DAYS_BACK_MS = 60 * 24 * 3_600_000

/** What a run's cases say beside the runs of the same test on the same family that had ended before. */
export async function comparedCases(
  core: Core,
  run: Run,
  report: RunReport,
  cases: RunCases,
): Promise<RunCases> {
  const open = new Map<string, Known>(cases.failed.map(each => [each.name, { passed: null, isOpen: true }]))
  let last: Past | null = null
  for await (const past of pastRuns(core, run)) {
    last ??= past
    settle(open, past)
    if (![...open.values()].some(each => each.isOpen)) break
  }
  const flaky = await flakyBook(core, run)
  const failed = cases.failed.map(each => withPast(each, open.get(each.name), flaky(each.name, true)))
  if (last === null) return { ...cases, failed }
  const { counts } = compareCases(last.report.cases, report.cases)
  return { ...cases, failed, compared: { with: { run: last.run, at: last.at }, ...counts } }
}

/** What is known of a case by now; it is open until a run tells when it passed last. */
type Known = { passed: PastRun | null; isOpen: boolean; hasFailed?: true }

function withPast(found: FailedCase, known: Known | undefined, flaky: Flakiness | null): FailedCase {
  const { passed = null, hasFailed = false } = known ?? {}
  return {
    ...found,
    passed,
    ...(passed === null || hasFailed ? {} : { isNew: true }),
    ...(flaky === null ? {} : { flaky }),
  }
}

function settle(open: Map<string, Known>, { run, at, report, cases }: Past): void {
  const results = byName(report.cases)
  for (const [name, known] of open) {
    const result = results.get(name)?.result
    // One that did not come to it, or left it out, says nothing.
    if (!known.isOpen || result === undefined || result === 'skip') continue
    if (!isFailing(result)) open.set(name, { ...known, passed: { run, at }, isOpen: false })
    else {
      const passed = cases.failed.find(each => each.name === name)?.passed
      open.set(name, { passed: passed ?? null, isOpen: passed === undefined, hasFailed: true })
    }
  }
}

/** The same test on the same family, newest first, those that have cases. */
async function* pastRuns(core: Core, run: Run): AsyncGenerator<Past> {
  const variant = variantOf(run)
  let read = 0
  for (const id of idsLike(core, run)) {
    if (read === MOST_READ) return
    const past = core.state().runs[id] ?? (await core.runs.get(id))
    if (past === null || past.family !== run.family || variantOf(past) !== variant) continue
    const found = await withReport(core, past)
    if (found === null) continue
    read += 1
    yield found
  }
}

/** Those that are not in history yet have ended last. */
function idsLike(core: Core, run: Run): Set<string> {
  const name = nameOf(run)
  const endedAt = (each: Run): Millis => each.times[each.state] ?? 0
  const live = Object.values(core.state().runs)
    .filter(each => each.id !== run.id && isFinal(each.state))
    .sort((a, b) => endedAt(b) - endedAt(a))
  const ids = new Set(live.map(each => each.id))
  for (const { id, summary } of core.runs.list()) {
    if (ids.size >= MOST_LOOKED_AT) break
    if (id !== run.id && summary.family === run.family && summary.name === name) ids.add(id)
  }
  return ids
}

async function withReport(core: Core, run: Run): Promise<Past | null> {
  const cases = run.result?.cases
  const at = run.times[run.state]
  if (cases === undefined || cases.totals.total === 0 || at === undefined) return null
  const report = await storedReport(core.artifacts, run.id)
  return report === null ? null : { run: run.id, at, cases, report }
}

/** By the daily sums, which outlive the runs; `now`: whether it failed in this run, where that is one of the last. */
export async function flakyBook(
  core: Pick<Core, 'tallies' | 'clock'>,
  run: Run,
): Promise<(name: string, now?: boolean) => Flakiness | null> {
  const since: Millis = core.clock.now() - DAYS_BACK_MS
  const [key, variant] = [tallyKey(run.family, nameOf(run)), variantOf(run)]
  const days: CaseTally[] = []
  for (const tally of (await core.tallies.read(dayOf(since))).values()) {
    const sum = tally[key]?.cases?.[variant]
    if (sum !== undefined) days.push(sum)
  }
  return (name, now) =>
    flakinessOf([...lastRuns(days, name), ...(now === undefined ? [] : [now])].slice(-LAST_RUNS))
}
