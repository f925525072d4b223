/** Where something is told: a test's outcome in its thread, what concerns one person to that person, the rest to all. */

import type { Lab } from '../../../lab/lab.ts'
import type { Origin } from '../../../lab/types.ts'
import type { OutboxItem } from '../../../mail/types.ts'
import type { Spot } from './card-place.ts'
import type { SlackCards } from './cards.ts'

export type Whereto =
  | { at: 'direct'; user: string }
  | { at: 'home'; channel: string }
  | ({ at: 'place' } & Spot)

export type WheretoDeps = {
  lab: Lab
  cards: Pick<SlackCards, 'where'>
  /** SLACK_CHANNEL. */
  home: string | null
}

/** Null: there is no such place, or nobody to tell. `origin`: of the test that it is about; null: it is about none. */
export function wheretoOf(
  item: OutboxItem,
  channelId: 'slack' | 'home',
  origin: Origin | null,
  { lab, cards, home }: WheretoDeps,
): Whereto | null {
  if (channelId === 'home') return home === null ? null : { at: 'home', channel: home }
  if (origin === null) return isOfKey(item, lab) ? null : { at: 'direct', user: item.to }
  const card = cards.where(item.topic, origin.place)
  // Others follow it elsewhere, where whoever it belongs to may not look.
  if (card !== null && [origin.place, home].includes(card.channel))
    return { at: 'place', channel: card.channel, thread: card.thread ?? card.ts }
  return { at: 'place', channel: origin.place, thread: origin.thread ?? null }
}

/** The lease of a program, which asks for itself: the name of its key is nobody's in Slack. */
function isOfKey({ topic }: OutboxItem, lab: Pick<Lab, 'lease'>): boolean {
  const [kind, id = ''] = topic.split('/')
  const holder = kind === 'lease' ? lab.lease(id)?.holder : undefined
  return holder?.kind === 'person' && holder.person.platform === 'http'
}

export function runOf(item: OutboxItem): string | null {
  const [kind, id] = item.topic.split('/')
  return kind === 'run' && id !== undefined ? id : null
}

/** One word for the place, to tell what goes to the same. */
export function wordOf(whereto: Whereto): string {
  switch (whereto.at) {
    case 'direct':
      return `direct/${whereto.user}`
    case 'home':
      return 'home'
    case 'place':
      return `place/${whereto.channel}/${whereto.thread ?? ''}`
  }
}
