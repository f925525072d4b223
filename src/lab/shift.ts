import type { Millis } from '../clock.ts'
import type { Attempt, BoardState, LabState, Lease, Run, RunResult, Told, Transfer } from './types.ts'

/** Moves every time of the live state, and nothing else: what had half an hour left has half an hour left. */
export function shiftTimes(state: LabState, by: Millis): void {
  for (const run of Object.values(state.runs)) state.runs[run.id] = shiftRun(run, by)
  for (const lease of Object.values(state.leases)) state.leases[lease.id] = shiftLease(lease, by)
  for (const board of Object.values(state.boards)) state.boards[board.id] = shiftBoard(board, by)
  for (const item of Object.values(state.outbox))
    state.outbox[item.key] = { ...item, createdAt: item.createdAt + by, nextAt: item.nextAt + by }
  for (const entry of Object.values(state.inbox))
    state.inbox[entry.key] = { ...entry, receivedAt: entry.receivedAt + by }
  for (const alert of Object.values(state.alerts)) {
    const { since, resolvedAt, acknowledged: seen } = alert
    const acknowledged = seen === undefined ? {} : { acknowledged: { ...seen, at: seen.at + by } }
    state.alerts[alert.id] = {
      ...alert,
      since: since + by,
      resolvedAt: moved(resolvedAt, by),
      ...acknowledged,
    }
  }
  for (const [id, at] of Object.entries(state.stranded)) state.stranded[id] = at + by
  for (const event of Object.values(state.power)) {
    const { startedAt, endedAt } = event
    const steps = event.steps.map(step => ({ ...step, t: step.t + by }))
    state.power[event.id] = { ...event, startedAt: startedAt + by, endedAt: moved(endedAt, by), steps }
  }
}

function shiftRun(run: Run, by: Millis): Run {
  const times = Object.fromEntries(Object.entries(run.times).map(([state, at]) => [state, at + by]))
  const attempts = run.attempts.map(attempt => shiftAttempt(attempt, by))
  const result = run.result && { ...run.result, ...shiftTold(run.result, by), ...shiftCases(run.result, by) }
  return { ...run, arrivedAt: run.arrivedAt + by, times, attempts, avoid: shiftAvoid(run.avoid, by), result }
}

/** When the runs had ended that its cases are held against. */
function shiftCases({ cases }: RunResult, by: Millis): Pick<RunResult, 'cases'> {
  if (cases === undefined) return {}
  const { compared } = cases
  const failed = cases.failed.map(each =>
    each.passed == null ? each : { ...each, passed: { ...each.passed, at: each.passed.at + by } },
  )
  if (compared === undefined) return { cases: { ...cases, failed } }
  const last = { run: compared.with.run, at: compared.with.at + by }
  return { cases: { ...cases, failed, compared: { ...compared, with: last } } }
}

function shiftAttempt(attempt: Attempt, by: Millis): Attempt {
  const { startedAt, endedAt } = attempt
  return {
    ...attempt,
    ...shiftTold(attempt, by),
    startedAt: startedAt + by,
    endedAt: moved(endedAt, by),
  }
}

function shiftTold({ events }: Told, by: Millis): Told {
  return events === undefined ? {} : { events: events.map(event => ({ ...event, at: event.at + by })) }
}

function shiftLease(lease: Lease, by: Millis): Lease {
  return {
    ...lease,
    askedAt: lease.askedAt + by,
    since: moved(lease.since, by),
    until: moved(lease.until, by),
    avoid: shiftAvoid(lease.avoid, by),
    ...(lease.transfers === undefined
      ? {}
      : { transfers: lease.transfers.map(each => shiftTransfer(each, by)) }),
  }
}

function shiftTransfer(transfer: Transfer, by: Millis): Transfer {
  return { ...transfer, startedAt: transfer.startedAt + by, endedAt: moved(transfer.endedAt, by) }
}

function shiftBoard(board: BoardState, by: Millis): BoardState {
  const { unhealthy, maintenance, incidents, again } = board
  return {
    ...board,
    since: board.since + by,
    unhealthy: unhealthy && { ...unhealthy, since: unhealthy.since + by },
    maintenance: maintenance && {
      ...maintenance,
      since: maintenance.since + by,
      until: moved(maintenance.until, by),
    },
    failures: board.failures.map(failure => ({ ...failure, at: failure.at + by })),
    lastUsedAt: moved(board.lastUsedAt, by),
    lastCheckAt: moved(board.lastCheckAt, by),
    lastCycleAt: moved(board.lastCycleAt, by),
    steps: board.steps.map(step => ({
      ...step,
      startedAt: step.startedAt + by,
      endedAt: moved(step.endedAt, by),
    })),
    ...(again == null ? {} : { again: { ...again, at: again.at + by, from: again.from + by } }),
    ...(incidents === undefined
      ? {}
      : { incidents: incidents.map(incident => ({ ...incident, at: incident.at + by })) }),
  }
}

type Avoid = Run['avoid']

function shiftAvoid(avoid: Avoid, by: Millis): Avoid {
  return avoid.map(entry => ({ ...entry, until: entry.until + by }))
}

function moved(at: Millis | null, by: Millis): Millis | null {
  return at === null ? null : at + by
}
