import { holdsOf, keyOf, optionsOf } from '../elements.ts'
import { type Json, recordOf, recordsOf, textOf, wordsOf } from '../loose.ts'
import type { Drawing } from './blocks.ts'

/** Buttons, menus and fields as a person sees them: what can be used stands in brackets. */

export type Filled = { values: ReadonlyMap<string, Json>; faults: ReadonlyMap<string, string> }

export function drawElement({ filled, workspace }: Drawing, block: Json, element: Json): string {
  const type = textOf(element['type'])
  if (type === 'image') return `(picture: ${textOf(element['alt_text'])})`
  if (type === 'button' || type === 'workflow_button') return `[${wordsOf(element['text'])}]`
  if (type === 'overflow') return `[… ${optionsOf(element).map(labelled).join(' / ')}]`
  const value = filled?.values.get(keyOf(block, element))
  if (type === 'checkboxes' || type === 'radio_buttons') return drawChoices(element, value)
  const held = drawValue(value?.[holdsOf(element).field], workspace.users)
  return `[${held || wordsOf(element['placeholder'])}]`
}

function drawChoices(element: Json, value: Json | undefined): string {
  const held = value?.[holdsOf(element).field]
  const chosen = new Set(recordsOf(Array.isArray(held) ? held : [held]).map(option => option['value']))
  return optionsOf(element)
    .map(option => `[${chosen.has(option['value']) ? 'x' : ' '}] ${labelled(option)}`)
    .join(' ')
}

function labelled(option: Json): string {
  const note = wordsOf(option['description'])
  return note === '' ? wordsOf(option['text']) : `${wordsOf(option['text'])} (${note})`
}

function drawValue(held: unknown, users: ReadonlyMap<string, { name: string }>): string {
  if (Array.isArray(held)) return held.map((each: unknown) => drawValue(each, users)).join(', ')
  if (typeof held === 'string' || typeof held === 'number')
    return users.get(String(held))?.name ?? String(held)
  const object = recordOf(held)
  return textOf(object['name']) || wordsOf(object['text'])
}
