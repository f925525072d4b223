import type { Millis } from '../../clock.ts'
import { assertNever } from '../../errors.ts'
import type { Sequence } from '../../storage/types.ts'
import type { Lease, LeaseState, Transfer } from '../types.ts'

/** What can happen to a lease. `passed over`: the board did not answer the check before it was handed over (M3.9). */
export type LeaseEvent =
  | { kind: 'checking'; board: string; token: number }
  | { kind: 'granted'; board: string; token: number; until: Millis }
  | { kind: 'passed over'; avoidUntil: Millis }
  | { kind: 'extended'; until: Millis }
  | { kind: 'warned'; before: Millis }
  /** The process restarted: the same lease, under a new token. */
  | { kind: 'kept'; token: number }
  /** A file began its way under it, or came to its end. */
  | { kind: 'transfer'; transfer: Transfer }
  | { kind: 'ended'; as: 'released' | 'expired'; why: string }

/** A lease is live state and stays small: of a day's copying the last is remembered. */
const TRANSFERS_KEPT = 20

type EventKind = LeaseEvent['kind']

export const LEASE_STEPS: Readonly<Record<LeaseState, Partial<Record<EventKind, LeaseState>>>> = {
  waiting: { checking: 'checking', granted: 'active', ended: 'released' },
  checking: { granted: 'active', 'passed over': 'waiting', ended: 'released' },
  active: { extended: 'active', warned: 'active', kept: 'active', transfer: 'active', ended: 'released' },
  released: {},
  expired: {},
}

export type LeaseStep = { lease: Lease; refused?: undefined } | { lease?: undefined; refused: string }

/** The lease after `event`, or why that cannot happen to it. Pure; `sequence` becomes its revision. */
export function stepLease(lease: Lease, event: LeaseEvent, at: Millis, sequence: Sequence): LeaseStep {
  const target = LEASE_STEPS[lease.state][event.kind]
  if (target === undefined) return { refused: `a lease that is ${lease.state} cannot be ${event.kind}` }
  const state = event.kind === 'ended' ? event.as : target
  // A warning is no transition, nor is a file: a button drawn before it still means what it said.
  const rev = event.kind === 'warned' || event.kind === 'transfer' ? lease.rev : sequence
  return { lease: { ...change(lease, event, at, sequence), state, rev } }
}

export function hasEnded(lease: Lease): boolean {
  return lease.state === 'released' || lease.state === 'expired'
}

/** Holds its board right now, for whatever purpose. */
export function holdsBoard(lease: Lease): boolean {
  return lease.state === 'active' || lease.state === 'checking'
}

/** When something is to happen to a person's lease: its warnings not given yet, and its end. */
export function dueMoments(lease: Lease, warnMs: readonly Millis[]): readonly Millis[] {
  const { until } = lease
  if (lease.state !== 'active' || until === null || lease.holder.kind !== 'person') return []
  const open = warnMs.filter(before => before < lease.termMs && !lease.warned.includes(before))
  return [until, ...open.map(before => until - before)]
}

/** Warnings that are due at `now` and were not given; only the nearest is told when several were missed. */
export function dueWarnings(lease: Lease, warnMs: readonly Millis[], now: Millis): readonly Millis[] {
  if (lease.state !== 'active' || lease.until === null || lease.holder.kind !== 'person') return []
  const left = lease.until - now
  // A lease shorter than the warning time would be warned at once, which helps nobody.
  return warnMs.filter(
    before => left > 0 && left <= before && before < lease.termMs && !lease.warned.includes(before),
  )
}

export type Extension = { until: Millis; refused?: undefined } | { until?: undefined; refused: string }

/** The new end; no lease reaches further than `maxMs` from now. */
export function extension(lease: Lease, byMs: Millis, now: Millis, maxMs: Millis): Extension {
  if (lease.state !== 'active' || lease.until === null) return { refused: `it is ${lease.state}` }
  if (lease.until <= now) return { refused: 'it has run out' }
  const until = lease.until + byMs
  if (until - now > maxMs) return { refused: 'too long' }
  return { until }
}

function change(lease: Lease, event: LeaseEvent, at: Millis, sequence: Sequence): Lease {
  switch (event.kind) {
    case 'checking':
      return { ...lease, board: event.board, token: event.token, since: at }
    case 'granted':
      return { ...lease, board: event.board, token: event.token, since: at, until: event.until }
    case 'passed over': {
      const still = lease.avoid.filter(entry => entry.until > at)
      const avoid = lease.board === null ? still : [...still, { board: lease.board, until: event.avoidUntil }]
      return { ...lease, board: lease.wanted, token: null, since: null, avoid }
    }
    case 'extended':
      return { ...lease, until: event.until, termMs: event.until - (lease.since ?? at), warned: [] }
    case 'warned':
      return { ...lease, warned: [...lease.warned, event.before] }
    case 'kept':
      return { ...lease, token: event.token }
    case 'transfer': {
      const others = lease.transfers?.filter(({ id }) => id !== event.transfer.id) ?? []
      const transfers = [...others, { ...event.transfer, rev: sequence }].slice(-TRANSFERS_KEPT)
      return { ...lease, transfers }
    }
    case 'ended':
      return { ...lease, ended: event.why, until: at }
    default:
      return assertNever(event)
  }
}
