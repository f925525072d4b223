import { join } from 'node:path'
import type { BoardConfig, Inventory, PowerConfig } from '../config/types.ts'
import { ConfigError } from '../errors.ts'
import { type LabSpec, type PduSpec, type SimulatedLab, startSimulatedLab } from '../simulator/index.ts'

/** How long a simulated board of the demo boots: long enough to be seen, short enough to be waited for. */
const BOOT_MS = 800

/**
 * Brings up the outside world that a `simulated: true` inventory describes: its boards where their consoles are, its
 * PDUs where they answer. `replay` is a console's log that each of its boards can print again. Throws ConfigError when one of those addresses cannot be had.
 */
export async function startSimulation(
  inventory: Inventory,
  dir: string,
  replay: string | null,
): Promise<SimulatedLab> {
  try {
    return await startSimulatedLab(specOf(inventory, join(dir, 'simulated'), replay))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError(
      [`The simulated lab of ${inventory.file} could not be brought up: ${why}`],
      'Is another demo running? Stop it, or change the ports in boards.yaml.',
    )
  }
}

export function specOf(inventory: Inventory, dir: string, replay: string | null = null): LabSpec {
  const recorded = replay === null ? {} : { replay }
  const boards = inventory.boards.map(board => ({ ...boardSpec(board), ...recorded }))
  return { dir, boards, pdus: pduSpecs(inventory.boards) }
}

function boardSpec(board: BoardConfig): LabSpec['boards'][number] {
  const [console] = board.consoles
  const { username, password } = console.login
  return {
    id: board.id,
    host: String(console.options['host']),
    port: Number(console.options['port']),
    hostname: board.id,
    bootMs: BOOT_MS,
    ...(username === undefined ? {} : { login: { username, password: password ?? '' } }),
  }
}

function pduSpecs(boards: readonly BoardConfig[]): PduSpec[] {
  const fed = boards.filter((board): board is BoardConfig & { power: PowerConfig } => board.power !== null)
  return [...Map.groupBy(fed, board => board.power.pdu)].map(([name, own]) => {
    const outlets = Object.fromEntries(own.map(board => [String(board.power.outlet), board.id]))
    const { driver, options } = (own[0] as (typeof own)[number]).power
    const port = Number(options['port'])
    const host = String(options['address'] ?? name)
    if (driver === 'http') return { kind: 'http', name, host, port, outlets }
    const community = String(options['community'] ?? 'private')
    return { kind: 'snmp', name, host, port, outlets, community }
  })
}
