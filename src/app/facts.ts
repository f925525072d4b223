import type { Clock, Millis } from '../clock.ts'
import type { Inventory } from '../config/types.ts'
import type { HealthFacts, RunFiles, Uploads } from '../http/types.ts'
import type { Lab } from '../lab/lab.ts'
import type { Hands } from '../scheduler/types.ts'
import type { Storage } from './storage.ts'

/** Which method of the lab each clock hand points at. */
export function handsOf(lab: Lab): Hands {
  return {
    'dispatch-sweep': () => lab.sweep(),
    'lease-expiry': () => lab.expireLeases(),
    'board-health': () => lab.checkBoards(),
    retention: () => lab.retain(),
    'wait-alert': () => lab.checkWaits(),
  }
}

const SECOND: Millis = 1_000
const MINUTE: Millis = 60 * SECOND

/** Sweeps only catch what an event missed, so none of them is in a hurry but the boards' own. */
export function intervalsOf({ settings }: Inventory): Readonly<Record<keyof Hands, Millis>> {
  return {
    'dispatch-sweep': 5 * SECOND,
    'lease-expiry': 10 * SECOND,
    'board-health': settings.livenessMs,
    retention: 60 * MINUTE,
    'wait-alert': 30 * SECOND,
  }
}

/** A run's files as the HTTP room needs them. */
export function filesOf({ artifacts }: Storage): RunFiles {
  return {
    list: run => artifacts.list(run),
    async hold(run, name) {
      const held = await artifacts.hold(run, name)
      return held === null ? null : { ...held.file, path: held.path, release: () => held.release() }
    },
    gone: run => artifacts.tombstone(run),
    owners: () => artifacts.owners(),
  }
}

/** Where the HTTP room puts files that come in. */
export function uploadsOf({ artifacts }: Storage): Uploads {
  const { stage, path, drop } = artifacts
  return { stage, path, drop }
}

/** From memory alone: it is asked for every few seconds. */
export function healthFacts(
  lab: Lab,
  storage: Storage,
  version: string,
  uptimeMs: Millis,
): Omit<HealthFacts, 'stopping'> {
  const boards = lab.boards()
  const runs = Object.values(lab.state().runs)
  const isWaiting = (state: string): boolean => state === 'queued'
  const isRunning = (state: string): boolean =>
    state === 'leasing' || state === 'preparing' || state === 'running'
  return {
    version,
    uptimeMs,
    storage: { full: storage.store.health().full },
    queue: {
      waiting: runs.filter(run => isWaiting(run.state)).length,
      running: runs.filter(run => isRunning(run.state)).length,
      limit: lab.inventory().settings.queueLimit,
    },
    boards: { usable: boards.filter(board => board.usable).length, total: boards.length },
  }
}

export type Uptime = () => Millis

export function uptimeFrom(clock: Clock): Uptime {
  const started = clock.mono()
  return () => clock.mono() - started
}
