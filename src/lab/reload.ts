import type { BoardConfig, Inventory } from '../config/types.ts'
import type { Core } from './core.ts'
import type { Operation } from './state.ts'

export type InventoryChanges = {
  added: readonly string[]
  removed: readonly string[]
  changed: readonly string[]
}

/** Boards that came, went, and are described otherwise; where in the file they stand does not matter. */
export function changesBetween(before: Inventory, after: Inventory): InventoryChanges {
  const old = new Map(before.boards.map(board => [board.id, plain(board)]))
  const now = new Map(after.boards.map(board => [board.id, plain(board)]))
  return {
    added: [...now.keys()].filter(id => !old.has(id)),
    removed: [...old.keys()].filter(id => !now.has(id)),
    changed: [...now].filter(([id, text]) => old.has(id) && old.get(id) !== text).map(([id]) => id),
  }
}

/** All or nothing: a bad file throws its ConfigError before anything changed (M2.5). */
export async function changeInventory(core: Core): Promise<InventoryChanges> {
  const next = await core.readInventory()
  const changes = changesBetween(core.current.inventory, next)
  const at = core.clock.now()
  const known = next.boards
    .filter(board => core.state().boards[board.id] === undefined)
    .map((board): Operation => ({ o: 'board/known', id: board.id, at }))
  if (known.length > 0) await core.commit(...known)
  core.current.inventory = next
  core.current.loadedAt = at
  core.news.publish(['boards', 'queue', 'status'], core.store.sequence)
  return changes
}

function plain(board: BoardConfig): string {
  return JSON.stringify({ ...board, line: 0 })
}
