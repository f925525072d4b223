import { readEnvironment } from '../../src/config/index.ts'
import { ConfigError } from '../../src/errors.ts'

/** Everything that is wrong with them; nothing, where they are right. */
export function problemsOf(variables: Record<string, string>): readonly string[] {
  try {
    readEnvironment(variables)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
