/** Waits for a condition by asking again at each turn of the event loop's timers; fails with `what` after `withinMs`. */
export async function until<T>(
  ask: () => T | Promise<T>,
  what: string,
  withinMs = 10_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false)
      return answer as NonNullable<Exclude<T, false>>
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await turn()
  }
}

const POLL_MS = 5

function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(() => resolve(), POLL_MS)
  return promise
}
