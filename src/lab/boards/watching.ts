import type { BoardConfig } from '../../config/types.ts'
import type { RecorderNews } from '../../hardware/types.ts'
import type { Core } from '../core.ts'
import type { Holdings } from '../leases/holdings.ts'
import { resolveOfGone } from '../mail/alerts.ts'
import { isSameBoard } from '../reload.ts'
import { inMaintenance } from './board-state.ts'
import { type Checks, recordProbe } from './checks.ts'
import { hearIncident } from './hearing.ts'
import type { LiveBoards } from './live.ts'
import type { Printed } from './printed.ts'
import type { Recovery } from './recovery.ts'

export type Watching = {
  /** Brings the recorders in line with the inventory; boards that are held are left until they are free. */
  follow(): void
  /** Somebody gave a board back: the inventory is followed where that had to wait for it. */
  freed(): void
  /** Boards still recorded that the inventory no longer has. */
  leaving(): readonly BoardConfig[]
  stop(): void
}

export type WatchingDeps = {
  core: Core
  holdings: Holdings
  checks: Checks
  recovery: Recovery
  live: LiveBoards
  printed: Printed
  freed(board: string): void
}

const ASK_WITHIN_MS = 10_000

/** Listens to every board, with no lease: liveness is heard, and an idle board that is lost is looked after. */
export function createWatching(deps: WatchingDeps): Watching {
  const { core, holdings, checks, recovery, live } = deps
  const watched = new Map<string, BoardConfig>()
  let stopped = false
  /** A board that the inventory has otherwise, or no longer, is held. */
  let waits = false

  const idle = (id: string): boolean => holdings.current(id) === null && !recovery.recovering(id) && !stopped
  const lost = (id: string, reason: string): void => {
    if (!idle(id) && !checks.checking(id)) return
    const state = core.state().boards[id]
    if (state === undefined || !['unknown', 'ready'].includes(state.condition)) return
    if (inMaintenance(state, core.clock.now())) return
    core.post({
      o: 'board/step',
      id,
      at: core.clock.now(),
      event: { kind: 'recovering', reason, cycle: false },
    })
    void recovery.recover(id, reason)
  }
  /** One that was switched off may have been switched on by hand; as long as it is silent it stays what it was. */
  const found = async (board: BoardConfig): Promise<void> => {
    // It may have come back just when its recovery gave up.
    if (recovery.recovering(board.id)) await recovery.recover(board.id, 'its console came back')
    const condition = core.state().boards[board.id]?.condition
    if ((condition !== 'offline' && condition !== 'off') || !idle(board.id)) return
    await recordProbe(core, board.id, () => checks.probe(board, ASK_WITHIN_MS))
    deps.freed(board.id)
  }
  const heard = (board: BoardConfig, news: RecorderNews): void => {
    if (stopped) return
    if (news.kind === 'chunk') {
      live.heard(board.id, news.chunk.t)
      deps.printed.add(board.family, news.chunk.bytes.length)
    } else if (news.kind === 'finding' || news.kind === 'trace') {
      hearIncident(core, holdings, board.id, news.finding)
      if (news.kind === 'finding' && news.finding.severity === 'ends') lost(board.id, news.finding.title)
    } else if (news.kind === 'state') {
      const { connected, problem } = live.state(board.id, news.state)
      core.news.publish([`board/${board.id}`, 'boards'], core.store.sequence)
      if (connected === false) lost(board.id, problem ?? 'its console was closed')
      else if (connected === true) core.behind('asking a board that came back', found(board))
    }
  }
  /** A question of our own gives way, and the board is looked at again then; anybody else is let finish. */
  const isHeld = (id: string): boolean => {
    if (checks.checking(id)) core.behind('ending a check', checks.yield(id).then(follow))
    return holdings.current(id) !== null
  }
  const drop = (id: string): void => {
    const config = watched.get(id)
    if (config === undefined) return
    if (isHeld(id)) {
      waits = true
      return
    }
    watched.delete(id)
    live.forget(id)
    core.behind('closing a console', core.siteOf(config).unwatch(id))
  }

  const follow = (): void => {
    waits = false
    const wanted = new Map(core.current.inventory.boards.map(board => [board.id, board]))
    for (const id of watched.keys()) if (!wanted.has(id)) drop(id)
    for (const [id, config] of wanted) {
      const before = watched.get(id)
      const isSame = before !== undefined && isSameBoard(before, config)
      if (before !== undefined && !isSame && isHeld(id)) {
        waits = true
        continue
      }
      watched.set(id, config)
      if (!isSame) core.siteOf(config).watch(config, news => heard(config, news))
    }
    const over = resolveOfGone(core, id => !wanted.has(id) && !watched.has(id))
    if (over.length > 0) core.post(...over)
  }

  return {
    follow,
    freed() {
      if (waits) follow()
    },
    leaving() {
      const wanted = new Set(core.current.inventory.boards.map(board => board.id))
      return [...watched.values()].filter(config => !wanted.has(config.id))
    },
    stop: () => {
      stopped = true
    },
  }
}
