/** What a request gives by name, to the raw arguments of a command: everything wrong found at once. Pure. */

import { isDeepStrictEqual } from 'node:util'
import { type Argument, argumentsOf } from '../../commands/argument.ts'
import type { Raw } from '../../commands/bind.ts'
import { nearest } from '../../commands/nearest.ts'
import type { AnyCommand, FieldFault } from '../../commands/types.ts'
import { type Extras, extrasOf, isExtra } from './extras.ts'
import { pairs, readValue, type Sent } from './values.ts'

export type Given = {
  path: Readonly<Record<string, string>>
  query: URLSearchParams
  /** `raw`: the body is a file itself, and what its query calls `name` is the file's. */
  body: { kind: 'json' | 'form' | 'raw' | 'none'; fields: Readonly<Record<string, unknown>> }
  /** Names of the files that came, by the names of their parts. */
  files: ReadonlyMap<string, string>
}

export type BoundCall = {
  raw: Raw
  faults: readonly FieldFault[]
  /** What each argument was called, where that is another name than its own. */
  calledAs: ReadonlyMap<string, string>
  /** The part that holds the file, and the word that stands for it among the arguments. */
  file: { part: string; word: string } | null
} & Extras

type Named = { name: string; sent: Sent }

type Draft = {
  command: AnyCommand
  all: readonly Argument[]
  raw: Raw
  faults: FieldFault[]
  calledAs: Map<string, string>
  extras: Named[]
}

/** Never throws, whatever is given. */
export function bindCall(command: AnyCommand, given: Given): BoundCall {
  const all = argumentsOf(command)
  const draft: Draft = { command, all, raw: {}, faults: [], calledAs: new Map(), extras: [] }
  for (const named of namedIn(given)) take(draft, named, given)
  const file = takeFile(draft, given)
  const extras = extrasOf(draft.extras, draft.faults)
  const { raw, faults, calledAs } = draft
  return { raw, faults, calledAs, file, ...extras }
}

function namedIn({ path, query, body }: Given): readonly Named[] {
  const inQuery = [...new Set(query.keys())].map(name => ({ name, sent: { text: query.getAll(name) } }))
  const inBody = Object.entries(body.fields).flatMap(([name, value]): Named[] => {
    // JSON's null is what is not given.
    if (value === null || value === undefined) return []
    return [{ name, sent: body.kind === 'json' ? { json: value } : textsOf(value) }]
  })
  const inPath = Object.entries(path).map(([name, text]) => ({ name, sent: { text: [text] } }))
  return [...inPath, ...inQuery, ...inBody]
}

function textsOf(value: unknown): Sent {
  if (typeof value === 'string') return { text: [value] }
  return Array.isArray(value) && value.every(each => typeof each === 'string')
    ? { text: value }
    : { json: value }
}

function take(draft: Draft, { name, sent }: Named, given: Given): void {
  const argument = argumentCalled(draft, name)
  if (argument !== null) {
    if (argument.name !== name) draft.calledAs.set(argument.name, name)
    put(draft, argument, name, sent)
    return
  }
  const pair = pairCalled(draft, name)
  if (pair !== null) putPair(draft, pair.argument, pair.key, name, sent)
  else if (isExtra(draft.command, name)) draft.extras.push({ name, sent })
  // The name of a file that comes as the whole body is read with the body.
  else if (name !== 'name' || given.body.kind !== 'raw') unknown(draft, name)
}

function argumentCalled({ command, all }: Draft, name: string): Argument | null {
  const names = command.http?.names ?? {}
  const own = Object.hasOwn(names, name) ? names[name] : name
  return all.find(each => each.name === own) ?? null
}

/** `env.K=V`, `env[K]=V`: one of the pairs of an argument. */
function pairCalled({ all }: Draft, name: string): { argument: Argument; key: string } | null {
  const [, before, dotted, bracketed] = /^(\w+)(?:\.(.+)|\[(.+)\])$/s.exec(name) ?? []
  const key = dotted ?? bracketed
  const argument = all.find(each => each.name === before && each.shape === 'pairs')
  return argument === undefined || key === undefined ? null : { argument, key }
}

function put(draft: Draft, argument: Argument, name: string, sent: Sent): void {
  const read = readValue(argument, sent)
  if ('fault' in read) fault(draft, argument, name, read.fault)
  else if (argument.shape === 'pairs') mergePairs(draft, argument, name, read.value)
  else if (!Object.hasOwn(draft.raw, argument.name)) draft.raw[argument.name] = read.value
  else if (!isDeepStrictEqual(draft.raw[argument.name], read.value))
    fault(draft, argument, name, 'is given twice, with different values')
}

function putPair(draft: Draft, argument: Argument, key: string, name: string, sent: Sent): void {
  const texts = 'text' in sent ? sent.text : [sent.json]
  const values = texts.flatMap((text): [string, string][] => (typeof text === 'string' ? [[key, text]] : []))
  const read = values.length < texts.length ? { fault: 'has to be a text' } : pairs(values)
  if ('fault' in read) fault(draft, argument, name, read.fault)
  else mergePairs(draft, argument, name, read.value)
}

function mergePairs(draft: Draft, argument: Argument, name: string, more: unknown): void {
  const known = draft.raw[argument.name] ?? {}
  const read = pairs([...Object.entries(known), ...Object.entries(more as Record<string, string>)])
  if ('fault' in read) fault(draft, argument, name, read.fault)
  else draft.raw[argument.name] = read.value
}

/** A part that is called as the argument is, or `file`; a body that is a file needs no name. */
function takeFile(draft: Draft, { files, body }: Given): BoundCall['file'] {
  const argument = draft.all.find(each => each.meta.file === true)
  let taken: BoundCall['file'] = null
  for (const [part, fileName] of files) {
    const isMeant =
      argument !== undefined && (body.kind === 'raw' || part === argument.name || part === 'file')
    if (!isMeant) noFile(draft, part, argument)
    else if (taken !== null) fault(draft, argument, part, 'is a second file: one is taken')
    else if (Object.hasOwn(draft.raw, argument.name))
      fault(draft, argument, part, 'is given twice: as a file and as a word')
    else {
      taken = { part, word: fileName === '' ? 'file' : fileName }
      draft.raw[argument.name] = taken.word
    }
  }
  return taken
}

function noFile({ command, faults }: Draft, part: string, argument: Argument | undefined): void {
  const takes = argument === undefined ? 'no file' : `a file as ${argument.name}`
  const message = `is a file, and has no meaning here: ${command.name} takes ${takes}`
  faults.push({ field: part, label: JSON.stringify(part), message })
}

function fault({ faults }: Draft, argument: Argument, name: string, message: string): void {
  faults.push({ field: argument.name, label: name, message })
}

function unknown({ command, all, faults }: Draft, name: string): void {
  const names = [...all.map(each => each.name), ...Object.keys(command.http?.names ?? {})]
  const [near] = nearest(name, names, 1)
  const meant = near === undefined ? '' : ` Did you mean ${near}?`
  const takes = all.length === 0 ? 'It takes none.' : `It takes: ${all.map(each => each.name).join(', ')}.`
  const message = `is no argument of ${command.name}.${meant} ${takes}`
  faults.push({ field: name, label: JSON.stringify(name), message })
}
