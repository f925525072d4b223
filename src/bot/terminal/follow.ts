/** A test's output as it comes: new lines are looked for at each news of it, and each second. */

import { clean } from '../../cards/text.ts'
import type { Clock, Timer } from '../../clock.ts'
import type { Lab } from '../../lab/lab.ts'

const LOOK_MS = 1_000
const MOST_LINES = 1_000

/** Prints until the signal aborts, and once more then, so that nothing at the end is missed. Never throws. */
export async function follow(
  run: string,
  { lab, clock, print }: { lab: Lab; clock: Clock; print(lines: readonly string[]): void },
  signal: AbortSignal,
): Promise<void> {
  let seen = 0
  const look = async (): Promise<void> => {
    const { lines, total } = await lab.log(run, { limit: MOST_LINES, whole: false })
    const fresh = Math.min(total - seen, lines.length)
    if (fresh > 0) print(lines.slice(-fresh).map(line => `  ${clean(line)}`))
    seen = Math.max(seen, total)
  }
  while (!signal.aborted) {
    // A log that cannot be read now is looked at again; its end is told by the test itself.
    await look().catch(() => {})
    if (!signal.aborted) await stirred(run, lab, clock, signal)
  }
  await look().catch(() => {})
}

/** Resolves at the next news of the run, after a second, or when it is over. */
function stirred(run: string, lab: Lab, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    let timer: Timer | null = null
    const stir = (): void => {
      timer?.cancel()
      unsubscribe()
      signal.removeEventListener('abort', stir)
      resolve()
    }
    const unsubscribe = lab.subscribe(`run/${run}`, stir)
    signal.addEventListener('abort', stir, { once: true })
    timer = clock.after(LOOK_MS, stir)
  })
}
