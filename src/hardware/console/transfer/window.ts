/** A piece of the file in its place. */
export type Part = {
  unit: number
  bytes: Buffer
  sum: string
  /** How far the source was read before this was cut from it. */
  read: number
}

type Flying = Part & { wire: number }

/** What was sent and not yet answered for, and what has to be sent again. The board answers in order. */
export type Window = {
  /** Bytes on the wire. */
  flying(): number
  count(): number
  send(part: Part, wire: number): void
  /** Bytes on the wire that were right, or null: the frame is to be sent again, or was not under way. */
  hear(unit: number, sum: string): number | null
  /** The oldest came damaged. */
  odd(): void
  /** Nothing that is under way will be answered for. */
  allLost(): void
  /** The next to be sent again. */
  take(): Part | undefined
  waiting(): number
  /** Forgets everything. */
  clear(): void
  putBack(parts: readonly Part[]): void
  /** How far the source was read before the first that is not there yet; null when all are there. */
  firstMissing(): number | null
}

export function createWindow(onDamaged: () => void): Window {
  /** In the order of sending. */
  let inFlight: Flying[] = []
  let again: Part[] = []

  const lose = (lost: readonly Flying[]): void => {
    for (const part of lost) {
      again.push(part)
      onDamaged()
    }
  }

  return {
    flying: () => inFlight.reduce((sum, { wire }) => sum + wire, 0),
    count: () => inFlight.length,
    send: (part, wire) => void inFlight.push({ ...part, wire }),
    hear(unit, sum) {
      const index = inFlight.findIndex(part => part.unit === unit)
      const part = inFlight[index]
      if (part === undefined) return null
      lose(inFlight.slice(0, index))
      inFlight = inFlight.slice(index + 1)
      if (part.sum === sum) return part.wire
      lose([part])
      return null
    },
    odd() {
      lose(inFlight.slice(0, 1))
      inFlight = inFlight.slice(1)
    },
    allLost() {
      lose(inFlight)
      inFlight = []
    },
    take: () => again.shift(),
    waiting: () => again.length,
    clear() {
      inFlight = []
      again = []
    },
    putBack(parts) {
      again = [...parts, ...again]
    },
    firstMissing() {
      const missing = [...inFlight, ...again]
      return missing.length === 0 ? null : Math.min(...missing.map(part => part.read))
    },
  }
}
