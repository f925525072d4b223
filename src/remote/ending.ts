/** What was started, to its end; and its log as it comes. */

import { clean } from '../cards/text.ts'
import type { View } from '../cards/view.ts'
import type { Exit, Followed } from '../commands/types.ts'
import { isExit, isObject, isView } from './answer.ts'
import { textsIn, type WatchDeps, watch } from './watch.ts'

export type Ended = {
  exit: Exit
  /** As the API gives it. */
  result: unknown
  /** What is told of the end; null when there is nothing to say. */
  view: View | null
}

/** Rejects as `watch` does. */
export async function waitForEnd(topic: string, deps: WatchDeps): Promise<Ended> {
  let ended: Ended = { exit: 2, result: null, view: null }
  await watch(
    {
      path: 'api/v1/events',
      query: { topic },
      on(name, data) {
        if (name !== 'ended' || !isObject(data)) return false
        const { exit, result = null, view } = data
        ended = { exit: isExit(exit) ? exit : 2, result, view: isView(view) ? view : null }
        return true
      },
    },
    deps,
  )
  return ended
}

/** Prints to the end of the test; a board's log until the signal aborts. Rejects as `watch` does. */
export async function follow(
  followed: Followed,
  print: (lines: readonly string[]) => void,
  deps: WatchDeps,
): Promise<void> {
  const query = Object.entries(followed).flatMap(([name, value]) =>
    value === null || value === false ? [] : [[name, String(value)] as const],
  )
  await watch(
    {
      path: 'api/v1/events/log',
      query: Object.fromEntries(query),
      on(name, data) {
        if (name === 'lines') print(textsIn(data, 'lines').map(line => `  ${clean(line)}`))
        return name === 'ended'
      },
    },
    deps,
  )
}
