/** The end of each line that has somebody in it. Of the process, because a PDU does not care who of us asks. */
const ends = new Map<string, Promise<void>>()

/**
 * Runs `work` when all that was asked of this PDU before is settled. Many PDUs take one session at a time, and some
 * drop a switch that comes while another is carried out. Whoever is aborted while waiting leaves without a turn and
 * rejects with the signal's reason.
 */
export async function inTurn<T>(line: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>()
  const before = ends.get(line) ?? Promise.resolve()
  const end = before.then(() => left)
  ends.set(line, end)
  void end.then(() => {
    if (ends.get(line) === end) ends.delete(line)
  })
  try {
    await unlessAborted(signal, before)
    return await work()
  } finally {
    leave()
  }
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** How many PDUs have somebody in their line. */
export function busyLines(): number {
  return ends.size
}
