import type { Core } from './core.ts'
import type { RunFilter } from './lab.ts'
import { type RunSummary, summarize } from './runs/summary.ts'
import type { Run } from './types.ts'

/** Listings return the newest 100, and page on (M7.5). */
const PAGE = 100

/** Live and past runs, newest first; the past ones are read from disk only when they are shown. */
export async function listRuns(core: Core, filter: RunFilter): Promise<readonly Run[]> {
  const limit = Math.min(filter.limit ?? PAGE, PAGE)
  const live = Object.values(core.state().runs).filter(run => fits(run.id, summarize(run), filter))
  const liveIds = new Set(live.map(run => run.id))
  const past: string[] = []
  for (const entry of core.runs.list()) {
    if (past.length >= limit) break
    if (!liveIds.has(entry.id) && fits(entry.id, entry.summary, filter)) past.push(entry.id)
  }
  const read = await Promise.all(past.map(id => core.runs.get(id)))
  const all = [...live, ...read.filter(run => run !== null)]
  return all.sort((a, b) => number(b.id) - number(a.id)).slice(0, limit)
}

function fits(id: string, summary: RunSummary, filter: RunFilter): boolean {
  if (filter.states !== undefined && !filter.states.includes(summary.state)) return false
  if (filter.family !== undefined && summary.family !== filter.family) return false
  if (filter.board !== undefined && summary.board !== filter.board) return false
  if (filter.submitter !== undefined && !isOf(summary, filter.submitter.replace(/^@/, ''))) return false
  if (filter.words !== undefined && !hasAll(id, summary, filter.words)) return false
  return filter.before === undefined || number(id) < number(filter.before)
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

function number(id: string): number {
  return Number(/\d+/.exec(id)?.[0] ?? 0)
}
