import { join } from 'node:path'
import type { Clock } from './clock.ts'
import type { BoardConfig, ConsoleConfig } from './config/types.ts'
import { ConfigError } from './errors.ts'
import { createBootLoader } from './hardware/console/boot-loader/boot-loader.ts'
import { consoleDrivers } from './hardware/console/index.ts'
import { openLearnedPace } from './hardware/console/learned-pace.ts'
import { createRecorder } from './hardware/console/recorder/recorder.ts'
import { together } from './hardware/console/recorder/together.ts'
import { createShell } from './hardware/console/shell/shell.ts'
import { createSysrq } from './hardware/console/sysrq.ts'
import { powerDrivers } from './hardware/power/index.ts'
import type {
  ConsoleDriver,
  FileWay,
  PowerControl,
  PowerDriver,
  Recorder,
  WriteGate,
} from './hardware/types.ts'
import type { Log } from './log.ts'
import type { RiggedBoard } from './sites/embedded.ts'

/** Schemas of every driver there is, for the room that reads boards.yaml. */
export const driverSchemas = {
  console: consoleDrivers,
  power: powerDrivers as Readonly<Record<string, PowerDriver>>,
}

export type RigDeps = {
  dataDir: string
  clock: Clock
  log: Log
  /** All there are, unless said otherwise. */
  drivers?: Drivers
}

type Drivers = {
  console: Readonly<Record<string, ConsoleDriver>>
  power: Readonly<Record<string, PowerDriver>>
}

/**
 * Opens a board of the inventory: its consoles recorded from now on, its power at hand. The lab works at the first; the
 * others are listened to. The bot and a worker use the same. Throws StorageError when the log's folder cannot be used.
 */
export async function openBoard(board: BoardConfig, deps: RigDeps): Promise<RiggedBoard> {
  const { dataDir, clock, log, drivers = driverSchemas } = deps
  const [main, ...more] = board.consoles
  // A board that is not opened is never closed either: what was opened so far goes with the failure.
  await using opening = new AsyncDisposableStack()
  const power = openPower(board, drivers.power, { clock, log })
  opening.defer(async () => await power?.close())
  const own = await openRecorder(main)
  const others = new Map<string, Recorder>()
  for (const console of more) others.set(console.name, await openRecorder(console))
  const recorder = together(own, [...others.values()])
  const pace = await openLearnedPace({ board: board.id, dir: folderOf(main), clock, log })
  opening.defer(() => pace.close())
  const opened = opening.move()
  return {
    recorder,
    others,
    power,
    shell: (write, gate) =>
      createShell({
        board: board.id,
        recorder,
        write,
        clock,
        log,
        login: main.login,
        limits: { loginTimeoutMs: main.loginTimeoutMs, commandTimeoutMs: main.commandTimeoutMs },
        pace: pace.shell,
        files: filesOf(board.consoles, drivers.console, { clock, log, gate }),
      }),
    bootLoader(write) {
      const { id, bootLoader: options } = board
      return options === undefined
        ? null
        : createBootLoader({ board: id, recorder, write, clock, log, options, loaderPace: pace.loader })
    },
    sysrq: line => (board.sysrq === true ? createSysrq({ board: board.id, recorder, line, clock }) : null),
    close: () => opened.disposeAsync(),
  }

  function folderOf({ name }: Pick<ConsoleConfig, 'name'>): string {
    return join(dataDir, 'consoles', board.id, name)
  }

  async function openRecorder({ name, driver, options }: ConsoleConfig): Promise<Recorder> {
    const opener = driverOf(drivers.console, driver, board.id, 'console').create(options, { clock, log })
    const dir = folderOf({ name })
    const opened = await createRecorder({ board: board.id, opener, dir, clock, log })
    opening.defer(() => opened.close())
    return opened
  }
}

/** A console with a log-in of the board's own behind it is a server's, whose files are not the board's. */
function filesOf(
  consoles: readonly ConsoleConfig[],
  drivers: Drivers['console'],
  deps: { clock: Clock; log: Log; gate: WriteGate },
): FileWay[] {
  return consoles.flatMap(({ driver, options, login }) => {
    const way = Object.keys(login).length > 0 ? undefined : drivers[driver]?.files?.(options, deps)
    return way === undefined ? [] : [way]
  })
}

function openPower(
  board: BoardConfig,
  drivers: Drivers['power'],
  deps: { clock: Clock; log: Log },
): PowerControl | null {
  if (board.power === null) return null
  const { driver, options, pdu, outlet } = board.power
  return driverOf(drivers, driver, board.id, 'power').create(options, { pdu, outlet }, deps)
}

function driverOf<D>(drivers: Readonly<Record<string, D>>, id: string, board: string, kind: string): D {
  const driver = Object.hasOwn(drivers, id) ? drivers[id] : undefined
  if (driver === undefined) throw unknownDriver(board, kind, id)
  return driver
}

function unknownDriver(board: string, kind: string, id: string): ConfigError {
  return new ConfigError(
    [`${board}: there is no ${kind} driver ${id}`],
    'Correct boards.yaml: boardroom check',
  )
}
