/** What is kept of things that were shown to people: cards that live on, and alerts. */

import type { Millis } from '../clock.ts'
import type { Sequence } from '../storage/types.ts'
import type { Person } from './stored.ts'

/** A posted card that is kept up to date (design 2). */
export type LiveCard = {
  topic: string
  place: string
  /** Of the posted message; empty: it is wanted and not posted yet. */
  reference: string
  shown: Sequence
  told: boolean
  /** When it was asked for. */
  since?: Millis
  /** Who else asked to be told how it ends. */
  for?: readonly string[]
  /** The message whose place it takes, until that one says so. */
  replaces?: string
}

export type Alert = {
  id: string
  cause: string
  text: string
  since: Millis
  resolvedAt: Millis | null
  /** Who looks after it; left out while nobody has said so. */
  acknowledged?: { by: Person; at: Millis }
}
