import type { InboxStore } from '../../mail/types.ts'
import type { Core } from '../core.ts'
import type { Operation } from '../state.ts'

/** What faces heard, in the live state: each step is in the journal before whatever is done after it. */
export function inboxOf(core: Pick<Core, 'state' | 'commit'>): InboxStore {
  const find: InboxStore['find'] = key => core.state().inbox[key] ?? null
  // What is forgotten already has no step left to take.
  const step = async (key: string, operation: Operation): Promise<void> => {
    if (find(key) !== null) await core.commit(operation)
  }
  return {
    entries: () => Object.values(core.state().inbox),
    find,
    heard: async entry => void (await core.commit({ o: 'inbox/heard', entry })),
    begun: key => step(key, { o: 'inbox/begun', key }),
    done: (key, kept = null) => step(key, { o: 'inbox/done', key, ...(kept === null ? {} : { kept }) }),
    async forgotten(keys) {
      if (keys.length > 0) await core.commit({ o: 'inbox/forgotten', keys })
    },
  }
}
