/** What is true of a whole message, modal or Home: what may stand there, how many, and that nothing has another's id. */

import { BLOCKS, everyBlock } from './blocks.ts'
import { check } from './check.ts'
import { type Issue, issue } from './issue.ts'
import { LIMITS } from './limits.ts'
import { isJson, type Json, list, listOf, one } from './shape.ts'
import { isTable, textLength } from './tables.ts'

export type Surface = 'message' | 'modal' | 'home'

/** docs.slack.dev/blocks.json; `card` in a modal by experience. `file` is only in what Slack itself sends. */
const NOT_HERE: Readonly<Record<Surface, readonly string[]>> = {
  message: ['alert', 'file'],
  modal: [
    'card',
    'carousel',
    'context_actions',
    'data_visualization',
    'file',
    'markdown',
    'plan',
    'table',
    'task_card',
  ],
  home: ['alert', 'context_actions', 'data_visualization', 'file', 'markdown', 'plan', 'table', 'task_card'],
}

const MOST_BLOCKS: Readonly<Record<Surface, number>> = {
  message: LIMITS.messageBlocks,
  modal: LIMITS.viewBlocks,
  home: LIMITS.viewBlocks,
}

/** `pointer` is of the list of blocks. */
export function checkBlocks(blocks: unknown, surface: Surface, pointer: string): readonly Issue[] {
  const shapes = check(
    blocks,
    list(
      one(() => BLOCKS),
      MOST_BLOCKS[surface],
      0,
    ),
    pointer,
  )
  const all = everyBlock(blocks, pointer)
  const types = all.map(each => each.block)
  return [
    ...shapes,
    ...all.flatMap(({ block, pointer: at }) => checkPlace(block, surface, at)),
    ...all.flatMap(({ block, pointer: at }) => uniqueActions(block, at)),
    ...uniqueBlockIds(all),
    ...oneFocus(types, pointer),
    ...(surface === 'message' ? checkTotals(types, listOf(blocks), pointer) : []),
  ]
}

function checkPlace(block: Json, surface: Surface, pointer: string): readonly Issue[] {
  const { type, element } = block
  if (typeof type === 'string' && NOT_HERE[surface].includes(type))
    return [issue(pointer, 'not_here', `a ${type} block cannot be in a ${surface}`)]
  return surface !== 'modal' && isJson(element) && element['type'] === 'file_input'
    ? [issue(`${pointer}/element`, 'not_here', `a file_input cannot be in a ${surface}`)]
    : []
}

function elementsIn(block: Json): readonly Json[] {
  const all = [
    ...listOf(block['elements']),
    ...listOf(block['actions']),
    block['accessory'],
    block['element'],
  ]
  return all.filter(isJson)
}

function uniqueActions(block: Json, pointer: string): readonly Issue[] {
  return repeated(elementsIn(block).map(each => each['action_id'])).map(id =>
    issue(pointer, 'not_unique', `action_id is there twice: ${id}`),
  )
}

function uniqueBlockIds(all: readonly { block: Json; pointer: string }[]): readonly Issue[] {
  return repeated(all.map(each => each.block['block_id'])).map(id => {
    const second = all.filter(each => each.block['block_id'] === id)[1]
    return issue(second?.pointer ?? '', 'not_unique', `block_id is there twice: ${id}`)
  })
}

function repeated(ids: readonly unknown[]): readonly string[] {
  const known = ids.filter(id => typeof id === 'string')
  return [...new Set(known.filter((id, index) => known.indexOf(id) !== index))]
}

function oneFocus(blocks: readonly Json[], pointer: string): readonly Issue[] {
  const focused = blocks.flatMap(elementsIn).filter(each => each['focus_on_load'] === true)
  return focused.length > 1 ? [issue(pointer, 'not_unique', 'only one element can have focus_on_load')] : []
}

function checkTotals(blocks: readonly Json[], outer: readonly unknown[], pointer: string): readonly Issue[] {
  const found: Issue[] = []
  const most = (type: string, limit: number): void => {
    const number = blocks.filter(block => block['type'] === type).length
    if (number > limit)
      found.push(issue(pointer, 'too_many', `no more than ${limit} ${type} allowed: ${number}`))
  }
  most('table', LIMITS.tables)
  most('data_visualization', LIMITS.charts)
  const cells = textLength(blocks.filter(isTable).flatMap(block => listOf(block['rows'])))
  if (cells > LIMITS.tableText)
    found.push(
      issue(pointer, 'too_long', `cells of tables hold more than ${LIMITS.tableText} characters: ${cells}`),
    )
  const texts = textLength(outer)
  if (texts > LIMITS.messageBlocksText)
    found.push(
      issue(pointer, 'too_long', `blocks hold more than ${LIMITS.messageBlocksText} characters: ${texts}`),
    )
  return found
}
