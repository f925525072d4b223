import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock, Millis } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { Lab } from '../../lab/lab.ts'
import {
  type BoardSummary,
  FINAL_STATES,
  type LabState,
  type LabStatus,
  type Priority,
  RUN_STATES,
} from '../../lab/types.ts'
import type { Log } from '../../log.ts'
import { PRIORITY_NAMES } from './run-counts.ts'

type Deps = { lab: Pick<Lab, 'state' | 'now' | 'alerts' | 'status'>; version: string; clock: Clock; log: Log }

export type LabGauges = { update(boards: readonly BoardSummary[]): Promise<void> }

/** Adding up the files and the days is the dearest of a scrape, and the slowest to change. */
const STATUS_FRESH_MS: Millis = 15_000

const UNFINISHED = RUN_STATES.filter(state => !(FINAL_STATES as readonly string[]).includes(state))

/** The lab as it is right now: who waits, what runs, what is owed, what is left of the disk. */
export function createLabGauges(registry: Registry, { lab, version, clock, log }: Deps): LabGauges {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] })
  const labelled = <T extends string>(name: string, help: string, ...labelNames: T[]): Gauge<T> =>
    new Gauge({ name, help, labelNames, registers: [registry] })

  labelled('boardroom_info', 'Always 1; the version is its label.', 'version').set({ version }, 1)
  const queue = labelled(
    'boardroom_queue_length',
    'Tests and leases that wait for a board, those between two attempts among them.',
    'kind',
    'priority',
  )
  const waited = gauge(
    'boardroom_queue_waiting_average_seconds',
    'How long those who wait have waited so far, on average; 0 when nobody does.',
  )
  const runs = labelled('boardroom_runs', 'Tests that are not over, by state.', 'state')
  const leases = labelled('boardroom_leases_active', 'Boards that are held, by what holds them.', 'holder')
  const outbox = gauge('boardroom_outbox_waiting', 'Messages and callbacks that are owed.')
  const givenUp = new Counter({
    name: 'boardroom_outbox_given_up_total',
    help: 'Messages and callbacks that could not be delivered for 24 hours; kept over a restart.',
    registers: [registry],
  })
  const inbox = gauge('boardroom_inbox_waiting', 'What came in from outside and is not carried out yet.')
  const alerts = gauge('boardroom_alerts_open', 'Alerts that are not over.')
  const success = gauge(
    'boardroom_infrastructure_success_ratio',
    'Attempts of the last 30 days that did not fail for infrastructure; left out without any.',
  )
  const attempts = gauge('boardroom_attempts_30d', 'Attempts that this ratio is of.')
  const stored = gauge('boardroom_artifacts_bytes', 'Bytes of artifacts and logs that are kept.')
  const free = gauge('boardroom_storage_free_bytes', 'Room on the disk of the data; left out when unknown.')
  const full = gauge('boardroom_storage_full', '1 while that disk is full and new work is refused.')

  let status: Promise<LabStatus | null> | null = null
  let statusAt = Number.NEGATIVE_INFINITY

  function freshStatus(): Promise<LabStatus | null> {
    if (status !== null && clock.mono() - statusAt < STATUS_FRESH_MS) return status
    statusAt = clock.mono()
    status = lab.status().catch((error: unknown) => {
      log.warn({ error: messageOf(error) }, 'a scrape went without the status of the lab')
      return null
    })
    return status
  }

  function setQueue(state: Readonly<LabState>): void {
    const lengths = { high: 0, normal: 0, low: 0 }
    const arrivals: Millis[] = []
    for (const name of UNFINISHED) runs.set({ state: name }, 0)
    for (const run of Object.values(state.runs)) {
      if (UNFINISHED.includes(run.state)) runs.inc({ state: run.state })
      if (run.state !== 'queued') continue
      lengths[nameOf(run.priority)]++
      arrivals.push(run.arrivedAt)
    }
    const people = Object.values(state.leases).filter(({ holder }) => holder.kind === 'person')
    const waiting = people.filter(lease => lease.state === 'waiting')
    arrivals.push(...waiting.map(lease => lease.askedAt))
    for (const priority of Object.values(PRIORITY_NAMES))
      queue.set({ kind: 'run', priority }, lengths[priority])
    queue.set({ kind: 'lease', priority: 'normal' }, waiting.length)
    const now = lab.now()
    const sum = arrivals.reduce((total, at) => total + Math.max(0, now - at), 0)
    waited.set(arrivals.length === 0 ? 0 : sum / arrivals.length / 1000)
  }

  function setOwed({ outbox: items, inbox: entries, givenUp: lost }: Readonly<LabState>): void {
    outbox.set(Object.keys(items).length)
    givenUp.reset()
    givenUp.inc(lost)
    inbox.set(Object.values(entries).filter(entry => entry.stage !== 'done').length)
    alerts.set(lab.alerts().length)
  }

  /** What is not known has no series, rather than one that says 0. */
  function setStatus(known: LabStatus | null): void {
    if (known === null) {
      for (const each of [success, attempts, stored, free, full]) each.remove()
      return
    }
    const { infrastructureSuccess: ratio, storage } = known
    if (ratio === null) success.remove()
    else success.set(ratio.share)
    attempts.set(ratio?.attempts ?? 0)
    stored.set(storage.artifactBytes)
    if (storage.freeBytes === null) free.remove()
    else free.set(storage.freeBytes)
    full.set(storage.full ? 1 : 0)
  }

  return {
    async update(boards) {
      const state = lab.state()
      setQueue(state)
      setOwed(state)
      for (const holder of ['run', 'person'] as const)
        leases.set({ holder }, boards.filter(board => board.lease?.holder.kind === holder).length)
      setStatus(await freshStatus())
    },
  }
}

function nameOf(priority: Priority): 'high' | 'normal' | 'low' {
  return PRIORITY_NAMES[priority]
}
