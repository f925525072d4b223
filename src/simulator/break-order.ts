/** Keeps breaks at their place among the bytes of a line that takes its time. */
export type BreakOrder = {
  /** So many bytes are on their way. */
  sent(count: number): void
  sentBreak(): void
  came(bytes: Uint8Array): void
}

export function createBreakOrder(onBytes: (bytes: Uint8Array) => void, onBreak: () => void): BreakOrder {
  const places: number[] = []
  let sent = 0
  let come = 0

  const pass = (bytes: Uint8Array): void => {
    come += bytes.length
    if (bytes.length > 0) onBytes(bytes)
  }

  return {
    sent(count) {
      sent += count
    },
    sentBreak() {
      if (come === sent) onBreak()
      else places.push(sent)
    },
    came(bytes) {
      let left = bytes
      for (let at = places[0]; at !== undefined && at <= come + left.length; at = places[0]) {
        places.shift()
        const before = left.subarray(0, at - come)
        left = left.subarray(before.length)
        pass(before)
        onBreak()
      }
      pass(left)
    },
  }
}
