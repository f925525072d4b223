/** A log as it comes: new lines are looked for at each news of the test, and each second. */

import { logLine } from '../../cards/log.ts'
import { frameOf } from '../../cards/topics.ts'
import type { Clock, Timer } from '../../clock.ts'
import type { Followed } from '../../commands/types.ts'
import type { Lab, LogLines } from '../../lab/lab.ts'

const LOOK_MS = 1_000
const MOST_LINES = 1_000

/** Prints until the signal aborts, and once more then, so that nothing at the end is missed. Never throws. */
export async function follow(
  followed: Followed,
  { lab, clock, print }: { lab: Lab; clock: Clock; print(lines: readonly string[]): void },
  signal: AbortSignal,
): Promise<void> {
  let { after } = followed
  const look = async (): Promise<void> => {
    const { lines, matched, next } = await ask(lab, followed, after)
    after = next
    const left = matched - lines.filter(line => line.mark === undefined).length
    if (left > 0) print([`  --- ${left} lines came too fast to be shown; all are in the log ---`])
    if (lines.length > 0) print(lines.map(line => `  ${logLine(line, followed.times, frameOf(lab))}`))
  }
  while (!signal.aborted) {
    // A log that cannot be read now is looked at again; its end is told by the test itself.
    await look().catch(() => {})
    if (!signal.aborted) await stirred(followed, lab, clock, signal)
  }
  await look().catch(() => {})
}

function ask(lab: Lab, { kind, id, whole, console, grep }: Followed, after: number): Promise<LogLines> {
  const question = { limit: MOST_LINES, grep, after }
  return kind === 'run' ? lab.log(id, { ...question, whole }) : lab.boardLog(id, console, question)
}

/** Resolves at the next news, after a second, or when it is over. */
function stirred({ kind, id }: Followed, lab: Lab, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    let timer: Timer | null = null
    const stir = (): void => {
      timer?.cancel()
      unsubscribe()
      signal.removeEventListener('abort', stir)
      resolve()
    }
    const unsubscribe = lab.subscribe(`${kind}/${id}`, stir)
    signal.addEventListener('abort', stir, { once: true })
    timer = clock.after(LOOK_MS, stir)
  })
}
