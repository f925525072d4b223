/** What the drawing of one view shares. */

import type { KnownBlock } from '@slack/types'
import type { TimeFrame } from '../../../cards/words.ts'
import type { Surface } from '../rules/surfaces.ts'
import type { Room } from './room.ts'

/**
 * `mentions`: people are called, which makes a sound on their side. Without it they are named, and called only where
 * nobody knows their name: a card of what somebody just asked for need not call them.
 */
export type DrawFrame = TimeFrame & { mentions?: true }

export type Draw = DrawFrame & {
  surface: Surface
  room: Room
  /** Counted as they are drawn: what a message may hold only some of. */
  used: { tables: number; charts: number; buttons: number }
  /** Of blocks, which must differ. */
  ids: Set<string>
  /** What had to be left out, for the log. */
  warnings: string[]
}

/**
 * How dear a block is when there is no room for all: the title and the first words tell the outcome, then come the
 * buttons; all else can go, the last first.
 */
export type Worth = 'outcome' | 'buttons' | 'detail'

export type Drawn = { block: KnownBlock; worth: Worth }

export function detail(block: KnownBlock): Drawn {
  return { block, worth: 'detail' }
}

export function startDraw(frame: DrawFrame, surface: Surface, room: Room): Draw {
  return {
    now: frame.now,
    timeZone: frame.timeZone,
    ...(frame.mentions === undefined ? {} : { mentions: frame.mentions }),
    surface,
    room,
    used: { tables: 0, charts: 0, buttons: 0 },
    ids: new Set(),
    warnings: [],
  }
}
