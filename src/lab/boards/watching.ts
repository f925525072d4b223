import type { BoardConfig } from '../../config/types.ts'
import type { RecorderNews } from '../../hardware/types.ts'
import type { Core } from '../core.ts'
import type { Holdings } from '../leases/holdings.ts'
import { inMaintenance } from './board-state.ts'
import { type Checks, recordProbe } from './checks.ts'
import type { LiveBoards } from './live.ts'
import type { Recovery } from './recovery.ts'

export type Watching = {
  /** Brings the recorders in line with the inventory; boards that are held are left until they are free. */
  follow(): void
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
  freed(board: string): void
}

const ASK_WITHIN_MS = 10_000

/** Listens to every board, with no lease: liveness is heard, and an idle board that is lost is looked after. */
export function createWatching(deps: WatchingDeps): Watching {
  const { core, holdings, checks, recovery, live } = deps
  const watched = new Map<string, { config: BoardConfig; text: string }>()
  let stopped = false

  const idle = (id: string): boolean => holdings.current(id) === null && !recovery.recovering(id) && !stopped
  const lost = (id: string, reason: string): void => {
    if (!idle(id) && !checks.checking(id)) return
    const state = core.state().boards[id]
    if (state === undefined || state.condition === 'offline' || state.condition === 'recovery') return
    if (inMaintenance(state, core.clock.now())) return
    core.post({
      o: 'board/step',
      id,
      at: core.clock.now(),
      event: { kind: 'recovering', reason, cycle: false },
    })
    void recovery.recover(id, reason)
  }
  const found = async (board: BoardConfig): Promise<void> => {
    if (core.state().boards[board.id]?.condition !== 'offline' || !idle(board.id)) return
    await recordProbe(core, board.id, () => checks.probe(board, ASK_WITHIN_MS))
    deps.freed(board.id)
  }
  const heard = (board: BoardConfig, news: RecorderNews): void => {
    if (stopped) return
    if (news.kind === 'chunk') live.heard(board.id, news.chunk.t)
    else if (news.kind === 'finding') {
      if (news.finding.cause === 'panic' || news.finding.cause === 'reset') lost(board.id, news.finding.title)
    } else {
      const { connected, problem } = live.state(board.id, news.state)
      core.news.publish([`board/${board.id}`, 'boards'], core.store.sequence)
      if (connected === false) lost(board.id, problem ?? 'its console was closed')
      else if (connected === true) core.behind('asking a board that came back', found(board))
    }
  }
  const drop = (id: string): void => {
    const place = watched.get(id)
    if (place === undefined || holdings.current(id) !== null) return
    watched.delete(id)
    live.forget(id)
    core.behind('closing a console', core.siteOf(place.config).unwatch(id))
  }

  return {
    follow() {
      const wanted = new Map(core.current.inventory.boards.map(board => [board.id, board]))
      for (const id of watched.keys()) if (!wanted.has(id)) drop(id)
      for (const [id, config] of wanted) {
        if (watched.get(id)?.config === config) continue
        const text = JSON.stringify({ ...config, line: 0 })
        if (watched.get(id)?.text === text || (watched.has(id) && holdings.current(id) !== null)) continue
        watched.set(id, { config, text })
        core.siteOf(config).watch(config, news => heard(config, news))
      }
    },
    leaving() {
      const wanted = new Set(core.current.inventory.boards.map(board => board.id))
      return [...watched.values()].map(place => place.config).filter(config => !wanted.has(config.id))
    },
    stop: () => {
      stopped = true
    },
  }
}
