import { describeCheck, loadInventory, withDotEnv } from '../config/index.ts'
import type { DriverSchemas } from '../config/types.ts'
import { ConfigError } from '../errors.ts'
import { driverSchemas } from '../rig.ts'
import { readSpoken } from './spoken.ts'

/** `boardroom check [FILE]`: everything that is wrong with environment and inventory at once. 0, or 1 when something is. */
export async function runCheck(file: string | undefined): Promise<number> {
  const variables = await withDotEnv('.env', process.env)
  const environment = await orProblems(async () => readSpoken(variables))
  const named =
    file ??
    (environment instanceof ConfigError
      ? (variables['BOARDS_FILE'] ?? 'boards.yaml')
      : environment.boardsFile)
  const drivers = driverSchemas as unknown as DriverSchemas
  const inventory = await orProblems(() => loadInventory({ file: named, variables, drivers }))
  const { ok, lines } = describeCheck(environment, inventory)
  process.stdout.write(`${lines.join('\n').trimEnd()}\n`)
  return ok ? 0 : 1
}

async function orProblems<T>(read: () => Promise<T>): Promise<T | ConfigError> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}
