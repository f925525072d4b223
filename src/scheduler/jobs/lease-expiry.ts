import { hand } from '../hand.ts'

/** Sweeps up leases whose time is over. The lab keeps the exact deadlines itself, on a clock that never steps. */
export const leaseExpiry = hand('lease-expiry')
