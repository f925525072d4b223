/** How generously a view is drawn; where it does not fit a surface, it is drawn again with less. */

import type { KnownBlock } from '@slack/types'
import { lengthOf } from '../rules/length.ts'
import { LIMITS } from '../rules/limits.ts'
import type { Surface } from '../rules/surfaces.ts'
import { isTable } from '../rules/tables.ts'

export type Room = {
  /** Characters of one text. */
  text: number
  /** Characters of one log, the last lines; none: where it is. */
  log: number
  /** Rows of a table that is drawn as text. */
  rows: number
  /** Fields, steps, and other things one under another. */
  items: number
  charts: number
}

export const ROOMS: readonly Room[] = [
  { text: LIMITS.text, log: 2_900, rows: 60, items: 60, charts: LIMITS.charts },
  { text: 1_500, log: 1_500, rows: 30, items: 30, charts: LIMITS.charts },
  { text: 700, log: 700, rows: 15, items: 15, charts: 1 },
  { text: 300, log: 300, rows: 6, items: 8, charts: 0 },
  { text: 150, log: 0, rows: 3, items: 3, charts: 0 },
]

/**
 * Of a message Slack says 12,000 characters of text "with a buffer for block containers"; 11,341 were refused where
 * they came in many small elements (bolt-js #2509, #2867). So the JSON is counted, tables apart, which have their own.
 */
const MOST_JSON: Readonly<Record<Surface, number>> = { message: 11_000, modal: 60_000, home: 60_000 }

const MOST_BLOCKS: Readonly<Record<Surface, number>> = {
  message: LIMITS.messageBlocks,
  modal: LIMITS.viewBlocks,
  home: LIMITS.viewBlocks,
}

export type Size = { blocks: number; json: number }

export function doFit({ blocks, json }: Size, surface: Surface): boolean {
  return blocks <= MOST_BLOCKS[surface] && json <= MOST_JSON[surface]
}

/** Blocks in containers may count too; nothing says that they do not. */
export function sizeOf(block: KnownBlock): Size {
  const json = JSON.stringify(block, (_, value: unknown) => (isTable(value) ? null : value))
  return {
    blocks: 1 + (block.type === 'container' ? block.child_blocks.length : 0),
    json: lengthOf(json) + 1,
  }
}

export function sumOf(sizes: readonly Size[]): Size {
  return sizes.reduce((sum, each) => ({ blocks: sum.blocks + each.blocks, json: sum.json + each.json }), {
    blocks: 0,
    json: 0,
  })
}
