import type { Lab } from '../../lab/lab.ts'
import type { Kept } from './idempotency.ts'

/** How far back a test is looked for that is over already. */
const NEWEST = 100

/** The test or lease that an entry of the inbox asked for; null when there is none. */
export async function startedBy(request: string, person: string, lab: Lab): Promise<Kept | null> {
  const { runs, leases } = lab.state()
  const lease = Object.values(leases).find(
    each => each.origin.request === request && each.holder.kind === 'person',
  )
  if (lease !== undefined) return { topic: `lease/${lease.id}`, refs: { lease: lease.id } }
  const live = Object.values(runs).find(each => each.origin.request === request)
  const run = live ?? (await past())
  return run === undefined ? null : { topic: `run/${run.id}`, refs: { run: run.id } }

  async function past() {
    const found = await lab.runs({ submitter: person, limit: NEWEST })
    return found.find(each => each.origin.request === request)
  }
}
