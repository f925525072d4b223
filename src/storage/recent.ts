/** What was asked for lately, up to so many bytes of it: of a page of a hundred each would be a file opened and closed. */
export type Recent<R> = {
  get(id: string): R | null
  /** `bytes`: what it is counted as. What alone is more than there is room for is not kept. */
  put(id: string, value: R, bytes: number): void
  clear(): void
}

export function createRecent<R>(mostBytes: number): Recent<R> {
  /** Longest unasked first: a map keeps the order in which things were put. */
  const kept = new Map<string, { value: R; bytes: number }>()
  let total = 0
  const forget = (id: string): void => {
    total -= kept.get(id)?.bytes ?? 0
    kept.delete(id)
  }
  return {
    get(id) {
      const found = kept.get(id)
      if (found === undefined) return null
      kept.delete(id)
      kept.set(id, found)
      return found.value
    },
    put(id, value, bytes) {
      forget(id)
      if (bytes > mostBytes) return
      kept.set(id, { value, bytes })
      total += bytes
      for (const oldest of kept.keys()) {
        if (total <= mostBytes) break
        forget(oldest)
      }
    },
    clear() {
      kept.clear()
      total = 0
    },
  }
}
