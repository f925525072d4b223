import type { HistoryEntry } from '../storage/types.ts'
import type { Core } from './core.ts'
import type { RunFilter } from './lab.ts'
import { type RunSummary, summarize } from './runs/summary.ts'
import type { Run } from './types.ts'

/** Listings return the newest 100, and page on (M7.5). */
const PAGE = 100

/** Live and past runs, newest first; the past ones are read from disk only when they are shown. */
export async function listRuns(core: Core, filter: RunFilter): Promise<readonly Run[]> {
  const limit = Math.min(filter.limit ?? PAGE, PAGE)
  const before = filter.before === undefined ? Number.POSITIVE_INFINITY : numberOf(filter.before)
  const live = Object.values(core.state().runs).filter(
    run => numberOf(run.id) < before && fits(run.id, summarize(run), filter),
  )
  const liveIds = new Set(live.map(run => run.id))
  const past: string[] = []
  const entries = byNumber(core.runs.list())
  for (let at = firstBelow(entries, before); at < entries.length && past.length < limit; at++) {
    const { id, summary } = entries[at]?.entry ?? {}
    if (id !== undefined && summary !== undefined && !liveIds.has(id) && fits(id, summary, filter))
      past.push(id)
  }
  const read = await Promise.all(past.map(id => core.runs.get(id)))
  const all = [...live, ...read.filter(run => run !== null)]
  return all.sort((a, b) => numberOf(b.id) - numberOf(a.id)).slice(0, limit)
}

type Numbered = { number: number; entry: HistoryEntry<RunSummary> }

/** The history's list is the same one until something is added to it or dropped. */
const ordered = new WeakMap<object, readonly Numbered[]>()

/**
 * Highest number first. The history has them in the order in which they ended: a test that took hours would end a page
 * with its low number, and the next page would begin behind it.
 */
function byNumber(list: readonly HistoryEntry<RunSummary>[]): readonly Numbered[] {
  const known = ordered.get(list)
  if (known !== undefined) return known
  const sorted = list
    .map(entry => ({ number: numberOf(entry.id), entry }))
    .sort((a, b) => b.number - a.number)
  ordered.set(list, sorted)
  return sorted
}

/** Index of the first with a lower number. */
function firstBelow(sorted: readonly Numbered[], number: number): number {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((sorted[middle]?.number ?? 0) < number) to = middle
    else from = middle + 1
  }
  return from
}

function fits(id: string, summary: RunSummary, filter: RunFilter): boolean {
  if (filter.states !== undefined && !filter.states.includes(summary.state)) return false
  if (filter.family !== undefined && summary.family !== filter.family) return false
  if (filter.board !== undefined && summary.board !== filter.board) return false
  if (filter.submitter !== undefined && !isOf(summary, filter.submitter.replace(/^@/, ''))) return false
  return filter.words === undefined || hasAll(id, summary, filter.words)
}

function isOf({ submitter, by }: RunSummary, wanted: string): boolean {
  return submitter === wanted || by === wanted
}

/** Letters large or small; what people call a test, and where and how it ran. */
function hasAll(id: string, summary: RunSummary, words: readonly string[]): boolean {
  const { name, family, board, submitter, by = '', state } = summary
  const text = [id, name, family, board ?? '', submitter, by, state].join('\n').toLowerCase()
  return words.every(word => text.includes(word.toLowerCase().replace(/^@/, '')))
}

function numberOf(id: string): number {
  return Number(/\d+/.exec(id)?.[0] ?? 0)
}
