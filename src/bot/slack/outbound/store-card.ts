/** The record of a live card, by which the next process goes on with it. */

import { type Clock, type Millis, within } from '../../../clock.ts'
import { LabError, messageOf } from '../../../errors.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { LiveCard } from '../../../lab/types.ts'
import type { Log } from '../../../log.ts'

/** A full disk must not keep the card from the reader. */
const STORE_WITHIN_MS: Millis = 2_000

export async function storeCard(
  { lab, clock, log }: { lab: Pick<Lab, 'card'>; clock: Clock; log: Log },
  card: LiveCard,
): Promise<void> {
  await within(clock, STORE_WITHIN_MS, lab.card(card), late).catch((error: unknown) =>
    log.warn({ topic: card.topic, error: messageOf(error) }, 'a card was not stored'),
  )
}

function late(): LabError {
  return new LabError('late', 'the card was not stored in time', { hint: 'It is kept all the same.' })
}
