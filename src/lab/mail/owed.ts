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

export const CALLBACK = 'callback'

/**
 * The result of a run, for the address that it was asked to be posted to. Its topic is its own: neither history nor
 * whoever waits for the run waits for another's server. Each has a receiver of its own, too: one job that answers
 * nothing must not hold up the others of its host.
 */
export function owedCallback(core: Pick<Core, 'clock'>, run: Run): readonly Operation[] {
  if (run.callback === undefined) return []
  const at = core.clock.now()
  const topic = `${CALLBACK}/${run.id}`
  const to = `${URL.parse(run.callback.url)?.host ?? 'nowhere'} for ${run.id}`
  const item = {
    key: topic,
    channel: CALLBACK,
    topic,
    kind: CALLBACK,
    to,
    createdAt: at,
    attempts: 0,
    nextAt: at,
  }
  return [{ o: 'outbox/owed', item }]
}
