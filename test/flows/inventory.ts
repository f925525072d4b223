import { stringify } from 'yaml'
import type { BoardOptions, LabSpec, SimulatedLab } from '../../src/simulator/index.ts'

/** A board of a flow: what it is like, and what boards.yaml says about it. */
export type BoardPlan = {
  id: string
  family: string
  like?: Partial<Omit<BoardOptions, 'id' | 'dir' | 'onEvent'>>
  /** Beside or instead of what is written for every board. */
  written?: Record<string, unknown>
  console?: Record<string, unknown>
}

type Named = Record<string, Record<string, unknown>>

export type LabPlan = {
  boards: readonly BoardPlan[]
  settings: Record<string, unknown>
  families: Named
  /** What is said of a PDU beside how it is reached. */
  pdus: Named
  people: Record<string, unknown>
}

export const PDU_A = 'pdu-a.lab.local'
export const PDU_B = 'pdu-b.lab.local'

const LOGIN = { username: 'admin', password: 'lab' }

/** Two families at two PDUs: socA a root shell by SNMP, socB behind a log-in by HTTP. */
export const FOUR_BOARDS: readonly BoardPlan[] = [
  { id: 'soc-a-001', family: 'socA' },
  { id: 'soc-a-002', family: 'socA' },
  { id: 'soc-b-001', family: 'socB', like: { login: LOGIN }, console: LOGIN },
  { id: 'soc-b-002', family: 'socB', like: { login: LOGIN }, console: LOGIN },
]

/** Short where a default is only long because real hardware is slow; what a flow is about it sets itself. */
export const BRISK = {
  power_cycle_delay: '100ms',
  power_confirm: '3s',
  recovery_cooldown: '0s',
  same_board_retry: '1s',
  handover_check: '8s',
}

export const PEOPLE = {
  admins: ['ada'],
  operators: ['ops'],
  teams: { compiler: ['mei', 'li'], runtime: ['kai'] },
}

export function planOf(options: Partial<LabPlan>): LabPlan {
  return {
    boards: options.boards ?? FOUR_BOARDS,
    settings: { ...BRISK, ...options.settings },
    families: options.families ?? { socA: {}, socB: {} },
    pdus: options.pdus ?? {},
    people: options.people ?? PEOPLE,
  }
}

function pduOf({ family }: BoardPlan): string {
  return family === 'socA' ? PDU_A : PDU_B
}

function outletsOf(pdu: string, boards: readonly BoardPlan[]): Record<string, string> {
  return Object.fromEntries(
    boards.filter(board => pduOf(board) === pdu).map((board, at) => [String(at + 1), board.id]),
  )
}

/** The world outside, on whatever ports are free. */
export function simulatedLab({ boards }: LabPlan, dir: string): LabSpec {
  return {
    dir,
    boards: boards.map(({ id, like }) => ({ id, port: 0, bootMs: 150, ...like })),
    pdus: [
      { kind: 'snmp', name: PDU_A, port: 0, outlets: outletsOf(PDU_A, boards), community: 'private' },
      { kind: 'http', name: PDU_B, port: 0, outlets: outletsOf(PDU_B, boards) },
    ],
  }
}

/** boards.yaml for that world. `ports` says where its things are: the simulated lab's own, or chosen ahead. */
export function boardsYaml(plan: LabPlan, ports: Ports, more: Record<string, unknown> = {}): string {
  const { boards, settings, families, pdus, people } = plan
  const pdu = (name: string, protocol: string): Record<string, unknown> => ({
    type: 'apc',
    protocol,
    address: ports.host,
    port: ports.of(name),
    ...(protocol === 'snmp' ? { version: '2c', community: 'private' } : {}),
    ...pdus[name],
  })
  return stringify({
    ...more,
    settings: { time_zone: 'UTC', ...settings },
    families,
    pdus: { [PDU_A]: pdu(PDU_A, 'snmp'), [PDU_B]: pdu(PDU_B, 'http') },
    boards: boards.map(board => ({
      id: board.id,
      family: board.family,
      site: 'Lab Site A',
      boot_timeout: '10s',
      console: { driver: 'telnet', host: ports.host, port: ports.of(board.id), ...board.console },
      power: { pdu: pduOf(board), outlet: outletOf(board, boards) },
      ...board.written,
    })),
    people,
  })
}

function outletOf(board: BoardPlan, boards: readonly BoardPlan[]): number {
  return 1 + boards.filter(other => pduOf(other) === pduOf(board)).indexOf(board)
}

/** Where everything is, by the name of a board or of a PDU. */
export type Ports = { host: string; of(name: string): number }

export function portsOf(lab: SimulatedLab): Ports {
  return {
    host: '127.0.0.1',
    of: name => lab.boards.get(name)?.port ?? lab.pdus.get(name)?.port ?? 0,
  }
}

/**
 * For a lab that a child process brings up from boards.yaml, whose ports must be known before: an address of the
 * loopback network that is this process's own, so that no port on it can be somebody else's.
 */
export function ownPorts(boards: readonly BoardPlan[]): Ports {
  const { pid } = process
  const host = `127.${64 + ((pid >> 14) & 63)}.${(pid >> 7) & 127}.${1 + (pid & 127)}`
  const names = [...boards.map(board => board.id), PDU_A, PDU_B]
  return { host, of: name => 7001 + names.indexOf(name) }
}
