/** Named lookups: what an argument may be, for selects, completion and nearest words. */

import type { Option } from '../cards/view.ts'
import type { Lab } from '../lab/lab.ts'
import type { AnyCommand, Lookup } from './types.ts'

/** Those that begin with `prefix`, whatever the case. */
export function optionsOf(
  lookup: Lookup,
  prefix: string,
  lab: Lab,
  commands: readonly AnyCommand[],
): readonly Option[] {
  const start = prefix.toLowerCase()
  return everyOption(lookup, lab, commands).filter(option => option.value.toLowerCase().startsWith(start))
}

function everyOption(lookup: Lookup, lab: Lab, commands: readonly AnyCommand[]): readonly Option[] {
  switch (lookup) {
    case 'families':
      return lab
        .families()
        .map(({ name, free, boards }) => ({ value: name, label: name, note: `${free} of ${boards} free` }))
    case 'boards':
      return lab
        .boards()
        .map(({ config, status }) => ({ value: config.id, label: config.id, note: status.replace('_', ' ') }))
    case 'targets':
      return [...everyOption('families', lab, commands), ...everyOption('boards', lab, commands)]
    case 'commands':
      return commands.map(({ name, summary }) => ({ value: name, label: name, note: summary }))
    default:
      return lookup satisfies never
  }
}
