import type { Recorded } from '../../sites/types.ts'
import type { LogLines, LogQuestion } from '../lab.ts'
import { createLogSearch } from './search.ts'

/** How much is read for the last lines of a log that nobody gave a beginning: lines of a console are shorter. */
const BYTES_A_LINE = 512

/** Lines of a board's log, whoever had it, with a mark where its connection was lost or bytes are missing. */
export async function linesOfBoard(log: Recorded, question: LogQuestion): Promise<LogLines> {
  const { head } = log.state()
  const from = await startOf(log, question, head)
  const search = createLogSearch(question, { start: from })
  const marks = [...(await log.marks(from, head))]
  for await (const chunk of log.read(from, head)) {
    while (marks[0] !== undefined && marks[0].offset <= chunk.offset) search.mark(marks.shift() ?? marks[0])
    search.push(chunk)
  }
  for (const mark of marks) search.mark(mark)
  return search.end()
}

/** Of a board whose console could not be opened yet. */
export const NOTHING_RECORDED: LogLines = { lines: [], total: 0, matched: 0, next: 0 }

async function startOf(
  log: Recorded,
  { after, at, since = null, grep = null, limit }: LogQuestion,
  head: number,
): Promise<number> {
  if (after !== undefined) return after
  if (at !== undefined) return Math.min(at, head)
  if (since !== null) return await log.seek(since)
  return grep === null ? Math.max(0, head - limit * BYTES_A_LINE) : 0
}
