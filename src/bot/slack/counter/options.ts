/** What a select offers while somebody types in it: at most 100, those that begin with it first. */

import type { OptionGroup, PlainTextOption } from '@slack/types'
import type { Option } from '../../../cards/view.ts'
import { argumentsOf } from '../../../commands/argument.ts'
import { optionsOf } from '../../../commands/lookup.ts'
import type { AnyCommand, Lookup } from '../../../commands/types.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { OptionsAnswer, OptionsQuery } from '../inbound/types.ts'
import { plainText } from '../render/buttons.ts'
import { optionsOf as optionsOfSelect } from '../render/render.ts'
import { LIMITS } from '../rules/limits.ts'
import { fieldOf, NOTHING, readFilled } from './form-state.ts'
import { commandNamed } from './forms.ts'
import { readMeta } from './meta.ts'

/** Waits for nothing: Slack shows an empty select when it is not answered within 3 s. */
export function optionsFor(
  { field: block, typed, view }: OptionsQuery,
  commands: readonly AnyCommand[],
  lab: Lab,
): OptionsAnswer {
  const meta = readMeta(view?.metadata ?? '')
  const field = fieldOf(block)
  const command = meta === null ? null : commandNamed(meta.command, commands)
  const argument = command === null ? undefined : argumentsOf(command).find(each => each.name === field)
  const lookup = argument?.meta.lookup
  if (lookup === undefined) return { options: [hint('Nothing to choose from')] }
  const { values } = readFilled(view?.state)
  const beside = Object.entries(values).flatMap(([name, value]) => (name === field ? [] : [value]))
  const all = optionsOf(lookup, '', lab, commands, beside)
  const found = matching(all, typed)
  if (found.length === 0) return { options: [hint(nothingWords(lookup, typed, all.length))] }
  return lookup === 'targets' ? { option_groups: grouped(found, lab) } : { options: optionsOfSelect(found) }
}

function matching(options: readonly Option[], typed: string): readonly Option[] {
  const wanted = typed.trim().toLowerCase()
  const begin = options.filter(option => option.value.toLowerCase().startsWith(wanted))
  const rest = options.filter(option => !begin.includes(option) && wordsOf(option).includes(wanted))
  return [...begin, ...rest].slice(0, LIMITS.options)
}

function wordsOf({ value, label, note = '' }: Option): string {
  return `${value} ${label} ${note}`.toLowerCase()
}

function grouped(options: readonly Option[], lab: Lab): OptionGroup[] {
  const families = new Set(lab.families().map(family => family.name))
  const kinds = Map.groupBy(options, option => (families.has(option.value) ? 'Families' : 'Boards'))
  return [...kinds].map(([label, group]) => ({
    label: plainText(label, LIMITS.optionText),
    options: [...optionsOfSelect(group)],
  }))
}

/** Chosen all the same, it counts as nothing chosen. */
function hint(text: string): PlainTextOption {
  return { text: plainText(text, LIMITS.optionText), value: NOTHING }
}

function nothingWords(lookup: Lookup, typed: string, inAll: number): string {
  if (lookup === 'consoles' && inAll === 0) return 'Choose a board first'
  return inAll === 0 ? 'There are none' : `Nothing fits "${typed.trim()}"; there are ${inAll}`
}
