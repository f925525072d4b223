/** What the audit keeps of a line: who said what from where, and what came of it (S4). */

import { shorten } from '../cards/text.ts'
import { type Clock, type Millis, within } from '../clock.ts'
import type { Lab } from '../lab/lab.ts'
import type { Origin, Person } from '../lab/types.ts'
import type { Log } from '../log.ts'
import type { Fault } from './types.ts'

export type Said = {
  who: Person
  where: string
  line: string
  args: unknown
  fault: Fault | null
  /** What was answered, where there was no fault. */
  said: string
}

// A disk that does not take the audit must not silence the bot: the entry goes to the log instead, and one that is
// only slow has it a moment later.
const DEADLINE_MS: Millis = 2_000
const LONGEST_RESULT = 200

/** Never rejects, and waits for two seconds at most. */
export async function writeDown(
  { lab, log, clock }: { lab: Pick<Lab, 'record'>; log: Log; clock: Clock },
  { who, fault, said, ...heard }: Said,
): Promise<void> {
  const { id, name, platform } = who
  const entry = {
    who: { id, name, platform },
    ...heard,
    decision: fault?.decision ?? 'allowed',
    result: shorten(fault === null ? said : `${fault.code}: ${fault.message}`, LONGEST_RESULT),
    ...(fault?.reference === undefined ? {} : { reference: fault.reference }),
  }
  const failed = (error: unknown): void => log.error({ error, entry }, 'the audit could not be written')
  const written = lab.record(entry).catch(failed)
  await within(clock, DEADLINE_MS, written, () => new Error('late')).catch(() =>
    log.warn(
      { entry, waitedMs: DEADLINE_MS },
      'the audit is not written yet; the answer does not wait for it',
    ),
  )
}

/** `terminal`, `slack C1`, `slack C1/171.0` in a thread. */
export function whereWords({ channel, place, thread }: Origin): string {
  if (channel === place) return channel
  return `${channel} ${place}${thread === undefined ? '' : `/${thread}`}`
}
