/** Words to the raw arguments of a command, everything wrong found at once. Checking values is the schema's work. */

import { type Argument, argumentsOf, byPlace, written } from './argument.ts'
import { didYouMean } from './nearest.ts'
import type { AnyCommand, FieldFault } from './types.ts'
import type { Word } from './words.ts'

export type Raw = Record<string, unknown>

export type Bound = {
  raw: Raw
  /** Which word of the line each argument came from, so that the line can be shown corrected. */
  sources: ReadonlyMap<string, number>
  faults: readonly FieldFault[]
  /** Words that had no place. */
  strays: readonly string[]
}

/** What is being filled in. */
type Draft = {
  command: AnyCommand
  all: readonly Argument[]
  places: readonly Argument[]
  placed: number
  raw: Raw
  sources: Map<string, number>
  faults: FieldFault[]
  strays: string[]
}

/** `words` are the whole line's; the first `skip` of them name the command. */
export function bind(command: AnyCommand, words: readonly Word[], skip: number): Bound {
  const all = argumentsOf(command)
  const places = all.filter(each => each.meta.place !== undefined).sort(byPlace)
  const draft: Draft = {
    command,
    all,
    places,
    placed: 0,
    raw: {},
    sources: new Map(),
    faults: [],
    strays: [],
  }
  for (let at = skip; at < words.length; ) {
    const word = words[at]
    if (word === undefined) break
    if (isRest(word)) {
      putRest(draft, words.slice(at + 1))
      break
    }
    at += isFlag(word) ? putFlag(draft, words, at) : putPlace(draft, word, at)
  }
  const { raw, sources, faults, strays } = draft
  return { raw, sources, faults, strays }
}

export function isFlag(word: Word): boolean {
  return !word.quoted && /^--?[A-Za-z]/.test(word.text)
}

export function isRest(word: Word): boolean {
  return !word.quoted && word.text === '--'
}

/** `--timeout`, as errors name it; a place by its label. */
export function nameIn(argument: Argument): string {
  return argument.meta.flag === undefined ? argument.meta.label : `--${argument.meta.flag}`
}

/** Returns how many words it took. */
function putFlag(draft: Draft, words: readonly Word[], at: number): number {
  const text = words[at]?.text ?? ''
  const cut = text.indexOf('=')
  const name = cut === -1 ? text : text.slice(0, cut)
  const argument = draft.all.find(
    each => each.meta.flag !== undefined && `--${each.meta.flag}` === name.toLowerCase(),
  )
  const next = words[at + 1]
  const value = next === undefined || isFlag(next) || isRest(next) ? null : next.text
  if (argument === undefined) {
    unknownFlag(draft, name)
    // What follows an unknown flag was most likely its value: one fault is enough.
    return cut === -1 && value !== null ? 2 : 1
  }
  if (argument.shape === 'switch') {
    if (cut === -1) draft.raw[argument.name] = true
    else fault(draft, argument, 'takes no value')
    return 1
  }
  if (cut !== -1) put(draft, argument, text.slice(cut + 1), at)
  else if (value !== null) put(draft, argument, value, at + 1)
  else fault(draft, argument, `needs a value: ${written(argument)}`)
  return cut === -1 && value !== null ? 2 : 1
}

function putPlace(draft: Draft, word: Word, at: number): number {
  const argument = draft.places[Math.min(draft.placed, draft.places.length - 1)]
  if (argument === undefined || (draft.placed >= draft.places.length && !argument.meta.all)) {
    draft.strays.push(word.text)
    draft.faults.push({ field: '', label: `"${word.text}"`, message: tooMany(draft) })
    return 1
  }
  draft.placed++
  put(draft, argument, word.text, at)
  return 1
}

function putRest(draft: Draft, words: readonly Word[]): void {
  const argument = draft.all.find(each => each.meta.rest)
  if (argument !== undefined) draft.raw[argument.name] = words.map(word => word.text)
  else
    draft.faults.push({
      field: '',
      label: '--',
      message: `has no meaning here: ${draft.command.name} takes nothing after it`,
    })
}

function put(draft: Draft, argument: Argument, text: string, at: number): void {
  const { raw } = draft
  const { name } = argument
  if (argument.shape === 'pairs') putPair(draft, argument, text)
  else if (argument.shape === 'list') raw[name] = [...((raw[name] as string[] | undefined) ?? []), text]
  else if (argument.meta.all) raw[name] = typeof raw[name] === 'string' ? `${raw[name]} ${text}` : text
  else if (Object.hasOwn(raw, name)) fault(draft, argument, 'is given twice')
  else {
    draft.sources.set(name, at)
    // A number stays text when it is none, so that the schema says what is wrong with it.
    raw[name] = argument.shape === 'number' && /^\d+$/.test(text) ? Number(text) : text
  }
}

function putPair(draft: Draft, argument: Argument, text: string): void {
  const cut = text.indexOf('=')
  if (cut < 1) {
    fault(draft, argument, `"${text}" is no NAME=VALUE`)
    return
  }
  const pairs = draft.raw[argument.name] as Record<string, string> | undefined
  draft.raw[argument.name] = { ...pairs, [text.slice(0, cut)]: text.slice(cut + 1) }
}

function fault({ faults }: Draft, argument: Argument, message: string): void {
  faults.push({ field: argument.name, label: nameIn(argument), message })
}

function unknownFlag({ command, all, faults }: Draft, name: string): void {
  const flags = all.flatMap(each => (each.meta.flag === undefined ? [] : [`--${each.meta.flag}`]))
  const known = flags.length === 0 ? ' It takes none.' : ` Flags: ${flags.join(', ')}.`
  const near = didYouMean(`--${name.replace(/^-+/, '')}`, flags)
  faults.push({ field: '', label: name, message: `is no flag of ${command.name}.${near}${known}` })
}

function tooMany({ command, places }: Draft): string {
  if (places.length === 0) return `is one word too many: ${command.name} takes none`
  const labels = places.map(each => each.meta.label).join(' ')
  return `is one word too many: ${command.name} takes ${labels} (quotes keep words together)`
}
