import { Counter, Gauge, type Registry } from 'prom-client'
import type { Lab } from '../../lab/lab.ts'
import { BOARD_STATUSES, type BoardSummary } from '../../lab/types.ts'
import { MOST_BOARDS } from './busy-boards.ts'

export type FamilyGauges = { update(boards: readonly BoardSummary[]): void }

/** Boards as they are right now, and what their consoles printed. */
export function createFamilyGauges(registry: Registry, lab: Pick<Lab, 'printed'>): FamilyGauges {
  const registers = [registry]
  const statuses = new Gauge({
    name: 'boardroom_boards',
    help: 'Boards of the lab, by status.',
    labelNames: ['status'],
    registers,
  })
  const boardsOf = new Gauge({
    name: 'boardroom_family_boards',
    help: 'Boards of a family.',
    labelNames: ['family'],
    registers,
  })
  const usableOf = new Gauge({
    name: 'boardroom_family_boards_usable',
    help: 'Boards of a family that get work, the held ones among them.',
    labelNames: ['family'],
    registers,
  })
  const heldOf = new Gauge({
    name: 'boardroom_family_boards_held',
    help: 'Boards of a family that a run or a person holds.',
    labelNames: ['family'],
    registers,
  })
  const usable = new Gauge({
    name: 'boardroom_board_usable',
    help: `1 for a board that gets work, else 0; left out with more than ${MOST_BOARDS} boards.`,
    labelNames: ['board', 'family'],
    registers,
  })
  const printed = new Counter({
    name: 'boardroom_console_bytes_total',
    help: 'Bytes that came from the first consoles of a family.',
    labelNames: ['family'],
    registers,
  })

  return {
    update(boards) {
      for (const gauge of [boardsOf, usableOf, heldOf, usable]) gauge.reset()
      for (const status of BOARD_STATUSES) statuses.set({ status }, 0)
      const isFew = boards.length <= MOST_BOARDS
      for (const board of boards) {
        const { id, family } = board.config
        statuses.inc({ status: board.status })
        boardsOf.inc({ family })
        usableOf.inc({ family }, board.usable ? 1 : 0)
        heldOf.inc({ family }, board.lease === null ? 0 : 1)
        if (isFew) usable.set({ board: id, family }, board.usable ? 1 : 0)
      }
      // It is read from a count that only rises.
      printed.reset()
      for (const [family, bytes] of lab.printed()) printed.inc({ family }, bytes)
    },
  }
}
