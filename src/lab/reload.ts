import { isDeepStrictEqual } from 'node:util'
import type { BoardConfig, Inventory } from '../config/types.ts'
import type { Core } from './core.ts'
import { tellStranded } from './mail/stranded.ts'
import type { Operation } from './state.ts'

export type InventoryChanges = {
  added: readonly string[]
  removed: readonly string[]
  changed: readonly string[]
}

/** Boards that came, went, and are described otherwise; where in the file they stand does not matter. */
export function changesBetween(before: Inventory, after: Inventory): InventoryChanges {
  const old = new Map(before.boards.map(board => [board.id, board]))
  const now = new Map(after.boards.map(board => [board.id, board]))
  const isChanged = (board: BoardConfig): boolean => {
    const was = old.get(board.id)
    return was !== undefined && !isSameBoard(was, board)
  }
  return {
    added: [...now.keys()].filter(id => !old.has(id)),
    removed: [...old.keys()].filter(id => !now.has(id)),
    changed: after.boards.filter(isChanged).map(board => board.id),
  }
}

const NOWHERE = { line: 0, sysrqLine: 0 }

/** Described the same, in whatever order and at whatever line. */
export function isSameBoard(a: BoardConfig, b: BoardConfig): boolean {
  return a === b || isDeepStrictEqual({ ...a, ...NOWHERE }, { ...b, ...NOWHERE })
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
  core.news.publish(['inventory', 'boards', 'queue', 'status'], core.store.sequence)
  await tellStranded(core)
  return changes
}
