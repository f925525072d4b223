import { join } from 'node:path'
import { type Inside, makeInside } from './inside.ts'
import { createMachine, type Machine, type MachineOptions } from './machine.ts'
import { type BoardRecord, createRecord } from './record.ts'
import { createReplay, type Replay } from './replay.ts'
import { createSerialPort, type SerialPort } from './serial-port.ts'
import { createSwitchable } from './switchable.ts'
import { createSysrq } from './sysrq.ts'
import { type BoardOptions, NO_BOARD_FAULTS, NO_NOISE, type SimulatedBoard } from './types.ts'
import { createUBoot } from './u-boot.ts'
import { realTime } from './wire.ts'

const BOOT_MS = 150
const KERNEL = '6.1.0-sim'

/**
 * A board of the simulated lab: a telnet console, and behind it a shell that really runs what it is sent. Rejects
 * when the port is taken, or as root where no jail can be made.
 */
export async function createSimulatedBoard(options: BoardOptions): Promise<SimulatedBoard> {
  const named = { ...options, hostname: options.hostname ?? options.id, kernel: options.kernel ?? KERNEL }
  const dir = join(options.dir, options.id)
  const inside = await makeInside(named, dir)
  const record = createRecord(options.onEvent ?? (() => {}))
  const faults = createSwitchable({ ...NO_BOARD_FAULTS, ...options.faults }, () => serial.review())
  const noise = createSwitchable({ ...NO_NOISE, ...options.noise })
  const serial: SerialPort = await createSerialPort({
    board: options,
    faults,
    noise,
    record,
    uptime: () => machine.uptime(),
    shows: level => level < inside.consoleLevel(),
    onTyped: bytes => sysrq.typed(bytes),
    onBreak: () => sysrq.onBreak(),
    onRoom: () => {
      machine.resume()
      replay?.resume()
    },
  })
  const machine: Machine = createMachine({
    hostname: named.hostname,
    kernel: named.kernel,
    bootMs: options.bootMs ?? BOOT_MS,
    afterPanic: options.afterPanic ?? 'hang',
    dropOnPowerOff: options.dropOnPowerOff ?? false,
    faults: faults.get,
    recover: () => faults.set({ hang: false, hog: false, deaf: false, flood: false }),
    release: () => faults.set({ hog: false }),
    serial,
    record,
    loader: loaderOf(options, named.hostname, bytes => serial.print(bytes)),
    ...inside,
  })
  const sysrq = createSysrq({ machine, serial, faults: faults.get })
  let replay: Replay | null = null
  const close = closer(machine, serial, inside, record, () => replay?.close())
  await inside
    .open(bytes => sysrq.keys(bytes, 'sysrq'), serial.kernel)
    .catch((error: unknown) => close().then(() => Promise.reject(error)))
  if (options.replay !== undefined && inside.replay !== null) {
    const deps = { file: options.replay, fifos: inside.replay, machine, serial, record }
    replay = await createReplay(deps).catch((error: unknown) => close().then(() => Promise.reject(error)))
  }
  if (inside.jail === 'none') record.add({ kind: 'warning', message: NO_JAIL })
  if (options.faults?.refuses) serial.review()
  if (options.on ?? true) machine.power(true)

  return {
    id: options.id,
    host: options.host ?? '127.0.0.1',
    port: serial.port,
    dir,
    jail: inside.jail,
    power: machine.power,
    isOn: machine.isOn,
    isUp: machine.isUp,
    faults,
    noise,
    record: record.events,
    inject(text) {
      if (machine.isOn()) serial.kernel(text.split('\n'))
    },
    panic: () => machine.panic('request'),
    reset: () => machine.reset('request'),
    close,
  }
}

function loaderOf(
  { loader }: BoardOptions,
  hostname: string,
  print: (bytes: Uint8Array) => void,
): MachineOptions['loader'] {
  if (loader === undefined) return null
  return handlers => createUBoot({ ...handlers, options: loader, hostname, print, time: realTime })
}

const NO_JAIL =
  'no jail can be made here: the shell of the board is an ordinary process in a folder of its own'

function closer(
  machine: Machine,
  serial: SerialPort,
  inside: Inside,
  record: BoardRecord,
  closeReplay: () => Promise<void> | undefined,
): () => Promise<void> {
  let closed: Promise<unknown> | null = null
  return async () => {
    closed ??= Promise.all([machine.close(), serial.close(), closeReplay()])
    await closed
    await inside.close()
    record.close()
  }
}
