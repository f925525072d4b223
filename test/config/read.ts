import { type Inventory, readInventory } from '../../src/config/index.ts'
import { ConfigError } from '../../src/errors.ts'
import { drivers } from './drivers.ts'

type Variables = Readonly<Record<string, string | undefined>>

export function read(text: string, variables: Variables = {}): Inventory {
  return readInventory({ file: 'boards.yaml', text, variables, drivers })
}

/** Everything that is wrong with the text; nothing when it is right. */
export function problemsOf(text: string, variables: Variables = {}): readonly string[] {
  try {
    read(text, variables)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

/** Problems without the file name: `14:5  boards[2].telent_port: unknown key. …`. */
export function wrong(text: string, variables: Variables = {}): string[] {
  return problemsOf(text, variables).map(problem => problem.replace(/^boards\.yaml:(\d+:\d+) +/, '$1  '))
}
