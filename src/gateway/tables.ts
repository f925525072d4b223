import type { Line } from './line.ts'
import type { Table } from './table.ts'

/** One table a board, for as long as somebody is there. */
export type Tables = {
  /** The board's table, until this line is closed. Rejects as `open` does. */
  at(board: string, line: Line): Promise<Table>
  /** Nobody types any more when it returns. */
  quiet(): void
}

type Entry = { opening: Promise<Table>; table: Table | null; users: number }

export function createTables(open: (board: string) => Promise<Table>): Tables {
  const entries = new Map<string, Entry>()

  const begin = (board: string): Entry => {
    const entry: Entry = { opening: open(board), table: null, users: 0 }
    entries.set(board, entry)
    entry.opening.then(
      table => {
        entry.table = table
        // Everybody left while it was being opened.
        if (entry.users === 0) table.close()
      },
      () => {
        if (entries.get(board) === entry) entries.delete(board)
      },
    )
    return entry
  }
  const left = (board: string, entry: Entry): void => {
    entry.users -= 1
    if (entry.users > 0) return
    if (entries.get(board) === entry) entries.delete(board)
    entry.table?.close()
  }

  return {
    at(board, line) {
      const entry = entries.get(board) ?? begin(board)
      entry.users += 1
      void line.closed.then(() => left(board, entry))
      return entry.opening
    },
    quiet() {
      for (const { table } of entries.values()) table?.quiet()
    },
  }
}
