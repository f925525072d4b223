/** Whose test or lease it is, and the revision that a change is made against. */

import { goneSentence } from '../cards/gone.ts'
import { frameOf } from '../cards/topics.ts'
import { clockTime } from '../cards/words.ts'
import { NotFoundError } from '../errors.ts'
import type { Lab } from '../lab/lab.ts'
import type { Run } from '../lab/types.ts'
import { hasRole, needsOwner, personOf, refusal } from './allow.ts'
import type { Caller, Expected, Refusal } from './types.ts'

/** Its submitter, or an admin (M4.6). One that is not live any more is the lab's to answer. */
export function needsSubmitter(what: string, id: string, caller: Caller, lab: Lab): Refusal | null {
  const { runs } = lab.state()
  const run = Object.hasOwn(runs, id) ? runs[id] : undefined
  return run === undefined ? null : needsOwner(what, run.submitter, 'submitted it', 'admin', caller, lab)
}

/** Its holder, or an operator. */
export function needsHolder(what: string, id: string, caller: Caller, lab: Lab): Refusal | null {
  const lease = lab.lease(id)
  if (lease === null) return null
  const holder = personOf(lease)
  if (holder === null) return hasRole(caller, 'operator') ? null : refusal(what, 'operator', lab)
  const until = lease.until === null ? '' : ` until ${clockTime(lease.until, frameOf(lab))}`
  const owned = lease.state === 'waiting' ? 'waits with it' : `holds it${until}`
  return needsOwner(what, holder, owned, 'operator', caller, lab)
}

/** For compare-and-set: what a button was drawn from, where it was drawn from this. */
export function revOf(expect: Expected | undefined, topic: string): number | undefined {
  return expect?.topic === topic ? expect.rev : undefined
}

/** Throws NotFoundError; of what retention took it says when and why (M7.4). */
export async function knownRun(lab: Lab, id: string): Promise<Run> {
  const run = await lab.run(id)
  if (run !== null) return run
  const gone = lab.gone(id)
  if (gone !== null)
    throw new NotFoundError(goneSentence(id, gone, frameOf(lab)), {
      field: 'id',
      hint: 'Newer ones are listed by: tests',
      code: 'removed',
    })
  throw new NotFoundError(`There is no test ${id}.`, { field: 'id', hint: 'The newest are listed by: tests' })
}
