/** Whoever is at a console is asked for before the lab types there too. */

import { mention } from '../cards/text.ts'
import type { Lab } from '../lab/lab.ts'
import type { Danger } from './types.ts'

/** What has to be confirmed while a person types at the board of a lease; null when nobody does. */
export function interrupts(what: string, leaseId: string, lab: Lab): Danger | null {
  const lease = lab.lease(leaseId)
  const board = lease?.state === 'active' && lease.board !== null ? lab.board(lease.board) : null
  const typing = board?.people?.typing ?? null
  if (board === null || typing === null) return null
  return {
    title: `${what} while ${mention(typing)} is at the console of ${board.config.id}?`,
    text: 'It goes over the same line: what runs there in the foreground is interrupted, and nobody can type until it is through.',
    ok: 'Do it now',
  }
}
