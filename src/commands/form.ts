/** A command's form from its schema, and the line that a filled form stands for. */

import type { Field, Option } from '../cards/view.ts'
import type { Lab } from '../lab/lab.ts'
import { type Argument, argumentsOf, byPlace } from './argument.ts'
import type { Raw } from './bind.ts'
import { optionsOf } from './lookup.ts'
import type { AnyCommand } from './types.ts'
import { formatWord, formatWords, parseWords, type Word } from './words.ts'

/** `beside`: what is filled in already, for options that depend on it. */
export function fieldsOf(
  command: AnyCommand,
  lab: Lab,
  commands: readonly AnyCommand[],
  beside: readonly string[] = [],
): readonly Field[] {
  const asked = argumentsOf(command).filter(({ meta }) => meta.unasked !== true)
  return asked.map(argument => {
    const options = optionsFor(argument, lab, commands, beside)
    return {
      name: argument.name,
      label: argument.name,
      kind: kindOf(argument, options),
      required: argument.required,
      ...(argument.meta.hint === undefined ? {} : { hint: argument.meta.hint }),
      ...exampleOf(argument),
      ...(argument.initial === null ? {} : { initial: argument.initial }),
      ...(options.length === 0 ? {} : { options }),
      ...(argument.meta.lookup === undefined ? {} : { lookup: argument.meta.lookup }),
    }
  })
}

/** Labels such as `30m` and `K=V` show how it is written; `GLOB` only says what it is. */
function exampleOf({ meta }: Argument): Pick<Field, 'example'> {
  return /[\d=]/.test(meta.label) ? { example: meta.label } : {}
}

function optionsFor(
  { choices, meta }: Argument,
  lab: Lab,
  commands: readonly AnyCommand[],
  beside: readonly string[],
): readonly Option[] {
  if (choices.length > 0) return choices.map(value => ({ value, label: value }))
  return meta.lookup === undefined ? [] : optionsOf(meta.lookup, '', lab, commands, beside)
}

function kindOf({ shape, meta }: Argument, options: readonly Option[]): Field['kind'] {
  if (options.length > 0) return 'select'
  if (meta.file) return 'file'
  if (shape === 'switch') return 'switch'
  if (shape === 'number') return 'number'
  return meta.lines ? 'lines' : 'text'
}

/** The very line that typing would be; empty values are left out. Throws InputError for an unclosed quote in a list. */
export function lineOf(command: AnyCommand, values: Readonly<Record<string, string>>): string {
  const all = argumentsOf(command).filter(argument => (values[argument.name] ?? '').trim() !== '')
  const places = all.filter(argument => argument.meta.place !== undefined).sort(byPlace)
  const flags = all.filter(argument => argument.meta.flag !== undefined)
  const rest = all.filter(argument => argument.meta.rest)
  const value = (argument: Argument): string => values[argument.name] ?? ''
  return formatWords([
    ...command.name.split(' ').map(bare),
    ...places.map(argument => quoted(value(argument))),
    ...flags.flatMap(argument => flagWords(argument, value(argument))),
    ...(rest.length === 0 ? [] : [bare('--')]),
    ...rest.flatMap(argument => parseWords(value(argument)).map(word => quoted(word.text))),
  ])
}

function flagWords(argument: Argument, value: string): readonly Word[] {
  const flag = bare(`--${argument.meta.flag}`)
  if (argument.shape === 'switch') return /^(y|yes|on|true|1)$/i.test(value) ? [flag] : []
  if (argument.shape !== 'pairs' && argument.shape !== 'list') return [flag, quoted(value)]
  return parseWords(value).flatMap(word => [flag, quoted(word.text)])
}

/** What a form that stands for a line is filled in with: `lineOf` gives that line again. */
export function valuesOf(command: AnyCommand, raw: Raw): Record<string, string> {
  const filled = argumentsOf(command).flatMap((argument): [string, string][] => {
    const value = raw[argument.name]
    return value === undefined ? [] : [[argument.name, valueText(argument, value)]]
  })
  return Object.fromEntries(filled)
}

function valueText({ shape, meta }: Argument, value: unknown): string {
  if (shape === 'switch') return 'yes'
  const between = meta.lines ? '\n' : ' '
  if (shape === 'pairs')
    return Object.entries(value as Record<string, string>)
      .map(([name, text]) => formatWord(`${name}=${text}`))
      .join(between)
  if (!Array.isArray(value)) return String(value)
  const words = value.map(String)
  // Behind `--` nothing is a flag: `-v` is shown as it was typed.
  if (meta.rest) return formatWords(words.map(text => ({ text, quoted: false })))
  return words.map(formatWord).join(between)
}

function bare(text: string): Word {
  return { text, quoted: false }
}

/** A word that looks like a flag stays a word; one that needs no quotes gets none. */
function quoted(text: string): Word {
  return { text, quoted: /^[-—–&]/.test(text) }
}
