import type { BoardConfig } from '../../config/types.ts'
import type { Core } from '../core.ts'
import { holdsBoard } from '../leases/lease-state.ts'
import type { BoardState, BoardSummary, FamilySummary, Lease } from '../types.ts'
import { healthOf, newBoard, notUsable, statusOf } from './board-state.ts'
import type { LiveBoards } from './live.ts'

/** The lease that holds each board now. */
export function holders(leases: Readonly<Record<string, Lease>>): ReadonlyMap<string, Lease> {
  const map = new Map<string, Lease>()
  for (const lease of Object.values(leases))
    if (lease.board !== null && holdsBoard(lease)) map.set(lease.board, lease)
  return map
}

/** What a board that is set aside waits for is said as long as it waits, whatever was heard of it since. */
function withNext({ condition, again }: BoardState, reason: string | null, timeZone: string): string | null {
  if (reason === null || condition !== 'offline' || again == null) return reason
  return `${reason}; next try: ${againWords(again, timeZone)}`
}

/** `power cycle at 14:17`: what a board that is set aside waits for. */
export function againWords({ step, at }: NonNullable<BoardState['again']>, timeZone: string): string {
  return `${step === 'power' ? 'power cycle' : step} at ${clockTime(at, timeZone)}`
}

export function boardSummary(
  core: Core,
  live: LiveBoards,
  config: BoardConfig,
  lease: Lease | null,
  leaving: boolean,
): BoardSummary {
  const now = core.clock.now()
  const { settings } = core.current.inventory
  const state: BoardState = core.state().boards[config.id] ?? newBoard(config.id, now, 0)
  const reason =
    withNext(
      state,
      notUsable(state, now, at => clockTime(at, settings.timeZone)),
      settings.timeZone,
    ) ?? (leaving ? 'taken out of the inventory' : null)
  const { connected, lastByteAt, power, people, peopleAt } = live.of(config.id)
  return {
    config,
    state,
    status: statusOf(state, lease !== null, now),
    health: healthOf(state, now, settings.boardFailuresWindowMs),
    usable: reason === null,
    reason,
    lease,
    heldBy: lease === null ? null : holderName(lease),
    connected,
    lastByteAt,
    power,
    leaving,
    people: core.consoleAddress?.() ? people : null,
    peopleAt,
  }
}

/** Who holds it, in words people type. */
export function holderName(lease: Lease): string {
  return lease.holder.kind === 'run' ? lease.holder.run : `@${lease.holder.person.name}`
}

/** A family runs at most as many tests at once as it has usable boards, or its lower, set limit (M1.2). */
export function familySummaries(core: Core, boards: readonly BoardSummary[]): readonly FamilySummary[] {
  const names = new Set([
    ...Object.keys(core.current.inventory.families),
    ...boards.map(board => board.config.family),
  ])
  return [...names].sort().flatMap(name => {
    const own = boards.filter(board => board.config.family === name)
    if (own.length === 0) return []
    const usable = own.filter(board => board.usable).length
    const runs = own.filter(board => board.lease?.holder.kind === 'run')
    // A test that goes on on a board set aside since takes no usable board's place.
    const most = usable + runs.filter(board => !board.usable).length
    const set = core.current.inventory.families[name]?.limit ?? null
    return {
      name,
      boards: own.length,
      usable,
      free: own.filter(board => board.usable && board.lease === null).length,
      running: runs.length,
      limit: set === null ? most : Math.min(set, most),
    }
  })
}

/** Making one takes as long as a hundred uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>()

/** `14:20` in the deployment's time zone. */
export function clockTime(at: number, timeZone: string): string {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
    formats.set(timeZone, format)
  }
  return format.format(at)
}
