import type { Lab } from '../lab/lab.ts'
import type { Person } from '../lab/types.ts'
import type { Log } from '../log.ts'

/** Writes down who did what at the consoles. Nobody waits for it; what the disk does not take is in the log. */
export type Audit = {
  /** `kai: console soc-b-001: types under L7`. */
  did(who: Person, place: string, result: string): void
  /** Somebody whose word was not taken: all that is known of them is where they came from. */
  refused(address: string, why: string): void
}

export function createAudit(lab: Pick<Lab, 'record'>, log: Log): Audit {
  const record = (entry: Parameters<Lab['record']>[0]): void => {
    lab.record(entry).catch((error: unknown) => log.error({ error, entry }, 'the audit could not be written'))
  }
  return {
    did({ id, name, platform }, place, result) {
      const line = `console ${place}`
      record({ who: { id, name, platform }, line, args: null, decision: 'allowed', result })
    },
    refused(address, why) {
      const who = { id: address, name: address, platform: 'telnet' }
      record({ who, line: 'console', args: null, decision: 'refused', result: why })
    },
  }
}
