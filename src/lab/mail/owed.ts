import type { Core } from '../core.ts'
import type { Operation } from '../state.ts'
import type { Lease, Run } from '../types.ts'

/** Something that its holder or submitter must be told, in the same journal line as what it is about. */
export function owed(
  core: Pick<Core, 'clock'>,
  about: Run | Lease,
  kind: string,
  channel: string,
): Operation {
  const isRun = 'submitter' in about
  const topic = isRun ? `run/${about.id}` : `lease/${about.id}`
  const at = core.clock.now()
  const to = isRun
    ? about.submitter.id
    : about.holder.kind === 'person'
      ? about.holder.person.id
      : about.holder.run
  return {
    o: 'outbox/owed',
    item: { key: `${topic}/${kind}@${at}`, channel, topic, kind, to, createdAt: at, attempts: 0, nextAt: at },
  }
}
