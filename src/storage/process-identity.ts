import { readFileSync, readlinkSync } from 'node:fs'

/**
 * Which process: a process id alone is given out again, with its start time it is not, as long as the machine is up
 * (proc(5): field 22 of /proc/PID/stat). Only processes of one pid namespace can see each other.
 */
export type ProcessIdentity = {
  pid: number
  /** Clock ticks since the machine was started. */
  started: string
  /** The running of the machine and its pid namespace. */
  world: string
}

export function ownIdentity(world = ownWorld()): ProcessIdentity {
  return { pid: process.pid, started: startOf('self') ?? NOT_SAID, world }
}

/** 'unknown': it lives, or lived, where this process cannot see: another container, or before the machine restarted. */
export function lifeOf(other: ProcessIdentity, world = ownWorld()): 'alive' | 'dead' | 'unknown' {
  if (other.world !== world) return 'unknown'
  if (other.started === NOT_SAID) return answersSignal(other.pid) ? 'alive' : 'dead'
  return startOf(other.pid) === other.started ? 'alive' : 'dead'
}

/** Where there is no /proc. */
const NOT_SAID = '0'

function answersSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function startOf(pid: number | 'self'): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name may hold spaces and brackets; what follows its last one does not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie runs nothing any more; its parent has just not looked yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

function ownWorld(): string {
  return `${bootId()}.${namespace()}`
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
  } catch {
    return 'boot'
  }
}

function namespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? 'pid'
  } catch {
    return 'pid'
  }
}
