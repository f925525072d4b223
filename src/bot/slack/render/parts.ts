/** Each part of a view as blocks. */

import type { ContainerBlock, KnownBlock } from '@slack/types'
import { bold, clean } from '../../../cards/text.ts'
import type { Part } from '../../../cards/view.ts'
import { assertNever } from '../../../errors.ts'
import { LIMITS } from '../rules/limits.ts'
import { buttonBlocks, plainText } from './buttons.ts'
import { chartBlock } from './chart.ts'
import { isBlank } from './crop.ts'
import { type Draw, type Drawn, detail } from './draw.ts'
import { askedBlocks, fieldBlocks, progressBlock, stepBlocks } from './lists.ts'
import { logBlocks } from './log.ts'
import { noteBlock } from './note.ts'
import { runsBlock } from './runs.ts'
import { searchBlock } from './search.ts'
import { tableBlocks } from './table.ts'

export function partBlocks(part: Part, draw: Draw): readonly Drawn[] {
  switch (part.t) {
    case 'text':
      return runsBlock(part.runs, draw, draw.room.text).map(detail)
    case 'note':
      return noteBlock(part.runs, draw, draw.room.text).map(detail)
    case 'fields':
      return fieldBlocks(part, draw)
    case 'table':
      return tableBlocks(part, draw)
    case 'progress':
      return [progressBlock(part, draw)]
    case 'steps':
      return stepBlocks(part, draw)
    case 'log':
      return logBlocks(part, draw)
    case 'chart':
      return [chartBlock(part, draw)].filter(block => block !== null).map(detail)
    case 'search':
      return searchBlock(part, draw)
    case 'actions':
      return buttonBlocks(part.items, draw)
    case 'form':
      return [...askedBlocks(part.fields, draw), ...buttonBlocks([part.submit], draw)]
    case 'divider':
      return [detail({ type: 'divider' })]
    case 'fold':
      return foldBlocks(part, draw)
    default:
      return assertNever(part)
  }
}

/** Rich text in a container is in Slack's documents, but its live validator knows none (slack-morphism's note). */
type Child = Extract<ContainerBlock['child_blocks'][number], { type: (typeof CHILDREN)[number] }>
const CHILDREN = ['actions', 'context', 'divider', 'table'] as const

function foldBlocks({ title, parts }: Extract<Part, { t: 'fold' }>, draw: Draw): readonly Drawn[] {
  const inside = parts.flatMap(part => partBlocks(part, draw))
  const blocks = inside.map(each => each.block)
  const children = blocks.filter(isChild)
  const isSafe = children.length === blocks.length && children.length > 0
  if (
    isSafe &&
    children.length <= LIMITS.containerBlocks &&
    !isBlank(clean(title)) &&
    draw.surface === 'message'
  ) {
    return [{ block: containerOf(title, children), worth: inside.some(isDear) ? 'buttons' : 'detail' }]
  }
  return [...runsBlock([bold(title)], draw, draw.room.text).map(detail), ...inside]
}

function isDear(drawn: Drawn): boolean {
  return drawn.worth !== 'detail'
}

function isChild(block: KnownBlock): block is Child {
  return CHILDREN.some(type => type === block.type)
}

function containerOf(title: string, children: readonly Child[]): KnownBlock {
  return {
    type: 'container',
    title: plainText(title, LIMITS.containerTitle),
    child_blocks: [...children],
    is_collapsible: true,
    default_collapsed: true,
  }
}
