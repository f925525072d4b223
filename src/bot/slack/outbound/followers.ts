/** Those who followed somebody else's test are told how it ended: in the thread of the card, or directly. */

import { drawTelling } from '../../../cards/tellings.ts'
import { messageOf } from '../../../errors.ts'
import type { LiveCard } from '../../../lab/types.ts'
import { keyOf, postedOf, type Spot, spotOf } from './card-place.ts'
import { toldToFollowers } from './card-words.ts'
import type { CardDeps } from './kept-card.ts'

/** Tries until it is done; throws when it is refused, or not wanted any more. */
export type Patiently = (work: () => Promise<unknown>) => Promise<void>

export async function tellFollowers(deps: CardDeps, card: LiveCard, patiently: Patiently): Promise<void> {
  const { lab, api, log } = deps
  const { for: asked = [], topic } = card
  const telling = asked.length === 0 ? null : await drawTelling(topic, lab)
  if (telling === null) return
  // Whose test it is is told anyway.
  const [whose] = telling.title
  const followers = asked.filter(id => whose?.r !== 'user' || whose.id !== id)
  if (followers.length === 0) return
  const people = await Promise.all(followers.map(async id => ({ id, name: await api.nameOf(id) })))

  const say = async (spot: Spot, to: typeof people, key: string): Promise<void> => {
    const view = toldToFollowers(telling, to, deps.frame())
    // It may have been told by the process before: the record outlives the message.
    await api.post(spot, deps.render(view, { ...deps.frame(), mentions: true }), key, true)
  }
  const directly = async (person: (typeof people)[number]): Promise<void> => {
    const spot = { channel: await api.direct(person.id), thread: null }
    await say(spot, [person], `followed/${keyOf(card)}/${person.id}`)
  }

  const posted = postedOf(card)
  if (posted !== null) {
    const thread = spotOf(card.place)?.thread ?? posted.ts
    const spot = { channel: posted.channel, thread }
    const refusal = await patiently(() => say(spot, people, `followed/${keyOf(card)}`)).then(
      () => null,
      (error: unknown) => error,
    )
    if (refusal === null) return
    log.info(
      { topic, error: messageOf(refusal) },
      'followers are told directly: the thread cannot be written to',
    )
  }
  for (const person of people)
    await patiently(() => directly(person)).catch((error: unknown) =>
      log.warn({ to: person.id, error: messageOf(error) }, 'a follower was not told'),
    )
}
