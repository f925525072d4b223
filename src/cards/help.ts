/** What can be typed: one screen, grouped by what people want; and one command in full. */

import { bold, code, plain } from './text.ts'
import type { Part, Run, View } from './view.ts'

export type HelpEntry = {
  name: string
  group: string
  summary: string
  /** `run-test FAMILY [BINARY] [-- ARGS]`. */
  usage: string
  /** Who may do it, in words: `everyone`, `operators`. */
  role: string
  examples: readonly string[]
  arguments: readonly { name: string; about: string }[]
}

/** So that the groups, which are lists of their own, line up. */
const NAMES = 15

/** `groups` in the order to show; an entry of any other is not shown. */
export function helpCard(entries: readonly HelpEntry[], groups: readonly string[]): View {
  const parts = groups.flatMap((group): readonly Part[] => {
    const lines = nouns(entries.filter(entry => entry.group === group))
    return lines.length === 0
      ? []
      : [
          { t: 'text', runs: [bold(group)] },
          { t: 'fields', items: lines },
        ]
  })
  const hint = 'help COMMAND tells all about one, with examples. "quotes" keep words together.'
  return {
    kind: 'message',
    topic: 'help',
    rev: 0,
    tone: 'idle',
    title: [bold('Help'), plain(' · what you can type')],
    summary: `What you can type: ${entries.map(entry => entry.name).join(', ')}. ${hint}`,
    parts: [...parts, { t: 'note', runs: [plain(hint)] }],
  }
}

/** A line a noun, its verbs behind it. */
function nouns(entries: readonly HelpEntry[]): readonly { name: string; value: readonly Run[] }[] {
  const byNoun = Map.groupBy(entries, entry => entry.name.split(' ')[0] ?? entry.name)
  return [...byNoun].map(([noun, group]) => {
    const [first, ...others] = group
    const verbs = others.map(entry => entry.name.slice(noun.length + 1))
    const also = verbs.length === 0 ? '' : ` · ${verbs.join(', ')}`
    const isVerb = first !== undefined && first.name !== noun
    if (isVerb && verbs.length === 0) return { name: first.name.padEnd(NAMES), value: [plain(first.summary)] }
    const lead = isVerb ? `${first.name.slice(noun.length + 1)}: ` : ''
    return { name: noun.padEnd(NAMES), value: [plain(`${lead}${first?.summary ?? ''}${also}`)] }
  })
}

/** One command, and the verbs beside it. */
export function commandHelpCard(entry: HelpEntry, beside: readonly HelpEntry[]): View {
  const items = entry.arguments.map(argument => ({ name: argument.name, value: [plain(argument.about)] }))
  const examples = entry.examples.map((example): Part => ({ t: 'text', runs: [plain('  '), code(example)] }))
  const others = beside.map(each => ({ name: each.usage, value: [plain(each.summary)] }))
  return {
    kind: 'message',
    topic: `help/${entry.name}`,
    rev: 0,
    tone: 'idle',
    title: [bold(entry.name), plain(` · ${entry.summary}`)],
    aside: [plain(`for ${entry.role}`)],
    summary: `${entry.usage}: ${entry.summary}. For example: ${entry.examples.join(' or ')}`,
    parts: [
      { t: 'text', runs: [code(entry.usage)] },
      ...(items.length === 0 ? [] : [{ t: 'fields', items } as const]),
      { t: 'text', runs: [bold('examples')] },
      ...examples,
      ...(others.length === 0
        ? []
        : [{ t: 'text', runs: [bold('also')] } as const, { t: 'fields', items: others } as const]),
    ],
  }
}
