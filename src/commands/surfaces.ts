/** What other faces need, made from the command records alone: JSON Schemas, routes, slash commands. */

import { z } from 'zod'
import { shorten } from '../cards/text.ts'
import { usage } from './argument.ts'
import type { AnyCommand } from './types.ts'

export type JsonSchema = Record<string, unknown>

/** Of what the API takes, and of what it gives (draft 2020-12). */
export function schemasOf(command: AnyCommand): { args: JsonSchema; result: JsonSchema } {
  return {
    args: z.toJSONSchema(command.args, { target: 'draft-2020-12', io: 'input' }),
    result: z.toJSONSchema(command.result, { target: 'draft-2020-12', io: 'output' }),
  }
}

export type Route = {
  method: string
  path: string
  status: number
  command: string
  parameters: readonly string[]
}

/** Below `/api/v1`; a literal part goes before a parameter in its place. */
export function routesOf(commands: readonly AnyCommand[]): readonly Route[] {
  const routes = commands.flatMap(({ name, http }): Route[] =>
    http === undefined ? [] : [{ ...http, command: name, parameters: parametersOf(http.path) }],
  )
  return routes.sort((a, b) => a.parameters.length - b.parameters.length || (a.path < b.path ? -1 : 1))
}

export function parametersOf(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1] ?? '')
}

export type SlashCommand = { name: string; description: string; usageHint: string }

const LONGEST_DESCRIPTION = 100
const LONGEST_HINT = 100

/** A name a noun: its verbs are typed after it, as everywhere. */
export function slashCommandsOf(commands: readonly AnyCommand[]): readonly SlashCommand[] {
  return [...Map.groupBy(commands, command => command.name.split(' ')[0] ?? command.name)].map(
    ([noun, group]) => {
      const main = group.find(command => command.name === noun)
      const others = group.filter(command => command !== main)
      const verbs = others.map(command => command.name.slice(noun.length + 1))
      const summary = main?.summary ?? `${noun}: ${verbs.join(', ')}`
      return {
        name: noun,
        description: shorten(summary, LONGEST_DESCRIPTION),
        usageHint: shorten(main === undefined ? verbHint(verbs, others) : hintOf(main, verbs), LONGEST_HINT),
      }
    },
  )
}

function hintOf(main: AnyCommand, verbs: readonly string[]): string {
  return [typedAfter(main), verbs.join(' | ')].filter(part => part !== '').join(' or ')
}

/** `cycle | off BOARD`: what the first takes, its verbs take too. */
function verbHint(verbs: readonly string[], [first]: readonly AnyCommand[]): string {
  const typed = first === undefined ? '' : typedAfter(first).replace(FLAGS, '').trim()
  return [verbs.join(' | '), typed].filter(part => part !== '').join(' ')
}

const FLAGS = /\[--flags\] ?/

/** Its usage without its name; its flags are told by `help`. */
function typedAfter(command: AnyCommand): string {
  return usage(command)
    .slice(command.name.length + 1)
    .replace(/(?:\[--[a-z][^\]]*\] ?)+/, '[--flags] ')
    .trim()
}
