/** A command's first example as a request: what is typed after the address in a line of curl. */

import { argumentsOf } from '../../commands/argument.ts'
import type { Raw } from '../../commands/bind.ts'
import { parseLine } from '../../commands/grammar.ts'
import type { AnyCommand } from '../../commands/types.ts'

export type Example = {
  /** With its parameters filled in, and the query of what is read. */
  path: string
  /** Ready for a shell. */
  options: readonly string[]
  values: Raw
  body?: Raw
}

/** Null where no example can be read: a fault of ours that a test finds. */
export function exampleOf(command: AnyCommand, commands: readonly AnyCommand[]): Example | null {
  const [line = ''] = command.examples
  const parsed = parseLine(line, commands)
  if (!parsed.ok || command.http === undefined) return null
  const values = parsed.bound.raw
  const { method, path } = command.http
  const isInPath = (name: string): boolean => path.includes(`{${name}}`)
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(String(values[name] ?? '')),
  )
  const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !isInPath(name)))
  if (method === 'GET') return { path: `${filled}${queryOf(rest)}`, options: [], values }
  const verb = method === 'POST' && Object.keys(rest).length > 0 ? [] : ['-X', method]
  const file = argumentsOf(command).find(({ meta }) => meta.file === true)
  if (file !== undefined && typeof rest[file.name] === 'string')
    return { path: filled, options: formOptions(rest, file.name), values }
  const body = Object.keys(rest).length === 0 ? {} : { body: rest }
  const options =
    'body' in body ? ['-H', "'Content-Type: application/json'", '-d', quoted(JSON.stringify(rest))] : []
  return { path: filled, options: [...verb, ...options], values, ...body }
}

function queryOf(rest: Raw): string {
  const pairs = Object.entries(rest).map(([name, value]): [string, string] => [name, String(value)])
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}

function formOptions(rest: Raw, file: string): readonly string[] {
  return Object.entries(rest).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap(each => [
      '-F',
      quoted(`${name}=${name === file ? '@' : ''}${String(each)}`),
    ]),
  )
}

/** For a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
