/** A line that was heard, to its outcome: who asks, from where, and with which files. */

import type { Asked, Dispatcher, Outcome } from '../../../commands/dispatch.ts'
import { type Parsed, parseLine } from '../../../commands/grammar.ts'
import type { AnyCommand, Expected } from '../../../commands/types.ts'
import { InputError } from '../../../errors.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { Origin, Person } from '../../../lab/types.ts'
import type { Asker, Place, SlackApi, SlackFile } from '../types.ts'
import { openAttached } from './files.ts'
import { slashLine, type Typed, typedIn } from './text.ts'
import { deedOf } from './visibility.ts'

export const CHANNEL = 'slack'

export type LinesDeps = {
  dispatcher: Dispatcher
  api: Pick<SlackApi, 'nameOf' | 'download'>
  /** The home channel: what is asked by direct message is shown there. */
  home: string | null
}

/** A line that is one. */
export type Read = Extract<Parsed, { ok: true }>

export type LineAsked = {
  line: string
  /** As it was heard, for the audit. */
  typed: string
  by: Asker
  place: Place
  files: readonly SlackFile[]
  expect: Expected | null
  key: string
}

export type Lines = {
  person(by: Asker): Promise<Person>
  /** What the line would do; null when it is none. */
  read(line: string): Read | null
  ask(asked: LineAsked): Promise<Outcome>
}

export function createLines({ dispatcher, api, home }: LinesDeps): Lines {
  const { commands } = dispatcher
  const person = async ({ id, name }: Asker): Promise<Person> => ({
    id,
    name: name ?? (await api.nameOf(id)),
    platform: CHANNEL,
  })
  const read: Lines['read'] = line => readLine(line, commands)

  return {
    person,
    read,
    async ask({ line, typed, by, place, files, expect, key }) {
      const command = read(line)?.command ?? null
      const asked: Asked = {
        line,
        typed,
        person: await person(by),
        origin: originOf(command, place, home, key),
        file: async word => openAttached(word, files, api),
        attached: files.map(file => file.name),
        ...(expect === null ? {} : { expect }),
      }
      return await dispatcher.line(asked)
    },
  }
}

/** What was typed, as the grammar of all faces has it. `prefix` stands before the names of our slash commands. */
export function lineOf(
  heard: { line: string; self?: string },
  { self, prefix }: { self(): string; prefix: string },
): Typed {
  const { line, left } = typedIn(heard.line, heard.self ?? self())
  return { line: slashLine(line, prefix), left }
}

function readLine(line: string, commands: readonly AnyCommand[]): Read | null {
  try {
    const parsed = parseLine(line, commands)
    return parsed.ok ? parsed : null
  } catch (error) {
    if (error instanceof InputError) return null
    throw error
  }
}

/** A test that is asked for by direct message is everybody's to see all the same: in the home channel (design 6). */
export function originOf(command: AnyCommand | null, place: Place, home: string | null, key: string): Origin {
  const atHome = place.isDirect && home !== null && command !== null && deedOf(command) === 'run'
  if (atHome) return { channel: CHANNEL, place: home, request: key }
  const { channel, thread } = place
  return { channel: CHANNEL, place: channel, ...(thread === null ? {} : { thread }), request: key }
}

/** What the request of this key has made: it was carried out, whatever became of its answer. */
export async function madeBy(key: string, lab: Lab): Promise<string | null> {
  const { runs, leases } = lab.state()
  const run = Object.values(runs).find(each => each.origin.request === key)
  if (run !== undefined) return `run/${run.id}`
  const lease = Object.values(leases).find(each => each.origin.request === key)
  if (lease !== undefined) return `lease/${lease.id}`
  const ended = (await lab.runs({ limit: 100 })).find(each => each.origin.request === key)
  return ended === undefined ? null : `run/${ended.id}`
}
