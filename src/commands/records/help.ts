import { z } from 'zod'
import { commandHelpCard, type HelpEntry, helpCard } from '../../cards/help.ts'
import { NotFoundError } from '../../errors.ts'
import { everyone, mayDo } from '../allow.ts'
import { type Argument, argument, argumentsOf, usage, written } from '../argument.ts'
import { command } from '../command.ts'
import { didYouMean } from '../nearest.ts'
import { type AnyCommand, GROUPS } from '../types.ts'

const entry: z.ZodType<HelpEntry> = z.object({
  name: z.string(),
  group: z.string(),
  summary: z.string(),
  usage: z.string(),
  role: z.string(),
  examples: z.array(z.string()),
  arguments: z.array(z.object({ name: z.string(), about: z.string() })),
})

export const help = command({
  name: 'help',
  group: 'see the lab',
  summary: 'what you can type',
  examples: ['help', 'help run-test'],
  args: z.strictObject({
    command: argument(z.string().optional(), {
      label: 'COMMAND',
      place: 0,
      all: true,
      lookup: 'commands',
      hint: 'All about one: its arguments, flags and examples.',
    }),
  }),
  /** `main` is the one that was asked for; without it, all that the asker may do. */
  result: z.object({ main: entry.nullable(), commands: z.array(entry) }),
  role: 'user',
  allow: everyone,
  async run({ command: name }, { commands, caller, lab }) {
    if (name === undefined) {
      const mine = commands.filter(each => mayDo(each, caller, lab))
      // What most people come for, and a form helps with, comes first.
      const ordered = [...mine.filter(each => each.form), ...mine.filter(each => !each.form)]
      return { main: null, commands: ordered.map(entryOf) }
    }
    return about(name.toLowerCase().replace(/^\//, ''), commands)
  },
  show: ({ main, commands }) =>
    main === null ? helpCard(commands, GROUPS) : commandHelpCard(main, commands),
})

/** A command and its verbs; for a noun without a command of its own, its first verb and the others. */
function about(
  name: string,
  commands: readonly AnyCommand[],
): { main: HelpEntry | null; commands: HelpEntry[] } {
  const beside = commands.filter(each => each.name.startsWith(`${name} `)).map(entryOf)
  const exact = commands.find(each => each.name === name)
  const main = exact === undefined ? beside.shift() : entryOf(exact)
  if (main !== undefined) return { main, commands: beside }
  const names = commands.map(each => each.name)
  throw new NotFoundError(`There is no command "${name}".${didYouMean(name, names)}`, {
    field: 'command',
    hint: 'See what there is: help',
  })
}

function entryOf(each: AnyCommand): HelpEntry {
  return {
    name: each.name,
    group: each.group,
    summary: each.summary,
    usage: usage(each),
    role: whoMay(each),
    examples: [...each.examples],
    arguments: argumentsOf(each).map(argument => ({ name: written(argument), about: aboutOf(argument) })),
  }
}

function whoMay({ role, orHolder }: AnyCommand): string {
  if (role === 'user') return 'everyone'
  return orHolder === true ? `${role}s, and whoever holds the board` : `${role}s`
}

function aboutOf({ meta, choices, initial, required }: Argument): string {
  const words = [meta.hint ?? meta.label]
  if (choices.length > 0 && choices.length <= 4 && meta.flag === undefined)
    words.push(`One of ${choices.join(', ')}.`)
  if (initial !== null && initial !== '') words.push(`Without it: ${initial}.`)
  else if (!required && meta.flag === undefined && meta.rest === undefined) words.push('May be left out.')
  return words.join(' ')
}
