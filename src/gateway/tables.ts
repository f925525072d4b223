import type { Line } from './line.ts'
import type { Table } from './table.ts'
import { type Place, placeWords } from './words.ts'

/** One table a console, for as long as somebody is there. */
export type Tables = {
  /** The console's table, until this line is closed. Rejects as `open` does. */
  at(place: Place, line: Line): Promise<Table>
  /** Nobody types any more when it returns. */
  quiet(): void
}

type Entry = { opening: Promise<Table>; table: Table | null; users: number }

export function createTables(open: (place: Place) => Promise<Table>): Tables {
  const entries = new Map<string, Entry>()

  const begin = (place: Place, key: string): Entry => {
    const entry: Entry = { opening: open(place), table: null, users: 0 }
    entries.set(key, entry)
    entry.opening.then(
      table => {
        entry.table = table
        // Everybody left while it was being opened.
        if (entry.users === 0) table.close()
      },
      () => {
        if (entries.get(key) === entry) entries.delete(key)
      },
    )
    return entry
  }
  const left = (key: string, entry: Entry): void => {
    entry.users -= 1
    if (entry.users > 0) return
    if (entries.get(key) === entry) entries.delete(key)
    entry.table?.close()
  }

  return {
    at(place, line) {
      const key = placeWords(place)
      const entry = entries.get(key) ?? begin(place, key)
      entry.users += 1
      void line.closed.then(() => left(key, entry))
      return entry.opening
    },
    quiet() {
      for (const { table } of entries.values()) table?.quiet()
    },
  }
}
