/** What was said lately. */
export type Memory = {
  /** Whether it was said before; from now on it was. */
  has(said: string): boolean
  forget(): void
}

/**
 * At least the last `most`, and at most twice as many: they are forgotten half at a time, as a set that loses its
 * oldest one by one looks past all that it lost before.
 */
export function createMemory(most: number): Memory {
  let young = new Set<string>()
  let old = new Set<string>()
  return {
    has(said) {
      if (young.has(said)) return true
      const wasSaid = old.has(said)
      if (young.size >= most) {
        old = young
        young = new Set()
      }
      young.add(said)
      return wasSaid
    },
    forget() {
      young = new Set()
      old = new Set()
    },
  }
}
