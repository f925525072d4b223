import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { ConfigError, messageOf } from '../errors.ts'
import type { Variables } from './references.ts'

/** The variables of a `.env` file, as Node itself reads them. */
export function readDotEnv(text: string): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) variables[name] = value
  return variables
}

/**
 * The environment with what `file` adds to it: what is set in the environment counts. Without such a file the
 * environment alone. Throws ConfigError when it is there and cannot be read.
 */
export async function withDotEnv(
  file: string,
  environment: Variables,
): Promise<Record<string, string | undefined>> {
  try {
    return { ...readDotEnv(await readFile(file, 'utf8')), ...environment }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { ...environment }
    throw new ConfigError(
      [`${file} cannot be read: ${messageOf(error)}`],
      `Make ${file} readable, or take it away.`,
    )
  }
}
