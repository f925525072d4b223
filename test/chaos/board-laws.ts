import type { Run } from '../../src/lab/types.ts'
import type { Ledger } from './ledger.ts'

/** What a test wrote down on its board: `begin br-t12-1 n7 alone`, `end br-t12-1 n7`. */
type Entry = { what: string; folder: string; run: string; attempt: number; word: string; alone: boolean }

function entryOf(line: string): Entry {
  const [what = '', folder = '', word = '', how] = line.split(' ')
  const [, run = '', attempt = ''] = /^br-(t\d+)-(\d+)$/.exec(folder) ?? []
  return { what, folder, run: run.toUpperCase(), attempt: Number(attempt), word, alone: how === 'alone' }
}

/** Where each attempt began and ended, over all boards. */
type Seen = { begun: Map<string, string>; over: Set<string> }

/**
 * P25 by the boards' own record: no test began while a process of another was there, none went on after the next had
 * begun, none began twice or after its outcome was stored; and what passed has really been there to its end.
 */
export function boardsAgree(
  ledger: Ledger,
  records: ReadonlyMap<string, readonly string[]>,
  runs: Readonly<Record<string, Run | null>>,
): void {
  const seen: Seen = { begun: new Map(), over: new Set() }
  for (const [board, lines] of records) {
    let on = ''
    for (const line of lines) {
      const entry = entryOf(line)
      ledger.knows(entry.run, entry.word, board)
      if (entry.what === 'end') ends(ledger, seen, board, on, entry)
      else begins(ledger, seen, board, on, entry)
      if (entry.what === 'begin') on = entry.folder
    }
  }
  for (const run of Object.values(runs)) if (run?.state === 'passed') wasThere(ledger, seen, run)
}

function ends({ faults }: Ledger, { over }: Seen, board: string, on: string, { folder }: Entry): void {
  if (on !== folder) faults.push(`${board}: ${folder} went on after ${on} had begun`)
  over.add(`${folder}@${board}`)
}

function begins({ faults, ended }: Ledger, { begun }: Seen, board: string, on: string, entry: Entry): void {
  const { folder, run, attempt, alone } = entry
  if (!alone) faults.push(`${board}: ${folder} began while something of ${on} was still there`)
  const before = begun.get(folder)
  if (before !== undefined) faults.push(`${folder} began on ${before} and on ${board}`)
  begun.set(folder, board)
  const last = ended.get(run)
  if (last !== undefined && attempt > last) faults.push(`${folder} began after ${run} had ended`)
}

function wasThere({ faults }: Ledger, { over }: Seen, run: Run): void {
  const last = run.attempts.at(-1)
  const name = `br-${run.id.toLowerCase()}-${last?.number}@${last?.board}`
  if (!over.has(name)) faults.push(`${run.id} passed, and ${last?.board} does not know of its end`)
}
