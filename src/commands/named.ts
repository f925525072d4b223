/** The line that arguments given by name stand for: what the audit keeps, and what a correction is shown on. */

import { type Argument, argumentsOf, byPlace } from './argument.ts'
import type { Raw } from './bind.ts'
import type { AnyCommand } from './types.ts'
import type { Word } from './words.ts'

/** For any values, well-formed or not: what is wrong with them is said by checking. */
export function wordsNamed(command: AnyCommand, raw: Raw): readonly Word[] {
  const all = argumentsOf(command).filter(({ name }) => isGiven(raw[name]))
  const places = all.filter(({ meta }) => meta.place !== undefined).sort(byPlace)
  const flags = all.filter(({ meta }) => meta.flag !== undefined)
  const rest = all.filter(({ meta }) => meta.rest === true)
  return [
    ...command.name.split(' ').map(bare),
    ...places.flatMap(argument => textsOf(argument, raw[argument.name]).map(quoted)),
    ...flags.flatMap(argument => flagWords(argument, raw[argument.name])),
    ...(rest.length === 0 ? [] : [bare('--')]),
    ...rest.flatMap(argument => textsOf(argument, raw[argument.name]).map(quoted)),
  ]
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false
}

function flagWords(argument: Argument, value: unknown): readonly Word[] {
  const flag = bare(`--${argument.meta.flag}`)
  if (argument.shape === 'switch') return [flag]
  return textsOf(argument, value).flatMap(text => [flag, quoted(text)])
}

function textsOf({ shape }: Argument, value: unknown): readonly string[] {
  if (shape === 'pairs' && typeof value === 'object' && value !== null)
    return Object.entries(value).map(([key, each]) => `${key}=${textOf(each)}`)
  return Array.isArray(value) ? value.map(textOf) : [textOf(value)]
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function bare(text: string): Word {
  return { text, quoted: false }
}

/** A value that looks like a flag is a value. */
function quoted(text: string): Word {
  return { text, quoted: text === '' || /^[-—–&]/.test(text) }
}
