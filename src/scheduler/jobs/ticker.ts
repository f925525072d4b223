import { parentPort, workerData } from 'node:worker_threads'
import type { TickerData } from '../plan.ts'
import { boardHealth } from './board-health.ts'
import { dispatchSweep } from './dispatch-sweep.ts'
import { leaseExpiry } from './lease-expiry.ts'
import { retention } from './retention.ts'
import { waitAlert } from './wait-alert.ts'

// The one thread of the frequent hands: a thread for each strike would cost 31 ms and 21 MB (stack.md 2). Node's
// own intervals, because Bree's stand still while a wall clock that was stepped back catches up.
const hands = [dispatchSweep, leaseExpiry, boardHealth, retention, waitAlert]
const { every } = workerData as TickerData

for (const hand of hands) {
  const everyMs = every[hand.name]
  if (everyMs !== undefined) setInterval(hand.strike, everyMs)
}

// Bree waits for an answer to 'cancel' that a strike already on its way would hide; it takes an exit as well.
parentPort?.on('message', message => {
  if (message === 'cancel') process.exit(0)
})
