/** How much the boards' consoles printed. A board that leaves takes nothing of it away, so it only ever rises. */
export type Printed = {
  add(family: string, bytes: number): void
  /** Since the start of this process. */
  byFamily(): ReadonlyMap<string, number>
}

export function createPrinted(): Printed {
  const families = new Map<string, number>()
  return {
    add: (family, bytes) => void families.set(family, (families.get(family) ?? 0) + bytes),
    byFamily: () => families,
  }
}
