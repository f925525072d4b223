/** The one grammar of all faces: `noun verb arguments --flags` to a command and its raw arguments (design 5). */

import { argumentsOf } from './argument.ts'
import { type Bound, bind, isRest } from './bind.ts'
import { nearest } from './nearest.ts'
import type { AnyCommand, Fault } from './types.ts'
import { formatWords, parseWords, type Word } from './words.ts'

export type Parsed =
  | { ok: true; command: AnyCommand; words: readonly Word[]; bound: Bound; confirmed: boolean; bare: boolean }
  | { ok: false; fault: Fault }

/**
 * Throws InputError for an unclosed quote. `bare`: nothing but the command's name was typed, or `--form` asks for its
 * form with what was typed filled in.
 */
export function parseLine(line: string, commands: readonly AnyCommand[]): Parsed {
  const { words: typed, taken: confirmed } = take('--yes', withoutPrefix(parseWords(line)))
  const found = findCommand(typed, commands)
  if (found === null) return { ok: false, fault: unknownCommand(typed, commands) }
  const { command, length } = found
  const { words, taken: asks } =
    command.form === true ? take('--form', typed) : { words: typed, taken: false }
  return {
    ok: true,
    command,
    words,
    bound: bind(command, words, length),
    confirmed,
    bare: asks || words.length === length,
  }
}

/** `/lab queue` and `/queue` are `queue`. */
function withoutPrefix(words: readonly Word[]): readonly Word[] {
  const [first, ...rest] = words
  if (first === undefined || first.quoted || !first.text.startsWith('/')) return words
  const name = first.text.slice(1)
  return name === 'lab' || name === '' ? rest : [{ text: name, quoted: false }, ...rest]
}

/** Flags that every face has, such as `--yes`; after `--` they are the program's own. */
function take(flag: string, words: readonly Word[]): { words: readonly Word[]; taken: boolean } {
  const end = words.findIndex(isRest)
  const ours = end === -1 ? words : words.slice(0, end)
  const kept = ours.filter(word => word.quoted || word.text !== flag)
  return { words: [...kept, ...(end === -1 ? [] : words.slice(end))], taken: kept.length < ours.length }
}

function findCommand(
  words: readonly Word[],
  commands: readonly AnyCommand[],
): { command: AnyCommand; length: number } | null {
  for (const length of [2, 1]) {
    if (words.length < length) continue
    const name = nameOf(words.slice(0, length))
    const command = commands.find(each => each.name === name) ?? listing(name, commands)
    if (command !== undefined) return { command, length }
  }
  return null
}

/** `boards list` is `boards`, where that lists. */
function listing(name: string, commands: readonly AnyCommand[]): AnyCommand | undefined {
  const noun = name.endsWith(' list') ? name.slice(0, -' list'.length) : null
  const command = commands.find(each => each.name === noun)
  const places =
    command === undefined ? [] : argumentsOf(command).filter(each => each.meta.place !== undefined)
  return places.length === 0 ? command : undefined
}

/** Phones begin a line with a capital. */
function nameOf(words: readonly Word[]): string {
  return words.map(word => word.text.toLowerCase()).join(' ')
}

const MOST_TRIES = 3

function unknownCommand(words: readonly Word[], commands: readonly AnyCommand[]): Fault {
  const [noun] = words
  const verbs = noun === undefined ? [] : verbsOf(noun.text.toLowerCase(), commands)
  const tries = noun === undefined ? [] : guesses(words, commands)
  const typed = verbs.length > 0 ? words.slice(0, 2) : words.slice(0, 1)
  const message =
    verbs.length > 0 && words.length === 1
      ? `${noun?.text} needs a verb: ${verbs.join(', ')}.`
      : `There is no command "${typed.map(word => word.text).join(' ')}".`
  const near = tries.length === 0 ? '' : ' Did you mean one of these?'
  return {
    decision: 'invalid',
    code: 'unknown-command',
    message: `${message}${near}`,
    hint: verbs.length > 0 ? `See: help ${noun?.text}` : 'See what there is: help',
    failure: 'input',
    tries,
  }
}

export function verbsOf(noun: string, commands: readonly AnyCommand[]): readonly string[] {
  return commands
    .filter(each => each.name.startsWith(`${noun} `))
    .map(each => each.name.slice(noun.length + 1))
}

/** Whole lines with the nearest command names in place of what was typed. */
function guesses(words: readonly Word[], commands: readonly AnyCommand[]): readonly string[] {
  const lines = [2, 1].flatMap(length => {
    if (words.length < length) return []
    const names = commands.map(each => each.name).filter(name => name.split(' ').length === length)
    return nearest(nameOf(words.slice(0, length)), names, MOST_TRIES).map(name =>
      [name, formatWords(words.slice(length))].filter(part => part !== '').join(' '),
    )
  })
  return [...new Set(lines)].slice(0, MOST_TRIES)
}
