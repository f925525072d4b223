import type { Millis } from '../../../clock.ts'

/** What it takes others meanwhile to be read, stored and acknowledged. Of this machine's time, whatever the lab's is. */
const BETWEEN_MS: Millis = 20

/**
 * One after the other, with room between. What was stored together would be carried out in one turn of the loop else: a
 * hundred cards of a large lab are drawn in a row, and acknowledgements wait for all of them, over HTTP for more than 3 s.
 */
export function createTurns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  return async () => {
    const isAlone = waiting++ === 0
    last = last.then(() => turn(isAlone))
    await last
    waiting--
  }
}

function turn(isAlone: boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (isAlone) setImmediate(resolve)
  else setTimeout(resolve, BETWEEN_MS)
  return promise
}
