import type { Millis } from '../clock.ts'

/** Entries by id, by day and by time: the index of a history in memory. */
export type Timeline<P> = {
  /** The first of an id stays. */
  add(entry: P): void
  get(id: string): P | null
  newestFirst(): readonly P[]
  /** In the order they were added. */
  ofDay(day: string): P[]
  dropDay(day: string): void
}

export function createTimeline<P extends { id: string; at: Millis; day: string }>(): Timeline<P> {
  const byId = new Map<string, P>()
  const byDay = new Map<string, P[]>()
  let sorted: readonly P[] | null = null

  return {
    add(entry) {
      if (byId.has(entry.id)) return
      byId.set(entry.id, entry)
      const day = byDay.get(entry.day)
      if (day === undefined) byDay.set(entry.day, [entry])
      else day.push(entry)
      sorted = null
    },
    get: id => byId.get(id) ?? null,
    newestFirst() {
      // Nearly in order as it comes, which the sort takes in one pass.
      sorted ??= Array.from(byId.values())
        .reverse()
        .sort((a, b) => b.at - a.at)
      return sorted
    },
    ofDay: day => byDay.get(day) ?? [],
    dropDay(day) {
      for (const { id } of byDay.get(day) ?? []) byId.delete(id)
      byDay.delete(day)
      sorted = null
    },
  }
}
