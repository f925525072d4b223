import { type Json, recordOf, recordsOf, textOf, wordsOf } from './loose.ts'
import type { Workspace } from './workspace.ts'

/** Elements that a person can use, found in blocks, and the values they begin with. */

export type Placed = { block: Json; element: Json }

/** Every interactive element, in reading order. */
export function elementsIn(blocks: readonly Json[]): Placed[] {
  const found: Placed[] = []
  for (const block of blocks) {
    const inside = [
      block['element'],
      block['accessory'],
      ...list(block['elements']),
      ...list(block['actions']),
    ]
    for (const element of inside.map(recordOf)) {
      if (element['type'] === 'card') found.push(...elementsIn([element]))
      else if (typeof element['action_id'] === 'string') found.push({ block, element })
    }
    found.push(...elementsIn(recordsOf(block['child_blocks'])))
  }
  return found
}

/** Elements that hold a value; buttons and menus hold none. */
export function inputsOf(blocks: readonly Json[]): Placed[] {
  return elementsIn(blocks).filter(({ element }) => !['button', 'overflow'].includes(textOf(element['type'])))
}

export function keyOf(block: Json, element: Json): string {
  return `${textOf(block['block_id'])}\n${textOf(element['action_id'])}`
}

/** What a person calls it: the label of its block, the text on it, or what stands in it while it is empty. */
export function labelOf({ block, element }: Placed): string {
  if (block['type'] === 'input') return wordsOf(block['label'])
  return wordsOf(element['text']) || wordsOf(element['placeholder']) || wordsOf(block['text'])
}

/** Slack gives an id to every block and element that has none. */
export function withIds(workspace: Workspace, view: Json): Json {
  return { ...view, blocks: blocksWithIds(workspace, recordsOf(view['blocks'])) }
}

export function blocksWithIds(workspace: Workspace, blocks: readonly Json[]): Json[] {
  return blocks.map(block => ({
    ...block,
    block_id: block['block_id'] ?? workspace.id('b'),
    ...(block['element'] ? { element: named(workspace, block['element']) } : {}),
    ...(block['accessory'] ? { accessory: named(workspace, block['accessory']) } : {}),
    ...(block['type'] === 'actions'
      ? { elements: recordsOf(block['elements']).map(element => named(workspace, element)) }
      : {}),
    ...(block['child_blocks']
      ? { child_blocks: blocksWithIds(workspace, recordsOf(block['child_blocks'])) }
      : {}),
  }))
}

function named(workspace: Workspace, element: unknown): Json {
  const given = recordOf(element)
  if (given['type'] === 'image' || typeof given['action_id'] === 'string') return given
  return { ...given, action_id: workspace.id('a') }
}

/** Options of a static choice, those of its groups too. */
export function optionsOf(element: Json): Json[] {
  const groups = recordsOf(element['option_groups']).flatMap(group => recordsOf(group['options']))
  return [...recordsOf(element['options']), ...groups]
}

/** The name under which Slack sends the value of an element (docs.slack.dev, reference/block-kit/block-elements). */
const HOLDS: Readonly<Record<string, { field: string; initial: string; none: unknown }>> = {
  plain_text_input: { field: 'value', initial: 'initial_value', none: null },
  number_input: { field: 'value', initial: 'initial_value', none: null },
  email_text_input: { field: 'value', initial: 'initial_value', none: null },
  url_text_input: { field: 'value', initial: 'initial_value', none: null },
  rich_text_input: { field: 'rich_text_value', initial: 'initial_value', none: null },
  static_select: { field: 'selected_option', initial: 'initial_option', none: null },
  external_select: { field: 'selected_option', initial: 'initial_option', none: null },
  radio_buttons: { field: 'selected_option', initial: 'initial_option', none: null },
  checkboxes: { field: 'selected_options', initial: 'initial_options', none: [] },
  multi_static_select: { field: 'selected_options', initial: 'initial_options', none: [] },
  multi_external_select: { field: 'selected_options', initial: 'initial_options', none: [] },
  users_select: { field: 'selected_user', initial: 'initial_user', none: null },
  multi_users_select: { field: 'selected_users', initial: 'initial_users', none: [] },
  conversations_select: { field: 'selected_conversation', initial: 'initial_conversation', none: null },
  multi_conversations_select: { field: 'selected_conversations', initial: 'initial_conversations', none: [] },
  channels_select: { field: 'selected_channel', initial: 'initial_channel', none: null },
  multi_channels_select: { field: 'selected_channels', initial: 'initial_channels', none: [] },
  datepicker: { field: 'selected_date', initial: 'initial_date', none: null },
  timepicker: { field: 'selected_time', initial: 'initial_time', none: null },
  datetimepicker: { field: 'selected_date_time', initial: 'initial_date_time', none: null },
  file_input: { field: 'files', initial: '', none: [] },
}

export function holdsOf(element: Json): { field: string; initial: string; none: unknown } {
  return HOLDS[textOf(element['type'])] ?? { field: 'value', initial: '', none: null }
}

export function valueAtFirst(element: Json): Json {
  const { field, initial, none } = holdsOf(element)
  return { type: element['type'], [field]: element[initial] ?? none }
}

export function isEmpty(element: Json, value: Json | undefined): boolean {
  const held = value?.[holdsOf(element).field]
  return held === null || held === undefined || held === '' || (Array.isArray(held) && held.length === 0)
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
