import { isDeepStrictEqual } from 'node:util'
import type { BoardConfig, Inventory } from './types.ts'

/** Board ids, each list in the order of its inventory. */
export type InventoryChanges = {
  added: readonly string[]
  removed: readonly string[]
  changed: readonly string[]
}

/** What a reload has to do. A board that only moved within the file is not changed. */
export function inventoryChanges(before: Inventory, after: Inventory): InventoryChanges {
  const old = new Map(before.boards.map(board => [board.id, board]))
  const kept = new Set(after.boards.map(({ id }) => id))
  return {
    added: after.boards.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    removed: before.boards.filter(({ id }) => !kept.has(id)).map(({ id }) => id),
    changed: after.boards.filter(board => isChanged(old.get(board.id), board)).map(({ id }) => id),
  }
}

function isChanged(before: BoardConfig | undefined, after: BoardConfig): boolean {
  return before !== undefined && !isDeepStrictEqual({ ...before, line: 0 }, { ...after, line: 0 })
}
