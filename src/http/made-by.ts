import type { Millis } from '../clock.ts'
import type { Lab } from '../lab/lab.ts'
import type { Run } from '../lab/types.ts'

/** Wall time may have been put right in between. */
const SLACK_MS: Millis = 60 * 60_000

/**
 * The test that the request of this key has made, however long it is over by now. Reads history back to `since`, when
 * the request came: null is sure, and then it may be carried out.
 */
export async function madeBy(
  lab: Pick<Lab, 'state' | 'runs'>,
  key: string,
  since: Millis,
  submitter: string,
): Promise<Run | null> {
  const live = Object.values(lab.state().runs).find(run => run.origin.request === key)
  if (live !== undefined) return live
  let before: string | undefined
  for (;;) {
    const page = await lab.runs({ submitter, ...(before === undefined ? {} : { before }) })
    const found = page.find(run => run.origin.request === key)
    if (found !== undefined) return found
    const last = page.at(-1)
    if (last === undefined || last.arrivedAt < since - SLACK_MS) return null
    before = last.id
  }
}
