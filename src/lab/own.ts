/** What is stored under `id`. For ids that people type: `constructor` is on every object, and nobody stored it. */
export function own<T>(entries: Readonly<Record<string, T>>, id: string): T | undefined {
  return Object.hasOwn(entries, id) ? entries[id] : undefined
}
