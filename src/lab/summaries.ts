import type { Millis } from '../clock.ts'
import type { BoardConfig } from '../config/types.ts'
import type { PowerState } from '../hardware/types.ts'
import type { WorkStage } from '../work/types.ts'
import type { Alert } from './posted.ts'
import type { BoardState, Lease, Person, Priority, Run, RunProgress } from './stored.ts'

// What people are shown of the state, and of what is only known right now: made anew each time, never stored.

/** The words of requirements.md D. */
export const BOARD_STATUSES = [
  'available',
  'in_use',
  'flashing',
  'offline',
  'maintenance',
  'recovery',
  'unknown',
] as const
export type BoardStatus = (typeof BOARD_STATUSES)[number]

export type BoardSummary = {
  config: BoardConfig
  state: BoardState
  status: BoardStatus
  health: 'healthy' | 'degraded' | 'unhealthy' | 'unknown'
  usable: boolean
  /** Why it gets no work, in words; null when usable. */
  reason: string | null
  lease: Lease | null
  /** What holds it, in words people type: `T131`, or the person's name. */
  heldBy: string | null
  connected: boolean | null
  lastByteAt: Millis | null
  power: PowerState | null
  /** Taken out of boards.yaml; goes when idle (M2.7). */
  leaving: boolean
  /** At its first console; null where no consoles are open to people. */
  people: Attendance | null
  /** At its other consoles, by name. */
  peopleAt: Readonly<Record<string, Attendance>>
}

/** What a transfer does right now; in memory, never stored. */
export type TransferProgress = {
  stage: WorkStage | null
  bytes: number
  /** Null where nobody knows before its end. */
  total: number | null
  /** Of what is fetched: which, and how many whole ones before it. */
  path: string | null
  files: number
}

/** Who is at a board's console, by name. */
export type Attendance = { typing: string | null; watching: readonly string[] }

export type FamilySummary = {
  name: string
  boards: number
  usable: number
  free: number
  running: number
  /** Most tests at once right now. */
  limit: number
}

export type Estimate = { medianMs: Millis; p90Ms: Millis } | null
export type Waiting = {
  id: string
  kind: 'run' | 'lease'
  who: Person
  what: string
  family: string | null
  board: string | null
  priority: Priority
  position: number
  ahead: number
  waitedMs: Millis
  startsIn: Estimate
  /** Which boards fit, who holds them until when, which are being healed; a sentence each. */
  why: readonly string[]
  retrying: boolean
}
export type Running = { run: Run; progress: RunProgress | null; elapsedMs: Millis }
export type QueueSummary = {
  waiting: readonly Waiting[]
  running: readonly Running[]
  averageWaitMs: Millis
  limit: number
}

/** `day` is `2026-11-20`. */
export type DayOfTests = { day: string; passed: number; failed: number; other: number }

export type LabStatus = {
  since: Millis
  boards: Readonly<Record<BoardStatus, number>>
  usable: number
  total: number
  waiting: number
  running: number
  leases: number
  averageWaitMs: Millis
  today: {
    finished: number
    passed: number
    failed: number
    error: number
    timeout: number
    cancelled: number
  }
  /** Finished tests of the last two weeks, a day (UTC) each, oldest first. */
  days: readonly DayOfTests[]
  /** Attempts that did not fail for infrastructure, over 30 days (M9); null without attempts. */
  infrastructureSuccess: { share: number; attempts: number } | null
  alerts: readonly Alert[]
  storage: { full: boolean; freeBytes: number | null; artifactBytes: number }
  outbox: { waiting: number; givenUp: number }
  inventory: { file: string; loadedAt: Millis; rolesConfigured: boolean }
}
