import type { BoardConfig } from '../../config/types.ts'
import { NotFoundError } from '../../errors.ts'
import type { ConsoleOf } from '../../sites/types.ts'

/** As a site wants it: null for the first, however it was asked for. Throws NotFoundError naming those there are. */
export function consoleNamed({ id, consoles }: BoardConfig, name: string | null): ConsoleOf {
  const [first, ...others] = consoles
  if (name === null || name === first.name) return null
  const found = others.find(console => console.name === name)
  if (found !== undefined) return found.name
  throw new NotFoundError(`${id} has no console "${name}".`, {
    field: 'console',
    hint: `It has: ${consoles.map(console => console.name).join(', ')}.`,
  })
}
