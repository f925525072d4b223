import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import type { BoardConfig } from '../../src/config/types.ts'
import { consoleDrivers } from '../../src/hardware/console/index.ts'
import { silentLog } from '../../src/log.ts'
import { openBoard } from '../../src/rig.ts'
import type { ConsolePeer } from './console.ts'

export type TelnetPeer = {
  host: string
  port: number
  login?: { username: string; password: string } | null
  /** What is closed with it. */
  close(): Promise<void>
}

export type AnyPeer = {
  driver: string
  options: Record<string, unknown>
  login?: { username: string; password: string } | null
  close(): Promise<void>
}

/** The peer as boards.yaml would have it, patient with a machine that is busy with other tests. */
export function peerConfig({ host, port, login }: Omit<TelnetPeer, 'close'>): BoardConfig {
  return configOf({ driver: 'telnet', options: { host, port }, login: login ?? null })
}

function configOf({ driver: id, options: written, login }: Omit<AnyPeer, 'close'>): BoardConfig {
  const driver = consoleDrivers[id]
  if (driver === undefined) throw new Error(`there is no console driver ${id}`)
  const options = Object(driver.schema.parse(written))
  const main = {
    ...{ name: 'main', driver: id, options, where: driver.where(options), login: login ?? {} },
    ...{ loginTimeoutMs: 30_000, commandTimeoutMs: 30_000 },
  }
  return {
    ...{ id: 'peer', name: 'peer', family: 'peers', site: 'here', consoles: [main], power: null },
    ...{ peripherals: [], labels: {}, bootTimeoutMs: 60_000, line: 1 },
  }
}

export function openTelnetPeer({ host, port, login, close }: TelnetPeer): Promise<ConsolePeer> {
  return openAnyPeer({ driver: 'telnet', options: { host, port }, login: login ?? null, close })
}

/** A peer as the product opens it: recorded, with nobody else at its console. */
export async function openAnyPeer(peer: AnyPeer): Promise<ConsolePeer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  const clear = async (): Promise<void> => {
    await rm(dataDir, { recursive: true, force: true })
    await peer.close()
  }
  try {
    const { recorder, shell, close } = await openBoard(configOf(peer), {
      ...{ dataDir, clock: systemClock, log: silentLog },
    })
    return {
      shell: shell(
        bytes => recorder.write(bytes),
        () => {},
      ),
      recorder,
      async close() {
        await close()
        await clear()
      },
    }
  } catch (error) {
    await clear()
    throw error
  }
}
