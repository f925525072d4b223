/** Leases for those who will not wait (E): a board now, or none and when it is worth asking again. */

import type { Millis } from '../../clock.ts'
import { RefusedError } from '../../errors.ts'
import type { Core } from '../core.ts'
import { type Claim, claimOfLease } from '../queue/claims.ts'
import type { Durations } from '../queue/estimate.ts'
import type { Lease, Origin, Person } from '../types.ts'
import { askedLease, checkTakesWork, type LeaseRequest } from './asking.ts'

export type AtOnce = {
  /** Nothing is stored for whoever would have to wait. Throws RefusedError, and what asking for a lease throws. */
  check(request: LeaseRequest, by: Person, origin: Origin): void
  refusal(lease: Lease): RefusedError
}

export type AtOnceDeps = {
  core: Core
  wouldStart(claim: Claim): boolean
  startsIn(claim: Claim): Durations | null
}

export function createAtOnce(deps: AtOnceDeps): AtOnce {
  const { core } = deps
  const refusal = (lease: Lease): RefusedError => {
    const retryMs = deps.startsIn(claimOfLease(lease))?.medianMs ?? null
    const target = lease.wanted ?? lease.family ?? ''
    const what = lease.wanted === null ? `No board of ${target}` : target
    return new RefusedError(
      'no-board-free',
      `${what} is ${lease.wanted === null ? '' : 'not '}free now${whenWords(retryMs)}.`,
      {
        hint: `Try again later, or wait in line without --now: lease ${target}`,
        details: { target, retryMs },
        retryMs,
      },
    )
  }
  return {
    check(request, by, origin) {
      checkTakesWork(core, 'leases')
      const lease = askedLease(core, request, by, origin)
      if (!deps.wouldStart(claimOfLease(lease))) throw refusal(lease)
    },
    refusal,
  }
}

function whenWords(ms: Millis | null): string {
  if (ms === null || ms === 0) return ''
  return `; probably in about ${Math.max(1, Math.round(ms / 60_000))} min`
}
