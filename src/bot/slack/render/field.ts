/** One field of a form. */

import type {
  Checkboxes,
  InputBlock,
  KnownBlock,
  PlainTextInput,
  PlainTextOption,
  Select,
} from '@slack/types'
import { clean } from '../../../cards/text.ts'
import type { Field, Option } from '../../../cards/view.ts'
import { lengthOf } from '../rules/length.ts'
import { LIMITS } from '../rules/limits.ts'
import { plainText } from './buttons.ts'
import { crop, cutTo, isBlank, orElse } from './crop.ts'
import { richText, text } from './runs.ts'

export type Setting = {
  /** What it shows at first. */
  value: string | undefined
  /** Somebody gave it. */
  entered: boolean
  isExternal: boolean
  /** Others depend on it. */
  tells: boolean
}

/** action_id of what is looked up as it is typed; of all others it is `v`. */
export const LOOKUP = 'lookup'
export const VALUE = 'v'
export const YES = 'yes'

export function fieldId(name: string): string {
  return crop(`f:${name}`, LIMITS.id)
}

export function fieldBlock(field: Field, setting: Setting): KnownBlock {
  const { value, entered } = setting
  // Slack has no file field that is filled in: the file is here already, and is told.
  if (field.kind === 'file' && entered && value !== undefined) return givenBlock(field, value)
  const block: InputBlock = {
    type: 'input',
    block_id: fieldId(field.name),
    label: plainText(titled(field.label), LIMITS.inputLabel, field.name),
    // A box that must be ticked is no choice.
    optional: !field.required || field.kind === 'switch',
    element: elementOf(field, setting),
  }
  if (setting.tells) block.dispatch_action = true
  if (!isBlank(clean(field.hint ?? ''))) block.hint = plainText(field.hint ?? '', LIMITS.inputHint)
  return block
}

/** Arguments have small letters; what stands above a box of a form begins with a large one. */
function titled(label: string): string {
  return label.replace(/^\p{Ll}/u, first => first.toUpperCase())
}

function givenBlock({ label }: Field, value: string): KnownBlock {
  const words = orElse(crop(value, LIMITS.optionValue), '–')
  return richText([
    text(orElse(crop(titled(label), LIMITS.optionText), 'File'), { bold: true }),
    text(`  ${words}`),
  ])
}

function elementOf(field: Field, setting: Setting): InputBlock['element'] {
  const value = setting.value
  switch (field.kind) {
    case 'file':
      return { type: 'file_input', action_id: VALUE, max_files: 1 }
    case 'switch':
      return switchOf(value)
    case 'select':
      return selectOf(field, setting)
    case 'number':
      return {
        type: 'number_input',
        action_id: VALUE,
        is_decimal_allowed: true,
        ...(value !== undefined && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? { initial_value: value } : {}),
      }
    default:
      return textInput(value, field.kind === 'lines', field.example)
  }
}

function textInput(value: string | undefined, multiline: boolean, example = ''): PlainTextInput {
  const first = cutTo(multiline ? linesOf(value ?? '') : clean(value ?? ''), LIMITS.inputText)
  return {
    type: 'plain_text_input',
    action_id: VALUE,
    ...(multiline ? { multiline } : {}),
    ...(isBlank(example) ? {} : { placeholder: plainText(example, LIMITS.placeholder) }),
    ...(isBlank(first) ? {} : { initial_value: first }),
  }
}

function linesOf(value: string): string {
  return value.split(/\r?\n/).map(clean).join('\n')
}

function switchOf(value: string | undefined): Checkboxes {
  const option: PlainTextOption = { text: plainText('Yes', LIMITS.optionText), value: YES }
  const isOn = /^(y|yes|on|true|1)$/i.test(value ?? '')
  return {
    type: 'checkboxes',
    action_id: VALUE,
    options: [option],
    ...(isOn ? { initial_options: [option] } : {}),
  }
}

function selectOf({ options = [], lookup }: Field, { value, isExternal }: Setting): Select | PlainTextInput {
  const all = optionsOf(options)
  const given = value === undefined ? undefined : all.find(option => option.value === value)
  if (lookup !== undefined || isExternal || options.length > LIMITS.options) {
    const first = given ?? (value === undefined ? undefined : optionsOf([{ value, label: value }])[0])
    return {
      type: 'external_select',
      action_id: LOOKUP,
      min_query_length: 0,
      placeholder: plainText('Type to search', LIMITS.placeholder),
      ...(first === undefined ? {} : { initial_option: first }),
    }
  }
  if (all.length === 0) return textInput(value, false)
  return {
    type: 'static_select',
    action_id: VALUE,
    options: [...all],
    placeholder: plainText('Choose one', LIMITS.placeholder),
    ...(given === undefined ? {} : { initial_option: given }),
  }
}

/** Also for what is looked up as it is typed. What is too long to be given back whole is left out. */
export function optionsOf(options: readonly Option[]): readonly PlainTextOption[] {
  const known = new Set<string>()
  return options
    .filter(({ value }) => isGivenBack(value) && !known.has(value) && known.add(value))
    .slice(0, LIMITS.options)
    .map(({ value, label, note }) => ({
      text: plainText(label, LIMITS.optionText, crop(value, LIMITS.optionText)),
      value,
      ...(isBlank(clean(note ?? '')) ? {} : { description: plainText(note ?? '', LIMITS.optionDescription) }),
    }))
}

function isGivenBack(value: string): boolean {
  return !isBlank(value) && lengthOf(value) <= LIMITS.optionValue && value.isWellFormed()
}
