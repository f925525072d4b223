import type { Core } from './core.ts'
import { openAlerts } from './mail/alerts.ts'
import { dayOf } from './retention.ts'
import { rolesConfigured } from './roles.ts'
import { isFinal } from './runs/run-state.ts'
import { addToTally, infrastructureSuccess, outcomesOf, type Tally } from './runs/tally.ts'
import {
  BOARD_STATUSES,
  type BoardStatus,
  type BoardSummary,
  type DayOfTests,
  type LabStatus,
  type QueueSummary,
  type Run,
  type RunState,
} from './types.ts'

const DAY_MS = 24 * 3_600_000
const MONTH_MS = 30 * DAY_MS
const DAYS_SHOWN = 14

/** One overview: counts and health of everything (S1). */
export async function labStatus(
  core: Core,
  startedAt: number,
  boards: readonly BoardSummary[],
  queue: QueueSummary,
): Promise<LabStatus> {
  const now = core.clock.now()
  const health = core.store.health()
  const counts = Object.fromEntries(BOARD_STATUSES.map(status => [status, 0])) as Record<BoardStatus, number>
  for (const board of boards) counts[board.status]++
  const tallies = withUntold(core, await core.tallies.read(dayOf(now - MONTH_MS)), now)
  return {
    since: startedAt,
    boards: counts,
    usable: boards.filter(board => board.usable).length,
    total: boards.length,
    waiting: queue.waiting.length,
    running: queue.running.length,
    leases: Object.values(core.state().leases).filter(
      lease => lease.state === 'active' && lease.holder.kind === 'person',
    ).length,
    averageWaitMs: queue.averageWaitMs,
    today: today(core, now),
    days: lastDays(tallies, now),
    infrastructureSuccess: infrastructureSuccess(tallies.values()),
    alerts: openAlerts(core.state()),
    storage: {
      full: health.full,
      freeBytes: health.freeBytes,
      artifactBytes: await core.artifacts.totalBytes(),
    },
    outbox: { waiting: Object.keys(core.state().outbox).length, givenUp: core.state().givenUp },
    inventory: {
      file: core.current.inventory.file,
      loadedAt: core.current.loadedAt,
      rolesConfigured: rolesConfigured(core.current.inventory.people),
    },
  }
}

/** What is over and still being told is in no day's sums yet. */
function withUntold(
  core: Core,
  tallies: ReadonlyMap<string, Tally>,
  now: number,
): ReadonlyMap<string, Tally> {
  const day = dayOf(now)
  const today = structuredClone(tallies.get(day) ?? {})
  for (const run of untoldOf(core, day)) addToTally(today, run)
  return new Map([...tallies, [day, today]])
}

function untoldOf(core: Core, day: string): readonly Run[] {
  return Object.values(core.state().runs).filter(
    run => isFinal(run.state) && !core.runs.has(run.id) && dayOf(run.times[run.state] ?? 0) === day,
  )
}

function lastDays(tallies: ReadonlyMap<string, Tally>, now: number): readonly DayOfTests[] {
  return Array.from({ length: DAYS_SHOWN }, (_, index) => {
    const day = dayOf(now - (DAYS_SHOWN - 1 - index) * DAY_MS)
    return { day, ...outcomesOf(tallies.get(day)) }
  })
}

/** Finished today (UTC): those in history, and those that are still being told. */
function today(core: Core, now: number): LabStatus['today'] {
  const day = dayOf(now)
  const states: RunState[] = []
  for (const entry of core.runs.list()) {
    if (entry.day < day) break
    if (entry.day === day) states.push(entry.summary.state)
  }
  states.push(...untoldOf(core, day).map(run => run.state))
  const of = (state: RunState): number => states.filter(entry => entry === state).length
  return {
    finished: states.length,
    passed: of('passed'),
    failed: of('failed'),
    error: of('error'),
    timeout: of('timeout'),
    cancelled: of('cancelled'),
  }
}
