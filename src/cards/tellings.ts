/** From an item of the outbox to what is said: drawn from the state when it is delivered. */

import type { Lab } from '../lab/lab.ts'
import type { Lease, Person, Run, Waiting } from '../lab/types.ts'
import { alertTelling } from './alert.ts'
import { holderOf } from './lease.ts'
import { leaseTelling } from './lease-telling.ts'
import { powerTelling } from './power.ts'
import { runTelling } from './run-telling.ts'
import { anchorOf } from './run-told.ts'
import { alertOf, frameOf } from './topics.ts'
import type { View } from './view.ts'

type Tell = (lab: Lab, id: string) => Promise<View | null>

const TELLINGS: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  ['alert', async (lab, id) => said(alertOf(lab, id), alert => alertTelling(alert, frameOf(lab)))],
  [
    'lease',
    async (lab, id) =>
      said(lab.lease(id), lease =>
        leaseTelling(
          {
            lease,
            waiter: waiterFor(lab, lease),
            why: lab.waiting(id)?.why,
            hasConsoles: lab.consoles.address() !== null,
          },
          frameOf(lab),
        ),
      ),
  ],
  [
    'power',
    async (lab, id) =>
      said(await lab.powerEvent(id), event =>
        powerTelling(event, holderOfBoard(lab, event.board), frameOf(lab)),
      ),
  ],
  [
    'run',
    async (lab, id) =>
      said(await lab.run(id), run => runTelling(run, logOf(lab, run), frameOf(lab), lab.waiting(id)?.why)),
  ],
])

/** To the lines that prove how it ended, where its console does. */
function logOf(lab: Lab, run: Run): string {
  const anchor = anchorOf(run.result)
  return anchor === '' ? lab.logLink(run) : `${lab.consoleLink(run)}${anchor}`
}

function said<T>(found: T | null | undefined, say: (found: T) => View): View | null {
  return found === null || found === undefined ? null : say(found)
}

/** Null when there is nothing to say any more. */
export async function drawTelling(topic: string, lab: Lab): Promise<View | null> {
  const at = topic.indexOf('/')
  const tell = TELLINGS.get(topic.slice(0, Math.max(0, at)))
  return tell === undefined ? null : await tell(lab, topic.slice(at + 1))
}

/** Who comes next on the board that a lease holds. */
export function waiterFor(lab: Lab, lease: Lease): Waiting | null {
  const board = lease.board === null ? null : lab.board(lease.board)
  if (board === null) return null
  const { id, family } = board.config
  return (
    lab.queue().waiting.find(each => (each.board === null ? each.family === family : each.board === id)) ??
    null
  )
}

function holderOfBoard(lab: Lab, id: string): Person | null {
  const lease = lab.board(id)?.lease ?? null
  return lease === null ? null : holderOf(lease)
}
