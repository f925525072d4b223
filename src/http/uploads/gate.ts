/** How many may do something at once; who finds it full is told to come again, and does not wait in line. */
export type Gate = {
  /** False when it is full. */
  take(): boolean
  /** Once for each `take` that was true. */
  release(): void
  readonly taken: number
}

export function createGate(most: number): Gate {
  let taken = 0
  return {
    take() {
      if (taken >= most) return false
      taken++
      return true
    },
    release() {
      taken = Math.max(0, taken - 1)
    },
    get taken() {
      return taken
    },
  }
}
