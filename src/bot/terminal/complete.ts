/** Tab: commands by name, then what their arguments may be. */

import { argumentsOf } from '../../commands/argument.ts'
import { optionsOf } from '../../commands/lookup.ts'
import type { AnyCommand } from '../../commands/types.ts'
import type { Lab } from '../../lab/lab.ts'

export type Completer = (line: string) => [string[], string]

/** In readline's form: what fits, and the part of the line that it replaces. */
export function completer(commands: readonly AnyCommand[], lab: Lab): Completer {
  return line => {
    const names = commands.map(each => each.name).filter(name => name.startsWith(line.toLowerCase()))
    if (names.length > 0) return [names, line]
    const last = line.slice(line.lastIndexOf(' ') + 1)
    const command = commands.findLast(each => line.startsWith(`${each.name} `))
    const typed = line.slice(command?.name.length).trimStart().split(/\s+/)
    return [command === undefined ? [] : words(command, last, typed, lab, commands), last]
  }
}

function words(
  command: AnyCommand,
  prefix: string,
  typed: readonly string[],
  lab: Lab,
  commands: readonly AnyCommand[],
): string[] {
  const all = argumentsOf(command)
  // Behind a flag stands its value and nothing else.
  const flagged = all.filter(({ meta, shape }) => shape !== 'switch' && typed.at(-2) === `--${meta.flag}`)
  const flags = all.flatMap(({ meta }) => (meta.flag === undefined ? [] : [`--${meta.flag}`]))
  const options = (flagged.length > 0 ? flagged : all).flatMap(({ meta, choices }) => [
    ...choices,
    ...(meta.lookup === undefined
      ? []
      : optionsOf(meta.lookup, prefix, lab, commands, typed).map(option => option.value)),
  ])
  const fitting = flagged.length > 0 ? options : [...options, ...flags]
  return [...new Set(fitting)].filter(word => word.startsWith(prefix))
}
