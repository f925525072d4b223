/** A whole view as blocks that its surface takes: drawn with less and less room, then without the last details. */

import type { KnownBlock } from '@slack/types'
import type { View } from '../../../cards/view.ts'
import { count } from '../../../cards/words.ts'
import type { Surface } from '../rules/surfaces.ts'
import { type DrawFrame, type Drawn, startDraw } from './draw.ts'
import { noteBlock, plainNote } from './note.ts'
import { partBlocks } from './parts.ts'
import { doFit, ROOMS, type Room, sizeOf, sumOf } from './room.ts'
import { runsBlock } from './runs.ts'

export type Body = { blocks: readonly KnownBlock[]; warnings: readonly string[] }

/** The same view gives the same blocks, whatever was drawn before. */
export function bodyOf(view: View, frame: DrawFrame, surface: Surface): Body {
  let last: { drawn: readonly Drawn[]; warnings: readonly string[] } = { drawn: [], warnings: [] }
  for (const room of ROOMS) {
    last = drawn(view, frame, surface, room)
    if (doFit(sumOf(blocksOf(last.drawn).map(sizeOf)), surface))
      return { blocks: blocksOf(last.drawn), warnings: last.warnings }
  }
  return withoutLast(last.drawn, last.warnings, surface)
}

function blocksOf(all: readonly Drawn[]): readonly KnownBlock[] {
  return all.map(each => each.block)
}

function drawn(
  view: View,
  frame: DrawFrame,
  surface: Surface,
  room: Room,
): { drawn: readonly Drawn[]; warnings: readonly string[] } {
  const draw = startDraw(frame, surface, room)
  const head = [...runsBlock(view.title, draw, room.text), ...noteBlock(view.aside ?? [], draw, room.text)]
  const body = view.parts.flatMap(part => partBlocks(part, draw))
  const first = body.findIndex(each => each.worth === 'detail')
  const all = [
    ...head.map((block): Drawn => ({ block, worth: 'outcome' })),
    // What follows the title says what came of it.
    ...body.map((each, index): Drawn => (index === first ? { ...each, worth: 'outcome' } : each)),
  ]
  return { drawn: all, warnings: draw.warnings }
}

/** Details go from the end; then buttons from the end; the title and the first words stay. */
function withoutLast(all: readonly Drawn[], warnings: readonly string[], surface: Surface): Body {
  const sizes = all.map(each => sizeOf(each.block))
  const gone = new Set<number>()
  let size = sumOf([...sizes, sizeOf(goneNote(all.length))])
  for (const worth of ['detail', 'buttons', 'outcome'] as const) {
    for (let at = all.length - 1; at >= 0 && !doFit(size, surface); at--) {
      const each = sizes[at]
      if (all[at]?.worth !== worth || each === undefined) continue
      gone.add(at)
      size = { blocks: size.blocks - each.blocks, json: size.json - each.json }
    }
  }
  const kept = all.filter((_, index) => !gone.has(index))
  return {
    blocks: [...blocksOf(kept), goneNote(gone.size)],
    warnings: [...warnings, `${gone.size} of ${all.length} blocks are left out`],
  }
}

function goneNote(number: number): KnownBlock {
  return plainNote(`… and ${count(number, 'more part')}, for which there is no room here`)
}
