/** A followed log on the screen: set apart from the cards. */

import type { Clock } from '../../clock.ts'
import { followLog } from '../../commands/follow.ts'
import type { Followed } from '../../commands/types.ts'
import type { Lab } from '../../lab/lab.ts'

type Deps = { lab: Lab; clock: Clock; print(lines: readonly string[]): void }

/** Prints until the signal aborts, and once more then, so that nothing at the end is missed. Never throws. */
export async function follow(
  followed: Followed,
  { print, ...deps }: Deps,
  signal: AbortSignal,
): Promise<void> {
  const indented = (lines: readonly string[]): void => print(lines.map(line => `  ${line}`))
  await followLog(followed, { ...deps, print: indented }, signal)
}
