import { createDispatcher } from '../../src/commands/dispatch.ts'
import { commands } from '../../src/commands/registry.ts'
import type { HttpOptions } from '../../src/http/types.ts'
import { createInbox } from '../../src/mail/inbox.ts'

type Wanted = Pick<HttpOptions, 'lab' | 'files' | 'uploads' | 'log' | 'clock'>

/** An endpoint on a free port of loopback, for whoever calls from there, with nothing configured. */
export function plainOptions(parts: Wanted & Partial<HttpOptions>): HttpOptions {
  const { lab, log, clock } = parts
  return {
    host: '127.0.0.1',
    port: 0,
    dispatcher: createDispatcher({ commands, lab, log, clock }),
    inbox: createInbox({ ...lab.inbox, clock, log }),
    handlers: [],
    callers: { keys: [], trusted: [], keylessRole: () => 'user', pagesNeedKey: () => false, hosts: [] },
    home: {
      origin: request => ({ channel: 'home', place: 'home', ...(request === undefined ? {} : { request }) }),
      posted: () => {},
    },
    jenkinsSecret: null,
    health: () => {
      throw new Error('nobody expected a look at health')
    },
    timeZone: () => 'UTC',
    version: '0.1.0',
    ...parts,
  }
}
