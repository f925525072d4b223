/** A log as it comes: new lines are looked for at each news of the test, and each second. */

import { logLine } from '../cards/log.ts'
import { frameOf } from '../cards/topics.ts'
import type { Clock, Timer } from '../clock.ts'
import type { Lab, LogLines } from '../lab/lab.ts'
import type { Followed } from './types.ts'

const LOOK_MS = 1_000
const MOST_LINES = 1_000

export type FollowDeps = {
  lab: Lab
  clock: Clock
  /** `next` is where the log goes on behind these lines; the next look waits for what is returned. */
  print(lines: readonly string[], next: number): void | Promise<void>
}

/** Prints until the signal aborts, and once more then, so that nothing at the end is missed. Never throws. */
export async function followLog(
  followed: Followed,
  { lab, clock, print }: FollowDeps,
  signal: AbortSignal,
): Promise<void> {
  let { after } = followed
  let attempt: number | null = null
  const look = async (): Promise<void> => {
    const now = await attemptOf(followed, lab)
    if (attempt !== null && now !== attempt) {
      // Another attempt has a log of its own: places in the one before mean nothing in it.
      after = 0
      await print([`--- attempt ${now} ---`], after)
    }
    attempt = now
    const { lines, matched, next } = await ask(lab, followed, after)
    after = next
    const left = matched - lines.filter(line => line.mark === undefined).length
    const tooMany = `--- ${left} lines came too fast to be shown; all are in the log ---`
    const shown = lines.map(line => logLine(line, followed.times, frameOf(lab)))
    if (left > 0 || shown.length > 0) await print(left > 0 ? [tooMany, ...shown] : shown, next)
  }
  while (!signal.aborted) {
    // A log that cannot be read now is looked at again; its end is told by the test itself.
    await look().catch(() => {})
    if (!signal.aborted) await stirred(followed, lab, clock, signal)
  }
  await look().catch(() => {})
}

/** Counted from 1; of a board there is but one log. */
async function attemptOf({ kind, id }: Followed, lab: Lab): Promise<number> {
  const run = kind === 'run' ? await lab.run(id) : null
  return Math.max(1, run?.attempts.length ?? 1)
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
