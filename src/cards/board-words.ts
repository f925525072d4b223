/** The words that every card about a board uses. */

import { assertNever } from '../errors.ts'
import type { Attendance, BoardStep, Lease } from '../lab/types.ts'
import type { BoardFacts } from './facts.ts'
import { mention, shorten } from './text.ts'
import type { Tone } from './view.ts'
import { clockTime, count, elapsed, span, type TimeFrame } from './words.ts'

/** `testing T131 (00:12)`, `leased @kai until 15:30`, `unhealthy: no console since 11:40`. */
export function statusWords(board: BoardFacts, frame: TimeFrame): string {
  const { state, lease } = board
  if (board.leaving && lease === null) return 'leaving the lab'
  if (board.status === 'maintenance') return maintained(board, frame)
  if (board.status === 'recovery')
    return `recovering (${state.reason ?? `since ${clockTime(state.since, frame)}`})`
  if (lease !== null) return held(lease, frame)
  if (state.unhealthy !== null)
    return `unhealthy: ${state.unhealthy.reason} since ${clockTime(state.unhealthy.since, frame)}`
  switch (board.status) {
    case 'offline':
      return `offline: ${state.reason ?? 'no answer'} since ${clockTime(state.since, frame)}`
    case 'available':
      return 'free'
    case 'in_use':
      return `in use${board.heldBy === null ? '' : ` by ${board.heldBy}`}`
    case 'flashing':
      return 'flashing'
    case 'unknown':
      return board.usable ? 'free, not checked yet' : 'unknown'
    default:
      return assertNever(board.status)
  }
}

function maintained({ state }: BoardFacts, frame: TimeFrame): string {
  const until = state.maintenance?.until ?? null
  return until === null ? 'maintenance' : `maintenance until ${clockTime(until, frame)}`
}

/** Who has it, in words. */
export function held(lease: Lease, frame: TimeFrame): string {
  const { holder } = lease
  if (holder.kind === 'run') {
    const since = lease.since === null ? '' : ` (${elapsed(frame.now - lease.since)})`
    return `testing ${holder.run}${since}`
  }
  const until = lease.until === null ? '' : ` until ${clockTime(lease.until, frame)}`
  return `leased ${mention(holder.person.name)}${until}`
}

/** Who is at its console: `@mei types, 2 watching`; whoever is expected to type is not named. */
export function attended(people: Attendance | null, expected: string | null = null): string {
  if (people === null) return ''
  const { typing, watching } = people
  const types = typing === null || typing === expected ? '' : `${mention(typing)} types`
  const watch = watching.length === 0 ? '' : `${watching.length} watching`
  return [types, watch].filter(word => word !== '').join(', ')
}

/** What stands beside the status: failures of today, why it is in maintenance and who put it there. */
export function remarks(board: BoardFacts): string {
  const words: string[] = []
  const { maintenance, failures } = board.state
  if (board.status === 'maintenance' && maintenance !== null) {
    if (maintenance.reason !== '') words.push(`"${maintenance.reason}"`)
    words.push(mention(maintenance.by.name))
  }
  if (failures.length > 0) words.push(`${count(failures.length, 'failure')} today`)
  if (board.leaving) words.push('taken out of boards.yaml')
  return words.join(' ')
}

/** What it runs, and what is wrong with that: a kernel that lived through its own failure may hide the next. */
export function kernelWords({ config, state }: BoardFacts, frame: TimeFrame): string {
  const { tainted, kernel } = state
  if (tainted == null) return kernel ?? ''
  const { since, title, run } = tainted
  const when = `${clockTime(since, frame)}${run === null ? '' : ` under ${run}`}`
  const how = config.power === null ? `at its console: lease ${config.id}` : `power cycle ${config.id}`
  return `${kernel ?? 'a kernel'} that failed at ${when} and was not restarted since (${shorten(title, LONGEST_REASON)}): it may say less of its next failure. Restart it: ${how}`
}

const LONGEST_REASON = 120

/** `reset: back after 21 s`; what ended a test says which. */
export function stepWords(each: BoardStep, frame: TimeFrame): string {
  const { step, outcome, startedAt, endedAt, run, message } = each
  const what = `${step}${run === null ? '' : ` to end ${run}`}`
  const took = span((endedAt ?? frame.now) - startedAt)
  switch (outcome) {
    case null:
      return `${what}: going on for ${took}`
    case 'back':
      if (step === 'console') return `${what}: answered`
      return run === null ? `${what}: back after ${took}` : `${what}: back`
    case 'no answer':
      return step === 'console' ? `${what}: no answer` : `${what}: not back after ${took}`
    case 'failed':
      return `${what}: failed${message === null ? '' : ` (${shorten(message, LONGEST_REASON)})`}`
    case 'cut short':
      return `${what}: cut short by a restart of the bot`
    case 'done':
      return `${what}: done`
    default:
      return assertNever(outcome)
  }
}

export function boardTone(board: BoardFacts): Tone {
  if (board.health === 'unhealthy' || board.status === 'offline') return 'bad'
  if (board.status === 'recovery' || board.status === 'maintenance' || board.health === 'degraded')
    return 'warn'
  return board.status === 'in_use' ? 'run' : board.status === 'available' ? 'ok' : 'idle'
}

/** Changes with whatever a button on the board's card depends on: its own state and who holds it. */
export function boardRev(board: BoardFacts): number {
  return Math.max(board.state.rev, board.lease?.rev ?? 0)
}
