import type { Clock, Millis } from '../clock.ts'
import type { LeaseStore } from './types.ts'

/**
 * Leases of one process, by monotonic time. They die with it, so the caller's `floor` (from the journal) is what
 * keeps a board's tokens rising over a restart.
 */
export function createMemoryLeaseStore({ clock }: { clock: Pick<Clock, 'mono'> }): LeaseStore {
  const leases = new Map<string, { holder: string; token: number; expiresAt: Millis }>()
  const highest = new Map<string, number>()

  function current(board: string): { holder: string; token: number; expiresAt: Millis } | null {
    const lease = leases.get(board)
    return lease !== undefined && clock.mono() < lease.expiresAt ? lease : null
  }

  return {
    async acquire(board, holder, ttlMs, floor) {
      const held = current(board)
      if (held !== null) return { held: false, holder: held.holder }
      const token = Math.max(highest.get(board) ?? 0, floor) + 1
      highest.set(board, token)
      leases.set(board, { holder, token, expiresAt: clock.mono() + ttlMs })
      return { held: true, token }
    },
    async renew(board, token, ttlMs) {
      const lease = current(board)
      if (lease?.token !== token) return false
      lease.expiresAt = clock.mono() + ttlMs
      return true
    },
    async release(board, token) {
      return current(board)?.token === token && leases.delete(board)
    },
    async holder(board) {
      const lease = current(board)
      return lease === null ? null : { holder: lease.holder, token: lease.token }
    },
  }
}
