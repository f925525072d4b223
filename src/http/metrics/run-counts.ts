import { Counter, Histogram, type Registry } from 'prom-client'
import type { Lab } from '../../lab/lab.ts'
import { FINAL_STATES, type Lease, type Priority, type PriorityName, type Run } from '../../lab/types.ts'

/** Of a run or lease, what was counted already. */
type Seen = { begun: number; ended: number; isFinal: boolean }

const FINAL: ReadonlySet<string> = new Set(FINAL_STATES)
const CLASSES = ['none', 'test', 'infrastructure', 'input', 'cancelled', 'timeout'] as const
const MINUTE = 60
const HOUR = 60 * MINUTE
const WAITS = [1, 5, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR]

export const PRIORITY_NAMES: Readonly<Record<Priority, PriorityName>> = { 1: 'high', 2: 'normal', 3: 'low' }

/**
 * What happens to runs and leases, counted from the state at each piece of news: what is unfinished stays in it until it
 * was seen. What happened before this process began is not counted, as Prometheus expects of a counter.
 */
export function createRunCounts(
  registry: Registry,
  lab: Pick<Lab, 'state' | 'subscribe'>,
): { close(): void } {
  const registers = [registry]
  const runs = new Counter({
    name: 'boardroom_runs_total',
    help: 'Tests that came to their end, by the state they ended in.',
    labelNames: ['state'],
    registers,
  })
  const attempts = new Counter({
    name: 'boardroom_attempts_total',
    help: 'Attempts that came to their end, by the class of their failure; none: they did not fail.',
    labelNames: ['class'],
    registers,
  })
  const waits = new Histogram({
    name: 'boardroom_queue_wait_seconds',
    help: 'From being asked for to the first board; of those that got one.',
    labelNames: ['kind', 'priority'],
    buckets: WAITS,
    registers,
  })
  // A series that begins with its first event hides that event from rate().
  for (const state of FINAL_STATES) runs.inc({ state }, 0)
  for (const name of CLASSES) attempts.inc({ class: name }, 0)
  for (const priority of Object.values(PRIORITY_NAMES)) waits.zero({ kind: 'run', priority })
  waits.zero({ kind: 'lease', priority: 'normal' })

  const seen = new Map<string, Seen>()
  for (const run of Object.values(lab.state().runs)) seen.set(run.id, stageOf(run))
  for (const lease of Object.values(lab.state().leases)) seen.set(lease.id, stageOfLease(lease))

  function lookAtRun(id: string): void {
    const run = lab.state().runs[id]
    if (run === undefined) return void seen.delete(id)
    const before = seen.get(id) ?? { begun: 0, ended: 0, isFinal: false }
    const now = stageOf(run)
    seen.set(id, now)
    const [first] = run.attempts
    if (before.begun === 0 && first !== undefined) wait('run', run.priority, first.startedAt - run.arrivedAt)
    const over = run.attempts.filter(attempt => attempt.endedAt !== null)
    for (const { failure } of over.slice(before.ended)) attempts.inc({ class: failure?.class ?? 'none' })
    if (now.isFinal && !before.isFinal) runs.inc({ state: run.state })
  }

  function lookAtLease(id: string): void {
    const lease = lab.state().leases[id]
    if (lease === undefined) return void seen.delete(id)
    if (lease.holder.kind === 'run') return
    const before = seen.get(id)?.begun ?? 0
    seen.set(id, stageOfLease(lease))
    if (before === 0 && lease.state === 'active') wait('lease', 2, (lease.since ?? 0) - lease.askedAt)
  }

  function wait(kind: 'run' | 'lease', priority: Priority, ms: number): void {
    // The machine's clock may have been set back between the two.
    waits.observe({ kind, priority: PRIORITY_NAMES[priority] }, Math.max(0, ms) / 1000)
  }

  const close = lab.subscribe('*', ({ topic }) => {
    if (topic.startsWith('run/')) lookAtRun(topic.slice('run/'.length))
    else if (topic.startsWith('lease/')) lookAtLease(topic.slice('lease/'.length))
  })
  return { close }
}

function stageOf({ attempts, state }: Run): Seen {
  const ended = attempts.filter(attempt => attempt.endedAt !== null).length
  return { begun: attempts.length, ended, isFinal: FINAL.has(state) }
}

function stageOfLease({ state, since }: Lease): Seen {
  const isGranted = state === 'active' || (state !== 'waiting' && state !== 'checking' && since !== null)
  return { begun: isGranted ? 1 : 0, ended: 0, isFinal: false }
}
