import { z } from 'zod'
import { commandHelpCard, type HelpEntry, helpCard } from '../../cards/help.ts'
import { NotFoundError } from '../../errors.ts'
import { everyone, mayDo } from '../allow.ts'
import { type Argument, argument, argumentsOf, usage, written } from '../argument.ts'
import { command } from '../command.ts'
import { parseLine } from '../grammar.ts'
import { didYouMean } from '../nearest.ts'
import { type AnyCommand, GROUPS } from '../types.ts'
import { formatWords } from '../words.ts'

/** Faces where what is typed comes with files, and never from a machine of ours. */
const CHATS: readonly string[] = ['slack', 'feishu']

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
    const isChat = CHATS.includes(caller.origin.channel)
    if (name === undefined) {
      const mine = commands.filter(each => mayDo(each, caller, lab))
      // What most people come for, and a form helps with, comes first.
      const ordered = [...mine.filter(each => each.form), ...mine.filter(each => !each.form)]
      return { main: null, commands: ordered.map(each => entryOf(each, isChat)) }
    }
    return about(name.toLowerCase().replace(/^\//, ''), commands, isChat)
  },
  show: ({ main, commands }) =>
    main === null ? helpCard(commands, GROUPS) : commandHelpCard(main, commands),
})

/** A command and its verbs; for a noun without a command of its own, its first verb and the others. */
function about(
  name: string,
  commands: readonly AnyCommand[],
  isChat: boolean,
): { main: HelpEntry | null; commands: HelpEntry[] } {
  const beside = commands.filter(each => each.name.startsWith(`${name} `)).map(each => entryOf(each, isChat))
  const exact = commands.find(each => each.name === name)
  const main = exact === undefined ? beside.shift() : entryOf(exact, isChat)
  if (main !== undefined) return { main, commands: beside }
  const names = commands.map(each => each.name)
  throw new NotFoundError(`There is no command "${name}".${didYouMean(name, names)}`, {
    field: 'command',
    hint: 'See what there is: help',
  })
}

function entryOf(each: AnyCommand, isChat: boolean): HelpEntry {
  return {
    name: each.name,
    group: each.group,
    summary: each.summary,
    usage: usage(each),
    role: whoMay(each),
    examples: isChat ? each.examples.flatMap(example => inChat(example, each)) : [...each.examples],
    arguments: argumentsOf(each).map(argument => ({
      name: written(argument),
      about: `${aboutOf(argument)}${isChat && argument.meta.file ? attachedWords(each) : ''}`,
    })),
  }
}

/** There a word opens no file: it names one that is attached; and nothing waits or goes on by itself. */
function inChat(example: string, each: AnyCommand): readonly string[] {
  if (/ &$| --follow\b/.test(example)) return []
  const file = argumentsOf(each).find(argument => argument.meta.file)
  const parsed = file === undefined ? null : parseLine(example, [each])
  const at = file !== undefined && parsed?.ok ? parsed.bound.sources.get(file.name) : undefined
  if (at === undefined || !parsed?.ok) return [example]
  const named = parsed.words.map((word, index) =>
    index === at ? { ...word, text: word.text.replace(/^\.\//, '') } : word,
  )
  return [formatWords(named)]
}

function attachedWords({ form }: AnyCommand): string {
  const chosen = form ? ', or choose it in the form' : ''
  return ` Attach it to the message to the bot${chosen}; one alone needs no name.`
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
