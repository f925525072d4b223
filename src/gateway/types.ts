import type { Clock, Millis } from '../clock.ts'
import type { Lab } from '../lab/lab.ts'
import type { Log } from '../log.ts'

export type GatewayOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  lab: Pick<Lab, 'consoles' | 'lease' | 'inventory' | 'now' | 'record'>
  clock: Clock
  log: Log
  limits?: Partial<GatewayLimits>
}

export type GatewayLimits = {
  /** What waits for one person to read; the rest of what the board prints meanwhile is left out. */
  viewBytes: number
  /** People at consoles, and connections that gave no word yet: in all, and of one address. */
  people: number
  waiting: number
  waitingPerAddress: number
  /** Wrong words from one address within a minute. */
  wrongWords: number
  /** So long without a sign of life, and somebody's typing is handed on. */
  silentMs: Millis
}

export type GatewayDeps = Pick<GatewayOptions, 'lab' | 'clock' | 'log'>

export type Gateway = {
  /** Throws LabError when the port cannot be had. */
  start(): Promise<{ port: number }>
  /** Nobody types any more when it returns; everybody is told, and gone when it resolves. Never throws. */
  stop(): Promise<void>
}
