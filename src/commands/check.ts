/** The arguments against their schema and against what the lab has: every fault with its field, in words. */

import type { z } from 'zod'
import { listed } from '../cards/text.ts'
import type { Lab } from '../lab/lab.ts'
import { type Argument, argumentsOf, usage } from './argument.ts'
import { type Bound, nameIn } from './bind.ts'
import { verbsOf } from './grammar.ts'
import { optionsOf } from './lookup.ts'
import { didYouMean, nearest } from './nearest.ts'
import type { AnyCommand, Fault, FieldFault, Lookup } from './types.ts'
import { formatWord, formatWords, type Word } from './words.ts'

export type Checked = { ok: true; args: unknown } | { ok: false; fault: Fault }

/** `words` are those of the line, where there was one. */
export function check(
  command: AnyCommand,
  bound: Bound,
  words: readonly Word[],
  lab: Lab,
  commands: readonly AnyCommand[],
): Checked {
  const parsed = command.args.safeParse(bound.raw)
  const all = argumentsOf(command)
  const issues: readonly z.core.$ZodIssue[] = parsed.error?.issues ?? []
  const mistyped = new Set(bound.faults.map(fault => fault.field))
  const faults = [
    ...bound.faults,
    ...issues
      .filter(issue => !mistyped.has(String(issue.path[0])))
      .map(issue => faultOf(issue, all, bound.raw)),
  ]
  const unknown = unknownNames(all, bound, words, lab, { command, commands })
  if (faults.length === 0 && unknown.length === 0) return { ok: true, args: parsed.data }
  const fault = combined(command, faults, unknown)
  const tries = verbTries(command, bound, commands)
  return { ok: false, fault: tries.length === 0 ? fault : { ...fault, tries } }
}

/** `tests shwo T12`: a verb was mistyped; `boards soc-a-001`: its card was meant. */
function verbTries(
  command: AnyCommand,
  { strays }: Bound,
  commands: readonly AnyCommand[],
): readonly string[] {
  const [stray, ...rest] = strays
  if (stray === undefined) return []
  const verbs = verbsOf(command.name, commands)
  const [verb] = nearest(stray, verbs, 1)
  if (verb !== undefined) return [[command.name, verb, ...rest.map(formatWord)].join(' ')]
  return verbs.includes('show') ? [`${command.name} show ${formatWord(stray)}`] : []
}

function faultOf(issue: z.core.$ZodIssue, all: readonly Argument[], raw: Bound['raw']): FieldFault {
  const field = String(issue.path[0] ?? '')
  const argument = all.find(each => each.name === field)
  const label = argument === undefined ? field : nameIn(argument)
  return { field, label, message: issueWords(issue, argument, raw[field]) }
}

function issueWords(issue: z.core.$ZodIssue, argument: Argument | undefined, value: unknown): string {
  switch (issue.code) {
    case 'invalid_value': {
      if (value === undefined || argument === undefined) return 'is missing'
      const { choices } = argument
      return `"${String(value)}" is none of ${choices.join(', ')}.${didYouMean(String(value), choices)}`
    }
    case 'invalid_type':
      return value === undefined ? 'is missing' : `"${String(value)}" is no ${issue.expected}`
    case 'too_small':
      return `"${String(value)}" is too small: at least ${issue.minimum}`
    case 'too_big':
      return `"${String(value)}" is too large: at most ${issue.maximum}`
    case 'invalid_key':
      return `"${String(issue.path.at(-1))}" is no name: letters, digits and _, not a digit first`
    case 'unrecognized_keys':
      return `there is no argument ${issue.keys.join(', ')}`
    default:
      return issue.message
  }
}

type Unknown = FieldFault & { hint: string }

const KINDS: Readonly<Record<Lookup, string>> = {
  families: 'family',
  boards: 'board',
  targets: 'family or board',
  commands: 'command',
  consoles: 'console',
}

const MOST_NAMES = 12

/** `There is no family "scoA". Did you mean socA? Families: socA, socB.`, and the line as it was probably meant. */
function unknownNames(
  all: readonly Argument[],
  { raw, sources }: Bound,
  words: readonly Word[],
  lab: Lab,
  { command, commands }: { command: AnyCommand; commands: readonly AnyCommand[] },
): readonly Unknown[] {
  return all.flatMap(argument => {
    const { lookup } = argument.meta
    const value = raw[argument.name]
    // `help` finds its own words, with the verbs of a noun.
    if (lookup === undefined || lookup === 'commands' || typeof value !== 'string') return []
    // A board of another family is there all the same: that it does not fit is the lab's to say.
    const beside = lookup === 'consoles' ? others(raw, argument.name) : []
    const names = optionsOf(lookup, '', lab, [], beside).map(option => option.value)
    // No board, no consoles: that the board is not there is said of the board.
    if (names.includes(value) || (lookup === 'consoles' && names.length === 0)) return []
    // `lease lsit`: the verb was meant.
    const meant = argument.meta.place === 0 ? [...names, ...verbsOf(command.name, commands)] : names
    const message = `There is no ${KINDS[lookup]} "${value}".${didYouMean(value, meant)} ${lookup === 'consoles' ? `It has: ${listed(names, MOST_NAMES)}.` : inventoryWords(lookup, lab)}`
    const [near] = nearest(value, meant, 1)
    const at = sources.get(argument.name)
    const corrected =
      near === undefined || at === undefined ? null : formatWords(replaced(words, at, value, near))
    const hint = corrected ?? `See what there is: boards. How it is typed: help ${command.name}`
    return [{ field: argument.name, label: nameIn(argument), message, hint }]
  })
}

function others(raw: Bound['raw'], name: string): readonly string[] {
  return Object.entries(raw).flatMap(([key, value]) =>
    key !== name && typeof value === 'string' ? [value] : [],
  )
}

function inventoryWords(lookup: Lookup, lab: Lab): string {
  const families = lab.families().map(family => family.name)
  const boards = lab.boards().map(board => board.config.id)
  const familyWords = `Families: ${listed(families, MOST_NAMES)}.`
  const boardWords = `Boards: ${listed(boards, MOST_NAMES)}.`
  if (lookup === 'families') return familyWords
  return lookup === 'boards' ? boardWords : `${familyWords} ${boardWords}`
}

function replaced(words: readonly Word[], at: number, from: string, to: string): readonly Word[] {
  return words.map((word, index) =>
    index === at ? { ...word, text: word.text.replace(from, () => to) } : word,
  )
}

/** More than this nobody reads, and a program that sends thousands of wrong names must not be told each of them. */
const MOST_FAULTS = 20

function combined(command: AnyCommand, faults: readonly FieldFault[], unknown: readonly Unknown[]): Fault {
  const fields = [...faults, ...unknown].slice(0, MOST_FAULTS)
  const left = faults.length + unknown.length - fields.length
  const lines = [
    ...faults.slice(0, MOST_FAULTS).map(fault => `${fault.label} ${fault.message}`),
    ...unknown.map(each => each.message),
  ].slice(0, MOST_FAULTS)
  const onlyName = faults.length === 0 && unknown.length === 1
  return {
    decision: 'invalid',
    code: onlyName ? 'not-found' : 'input',
    message: [...lines, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n'),
    hint: onlyName ? (unknown[0]?.hint ?? '') : `It is typed: ${usage(command)}`,
    failure: 'input',
    fields: fields.map(({ field, label, message }) => ({ field, label, message })),
  }
}
