/** Which lines the page shows before any script runs: those asked for, else what matters, else the end. */

import type { LogWindow } from '../../../lab/lab.ts'
import type { Mark } from './marks.ts'
import type { LogLab } from './types.ts'

export const PAGE_LINES = 500
const LINES_BEFORE = 50

/** The first line to show. `asked` null: nobody said. */
export function beginningOf(asked: number | null, mark: Mark | null, lines: number): number {
  const latest = Math.max(1, lines - PAGE_LINES + 1)
  if (asked !== null) return Math.min(asked, Math.max(1, lines))
  return mark === null ? latest : Math.max(1, mark.from - LINES_BEFORE)
}

/** Null where there is no such log. */
export async function windowOf(
  lab: LogLab,
  id: string,
  file: string,
  asked: number | null,
  mark: Mark | null,
): Promise<LogWindow | null> {
  const size = await lab.logs.size(id, file)
  if (size === null) return null
  return await lab.logs.lines(id, file, beginningOf(asked, mark, size.lines), PAGE_LINES)
}

export type Pager = { first: number | null; before: number | null; next: number | null; last: number | null }

/** Beginnings of the pages around this one; null where this is it, or there is none. */
export function pagerOf({ from, lines, shown }: Pick<LogWindow, 'from' | 'lines' | 'shown'>): Pager {
  const next = from + shown.length
  const last = Math.max(1, lines - PAGE_LINES + 1)
  return {
    first: from > 1 ? 1 : null,
    before: from > 1 ? Math.max(1, from - PAGE_LINES) : null,
    next: next <= lines && shown.length > 0 ? next : null,
    last: next <= lines && last > from ? last : null,
  }
}
