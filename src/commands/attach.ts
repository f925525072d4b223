/** A file that came with a line, where the line has no word for it. */

import type { z } from 'zod'
import { InputError } from '../errors.ts'
import { type Argument, argumentsOf } from './argument.ts'
import { isRest } from './bind.ts'
import { parseLine } from './grammar.ts'
import type { AnyCommand } from './types.ts'
import { formatWord, formatWords, parseWords, type Word } from './words.ts'

/**
 * The line with the name of the one attached file in the place that needs a file. Throws InputError where several
 * came and none is named, and for an unclosed quote.
 */
export function withAttached(
  line: string,
  names: readonly string[],
  commands: readonly AnyCommand[],
): string {
  const [name, ...others] = names
  const wanted = name === undefined ? null : wantedFile(line, commands)
  if (name === undefined || wanted === null) return line
  if (others.length > 0) throw severalFiles(names, withWord(line, name))
  return withWord(line, name)
}

/** The argument that a file has to be named for; null where all is there, or where more than the file is missing. */
function wantedFile(line: string, commands: readonly AnyCommand[]): Argument | null {
  const parsed = parseLine(line, commands)
  // What is wrong with the rest is said as it is; a bare command has a form that asks for all of it.
  if (!parsed.ok || parsed.bound.faults.length > 0) return null
  const { command, bound, bare } = parsed
  const all = argumentsOf(command)
  const file = all.find(each => each.meta.file === true)
  if (file === undefined || bound.raw[file.name] !== undefined || (bare && command.form === true)) return null
  const place = file.meta.place ?? 0
  const isReached = all.every(
    ({ name, meta }) => meta.place === undefined || meta.place >= place || bound.raw[name] !== undefined,
  )
  const issues: readonly z.core.$ZodIssue[] = command.args.safeParse(bound.raw).error?.issues ?? []
  return isReached && issues.some(issue => issue.path[0] === file.name) ? file : null
}

/** Before `--`: what follows that is the program's own. */
function withWord(line: string, name: string): string {
  const words = parseWords(line)
  const end = words.findIndex(isRest)
  const at = end === -1 ? words.length : end
  // A name that looks like a flag is a name.
  const word: Word = { text: name, quoted: /^[-—–&]/.test(name) }
  return formatWords([...words.slice(0, at), word, ...words.slice(at)])
}

function severalFiles(names: readonly string[], corrected: string): InputError {
  return new InputError(`${names.length} files are attached, and the line names none of them.`, {
    code: 'which-file',
    hint: `Name the one that is meant: ${names.map(formatWord).join(' or ')}. For the first: ${corrected}`,
  })
}
