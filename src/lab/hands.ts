import type { BoardConfig } from '../config/types.ts'
import { inMaintenance } from './boards/board-state.ts'
import { type Checks, recordProbe } from './boards/checks.ts'
import type { PowerService } from './boards/power.ts'
import { isDueAgain, type Recovery } from './boards/recovery.ts'
import { boardConfig, type Core } from './core.ts'
import type { Holdings } from './leases/holdings.ts'
import { CAUSE_OF, raise, raised, resolve } from './mail/alerts.ts'
import { claimsOf } from './queue/claims.ts'
import { averageWait, waitAlert } from './queue/wait-alert.ts'

const ASK_WITHIN_MS = 10_000
/** An offline board is asked this often whether it is back. */
const ASK_OFFLINE_MS = 60_000

/** Asks idle boards that nobody has heard an answer of for a while, and offline ones whether they are back. */
export async function checkBoards(
  core: Core,
  checks: Checks,
  holdings: Holdings,
  recovery: Recovery,
  power: PowerService,
): Promise<void> {
  const now = core.clock.now()
  const { boardHealthMs } = core.current.inventory.settings
  const due = (board: BoardConfig): boolean => {
    const state = core.state().boards[board.id]
    if (state === undefined || holdings.current(board.id) !== null) return false
    // Asking one that was switched off on purpose again and again would only fill its log.
    if (state.condition === 'recovery' || state.condition === 'off') return false
    if (inMaintenance(state, now) || power.acting(board.id)) return false
    const heard = Math.max(state.lastCheckAt ?? 0, state.lastUsedAt ?? 0)
    if (state.condition !== 'offline') return now - heard >= boardHealthMs
    return now - heard >= Math.min(ASK_OFFLINE_MS, boardHealthMs)
  }
  const asked = core.current.inventory.boards.filter(due)
  await Promise.all(
    asked.map(async ({ id }) => {
      const wasOffline = core.state().boards[id]?.condition === 'offline'
      const config = boardConfig(core, id)
      if (config === null) return
      const outcome = await recordProbe(core, id, () => checks.probe(config, ASK_WITHIN_MS))
      if (outcome !== 'silent') return
      // One that fell silent gets its ladder (H10.3); one that is offline had it, but for what its cool-down kept from it.
      if (!wasOffline) await recovery.recover(id, 'no answer to a health check')
      else if (isDueAgain(core, id)) await recovery.recover(id, 'its cool-down is over')
    }),
  )
}

/** The alert on the average wait: raised once, again only after it recovered (M4.5). */
export async function checkWaits(core: Core): Promise<void> {
  const { waitAlertMs } = core.current.inventory.settings
  const average = averageWait(
    claimsOf(core.state()).map(claim => claim.arrivedAt),
    core.clock.now(),
  )
  const what = waitAlert(raised(core, WAIT) !== null, average, waitAlertMs)
  const minutes = Math.round(average / 60_000)
  const text = `Tests wait ${minutes} min on average (limit ${Math.round(waitAlertMs / 60_000)} min). See who waits for what: queue`
  const operations =
    what === 'raise' ? raise(core, WAIT, text) : what === 'resolve' ? resolve(core, WAIT) : []
  if (operations.length > 0) await core.commit(...operations)
}

/** New work is refused while the disk is full; an admin is told once (design 3). */
export async function checkStorage(core: Core): Promise<void> {
  const { full, freeBytes } = core.store.health()
  const free = freeBytes === null ? '' : ` (${Math.round(freeBytes / 1e6)} MB free)`
  const text = `The disk of the bot is full${free}: no new tests are taken, what runs goes on. Free room in its data directory.`
  const operations = full ? raise(core, CAUSE_OF.storage, text) : resolve(core, CAUSE_OF.storage)
  if (operations.length > 0) await core.commit(...operations)
}

const WAIT = CAUSE_OF.wait

/**
 * Follows a step of the machine's clock: all times of the live state move with it, so that a lease that had half an
 * hour left has half an hour left, and nobody has waited for a year. Monotonic timers need nothing. Safe to repeat.
 */
export async function followClock(core: Core): Promise<void> {
  const by = core.clock.stepped()
  if (by === 0) return
  // In one turn: between the two, every time of the state would be wrong by the step.
  const stored = core.commit({ o: 'clock/stepped', by })
  core.clock.follow()
  core.log.warn({ stepMs: by }, 'the clock of this machine stepped; leases and waits keep their length')
  await stored
}
