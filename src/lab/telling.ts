import type { Core } from './core.ts'
import type { PeopleLeases } from './leases/people.ts'
import { isSamePerson } from './roles.ts'
import type { Runs } from './runs/runs.ts'
import type { Operation } from './state.ts'
import type { Lease, PowerEvent } from './types.ts'

/** Whoever holds a board is told when somebody else switches its power (design 4). */
export function tellHolder(core: Core, lease: Lease | null, event: PowerEvent): Operation[] {
  if (lease === null) return []
  const { holder } = lease
  const run = holder.kind === 'run' ? core.state().runs[holder.run] : undefined
  const person = holder.kind === 'person' ? holder.person : run?.submitter
  if (person === undefined || isSamePerson(person, event.by)) return []
  const at = core.clock.now()
  const item = {
    key: `power/${event.id}`,
    channel: lease.origin.channel,
    topic: `power/${event.id}`,
    kind: 'power-switched',
    to: person.id,
    createdAt: at,
    attempts: 0,
    nextAt: at,
  }
  return [{ o: 'outbox/owed', item }]
}

/** An item left the outbox: what it was about may leave the live state now. Safe to repeat. */
export async function settledItem(
  core: Core,
  runs: Runs,
  people: PeopleLeases,
  key: string,
  outcome: 'delivered' | 'nobody' | 'given-up',
): Promise<void> {
  const item = core.state().outbox[key]
  if (item === undefined) return
  if (outcome === 'given-up') core.log.warn({ key, to: item.to }, 'a telling was given up')
  await core.commit({ o: 'outbox/settled', key, outcome })
  const [kind, id = ''] = item.topic.split('/')
  if (kind === 'run') await runs.archive(id)
  else if (kind === 'lease') await people.archive(id)
}
