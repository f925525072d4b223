/** A card comes before what is told in its thread, however quick the test was, and however slow Slack is. */

import { type Clock, type Millis, pause } from '../../../clock.ts'
import { LabError } from '../../../errors.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { LiveCard, Origin } from '../../../lab/types.ts'
import type { OutboxItem } from '../../../mail/types.ts'
import { postedOf, spotOf } from './card-place.ts'

/** Slack takes a message a second in a channel: so long the card of a busy one may wait for its turn. */
const LONGEST_MS: Millis = 10_000
const LOOK_MS: Millis = 100
/** A card that Slack does not take now is tried for longer than this; a word about its test is worth more then. */
const OVERDUE_MS: Millis = 60 * 60_000

type CardsOf = Pick<Lab, 'state' | 'inbox'>

/**
 * Waits while the card of a test is on its way to where it was asked for. Throws while Slack does not take the card:
 * what is told in its thread is tried again, and goes on without it when it is an hour old.
 */
export async function cardFirst(
  { topic, createdAt }: OutboxItem,
  origin: Origin,
  { lab, clock }: { lab: CardsOf; clock: Clock },
): Promise<void> {
  const deadline = clock.mono() + LONGEST_MS
  while (isComing(topic, origin, lab) && clock.mono() < deadline) await pause(clock, LOOK_MS)
  const isHeldUp = isWanted(cardsAt(topic, origin, lab))
  if (isHeldUp && clock.now() - createdAt < OVERDUE_MS)
    throw new LabError('card-first', `the card of ${topic} is not posted yet`, {
      hint: 'What is told in its thread is tried again.',
      failure: 'infrastructure',
    })
}

function isComing(topic: string, origin: Origin, lab: CardsOf): boolean {
  const here = cardsAt(topic, origin, lab)
  if (here.length > 0) return isWanted(here)
  // The request is still being answered, and its answer is the card.
  return origin.request !== undefined && lab.inbox.find(origin.request)?.stage === 'begun'
}

function cardsAt(topic: string, { place }: Origin, lab: CardsOf): readonly LiveCard[] {
  return Object.values(lab.state().cards).filter(
    card => card.topic === topic && spotOf(card.place)?.channel === place,
  )
}

function isWanted(here: readonly LiveCard[]): boolean {
  return here.length > 0 && here.every(card => postedOf(card) === null)
}
