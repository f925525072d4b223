import { join } from 'node:path'
import type { Clock } from './clock.ts'
import type { BoardConfig } from './config/types.ts'
import { ConfigError } from './errors.ts'
import { consoleDrivers } from './hardware/console/index.ts'
import { createRecorder } from './hardware/console/recorder.ts'
import { createShell } from './hardware/console/shell.ts'
import { powerDrivers } from './hardware/power/index.ts'
import type { ConsoleDriver, PowerControl, PowerDriver } from './hardware/types.ts'
import type { Log } from './log.ts'
import type { RiggedBoard } from './sites/embedded.ts'

/** Schemas of every driver there is, for the room that reads boards.yaml. */
export const driverSchemas = {
  console: consoleDrivers,
  power: powerDrivers as Readonly<Record<string, PowerDriver>>,
}

export type RigDeps = { dataDir: string; clock: Clock; log: Log }

/**
 * Opens a board of the inventory: its console recorded from now on, its power at hand. The bot and a worker use the
 * same. Throws StorageError when the log's folder cannot be used.
 */
export async function openBoard(board: BoardConfig, { dataDir, clock, log }: RigDeps): Promise<RiggedBoard> {
  const [main] = board.consoles
  const driver: ConsoleDriver | undefined = consoleDrivers[main.driver]
  if (driver === undefined) throw unknownDriver(board.id, 'console', main.driver)
  const power = openPower(board, { clock, log })
  const recorder = await createRecorder({
    board: board.id,
    opener: driver.create(main.options, { clock, log }),
    dir: join(dataDir, 'consoles', board.id, main.name),
    clock,
    log,
  })
  return {
    recorder,
    power,
    shell: write =>
      createShell({
        board: board.id,
        recorder,
        write,
        clock,
        log,
        login: main.login,
        limits: { loginTimeoutMs: main.loginTimeoutMs, commandTimeoutMs: main.commandTimeoutMs },
      }),
    async close() {
      await recorder.close()
      await power?.close()
    },
  }
}

function openPower(board: BoardConfig, deps: { clock: Clock; log: Log }): PowerControl | null {
  if (board.power === null) return null
  const { driver: id, options, pdu, outlet } = board.power
  const driver = driverSchemas.power[id]
  if (driver === undefined) throw unknownDriver(board.id, 'power', id)
  return driver.create(options, { pdu, outlet }, deps)
}

function unknownDriver(board: string, kind: string, id: string): ConfigError {
  return new ConfigError(
    [`${board}: there is no ${kind} driver ${id}`],
    'Correct boards.yaml: boardroom check',
  )
}
