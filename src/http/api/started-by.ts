import type { Millis } from '../../clock.ts'
import type { Lab } from '../../lab/lab.ts'
import { madeBy } from '../made-by.ts'

/** What a request came to, as it is kept: little, for it is in the live state. */
export type Kept = { topic: string | null; refs: Readonly<Record<string, string>>; body?: unknown }

/** The test or lease that an entry of the inbox, heard at `since`, asked for; null when there is none. */
export async function startedBy(
  request: string,
  since: Millis,
  person: string,
  lab: Lab,
): Promise<Kept | null> {
  const lease = Object.values(lab.state().leases).find(
    each => each.origin.request === request && each.holder.kind === 'person',
  )
  if (lease !== undefined) return { topic: `lease/${lease.id}`, refs: { lease: lease.id } }
  const run = await madeBy(lab, request, since, person)
  return run === null ? null : { topic: `run/${run.id}`, refs: { run: run.id } }
}
