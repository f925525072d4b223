import type { Core } from './core.ts'
import { holdsOf, isEmpty, optionsOf } from './elements.ts'
import { type Json, wordsOf } from './loose.ts'
import { fileOf } from './postings.ts'
import { addFile } from './workspace.ts'

/** What a person puts into a field, as Slack stores it; and what Slack's own client refuses to send. */

export type FileGiven = { name: string; bytes: Uint8Array }
export type Given = string | number | boolean | readonly string[] | readonly FileGiven[]

/** Throws when the field does not take that. `offered`: options that an external select was answered with. */
export function valueFor(
  core: Core,
  user: string,
  element: Json,
  given: Given,
  offered: readonly Json[] | null,
): Json {
  const { field } = holdsOf(element)
  return { type: element['type'], [field]: heldFor(core, user, element, given, offered) }
}

function heldFor(
  core: Core,
  user: string,
  element: Json,
  given: Given,
  offered: readonly Json[] | null,
): unknown {
  const options = offered ?? optionsOf(element)
  switch (element['type']) {
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return given === '' ? null : optionNamed(options, String(given))
    case 'checkboxes':
      if (typeof given === 'boolean') return given ? options.slice(0, 1) : []
      return listOf(given).map(label => optionNamed(options, label))
    case 'multi_static_select':
    case 'multi_external_select':
      return listOf(given).map(label => optionNamed(options, label))
    case 'file_input':
      return filesGiven(given).map(file => uploadedFile(core, user, file))
    case 'datetimepicker':
      return Number(given)
    default:
      return Array.isArray(given) ? given : given === '' ? null : String(given)
  }
}

/** An option as the app gets it back: what it is called and its value. */
function optionNamed(options: readonly Json[], label: string): Json {
  const found = options.find(option => wordsOf(option['text']) === label)
  if (found) return { text: found['text'], value: found['value'] }
  throw new Error(
    `no option "${label}"; there are: ${options.map(option => wordsOf(option['text'])).join(', ') || 'none'}`,
  )
}

function listOf(given: Given): string[] {
  return Array.isArray(given) ? given.map(String) : [String(given)]
}

function filesGiven(given: Given): FileGiven[] {
  if (!Array.isArray(given)) throw new Error('a file field takes a list of { name, bytes }')
  return given.filter(each => typeof each === 'object')
}

function uploadedFile(core: Core, user: string, { name, bytes }: FileGiven): Json {
  const file = addFile(core.workspace, name, bytes, user)
  // Not in any conversation: only the app that asked for it reads it.
  file.sharedIn.add('modal')
  return fileOf(core, file)
}

/** Null when Slack's client would send it. */
export function refusalOf(block: Json, element: Json, value: Json | undefined): string | null {
  if (isEmpty(element, value))
    return block['optional'] === true ? null : 'Please complete this required field.'
  const held = value?.['value']
  if (typeof held !== 'string') return tooManyFiles(element, value)
  if (element['type'] === 'number_input') return wrongNumber(element, held)
  if (element['type'] === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(held))
    return 'Enter a valid email address.'
  if (element['type'] === 'url_text_input' && !URL.canParse(held)) return 'Enter a valid URL.'
  if (held.length < Number(element['min_length'] ?? 0))
    return `At least ${Number(element['min_length'])} characters.`
  if (held.length > Number(element['max_length'] ?? 3000))
    return `At most ${Number(element['max_length'] ?? 3000)} characters.`
  return null
}

function wrongNumber(element: Json, held: string): string | null {
  const number = Number(held)
  const isDecimal = element['is_decimal_allowed'] === true
  if (Number.isNaN(number) || (!isDecimal && !Number.isInteger(number))) return 'Enter a valid number.'
  if (number < Number(element['min_value'] ?? Number.NEGATIVE_INFINITY))
    return `At least ${String(element['min_value'])}.`
  if (number > Number(element['max_value'] ?? Number.POSITIVE_INFINITY))
    return `At most ${String(element['max_value'])}.`
  return null
}

function tooManyFiles(element: Json, value: Json | undefined): string | null {
  const files = value?.['files']
  const most = Number(element['max_files'] ?? 10)
  return Array.isArray(files) && files.length > most ? `At most ${most} files.` : null
}
