/** Named lookups: what an argument may be, for selects, completion and nearest words. */

import type { Option } from '../cards/view.ts'
import type { Lab } from '../lab/lab.ts'
import type { BoardSummary } from '../lab/types.ts'
import type { AnyCommand, Lookup } from './types.ts'

/**
 * Those that begin with `prefix`, whatever the case. Consoles are those of the board or lease among `words`, boards
 * those of the family among them.
 */
export function optionsOf(
  lookup: Lookup,
  prefix: string,
  lab: Lab,
  commands: readonly AnyCommand[],
  words: readonly string[] = [],
): readonly Option[] {
  const start = prefix.toLowerCase()
  const all = lookup === 'consoles' ? consolesOf(lab, words) : everyOption(lookup, lab, commands, words)
  return all.filter(option => option.value.toLowerCase().startsWith(start))
}

function consolesOf(lab: Lab, words: readonly string[]): readonly Option[] {
  const boards = words.map(word => lab.board(lab.lease(word)?.board ?? word))
  const found = boards.find(board => board !== null)
  const consoles = found?.config.consoles ?? []
  return consoles.map(({ name, where, purpose = where }) => ({ value: name, label: name, note: purpose }))
}

function everyOption(
  lookup: Exclude<Lookup, 'consoles'>,
  lab: Lab,
  commands: readonly AnyCommand[],
  words: readonly string[],
): readonly Option[] {
  switch (lookup) {
    case 'families':
      return lab
        .families()
        .map(({ name, free, boards }) => ({ value: name, label: name, note: `${free} of ${boards} free` }))
    case 'boards':
      return boardsBeside(words, lab).map(({ config, status }) => ({
        value: config.id,
        label: config.id,
        note: status.replace('_', ' '),
      }))
    case 'targets':
      return [...everyOption('families', lab, commands, []), ...everyOption('boards', lab, commands, [])]
    case 'commands':
      return commands.map(({ name, summary }) => ({ value: name, label: name, note: summary }))
    default:
      return lookup satisfies never
  }
}

function boardsBeside(words: readonly string[], lab: Lab): readonly BoardSummary[] {
  const boards = lab.boards()
  const named = words.filter(word => boards.some(board => board.config.family === word))
  return named.length === 0 ? boards : boards.filter(board => named.includes(board.config.family))
}
