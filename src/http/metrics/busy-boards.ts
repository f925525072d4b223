import { Counter, type Registry } from 'prom-client'
import type { Clock, Millis } from '../../clock.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Lease } from '../../lab/types.ts'

/** With more boards than these only families are told apart: a scrape must not grow with the lab. */
export const MOST_BOARDS = 200

type Hold = { board: string; family: string; holder: 'run' | 'person'; from: Millis }

export type BusyBoards = {
  /** Brings the counters up to now, before they are read. */
  update(): void
  close(): void
}

/** How long boards were held, so that the rate of it is their utilization. Holds go on being counted while they last. */
export function createBusyBoards(
  registry: Registry,
  { lab, clock }: { lab: Pick<Lab, 'state' | 'inventory' | 'subscribe'>; clock: Clock },
): BusyBoards {
  const registers = [registry]
  const byFamily = new Counter({
    name: 'boardroom_family_busy_seconds_total',
    help: 'Time that boards of a family were held, by what held them: a run, or a person.',
    labelNames: ['family', 'holder'],
    registers,
  })
  const byBoard = new Counter({
    name: 'boardroom_board_busy_seconds_total',
    help: `Time that a board was held; left out with more than ${MOST_BOARDS} boards.`,
    labelNames: ['board', 'family'],
    registers,
  })
  const holds = new Map<string, Hold>()
  /** Of boards whose series is there, so that it goes with the board. */
  const told = new Map<string, string>()

  function look(id: string): void {
    const lease = lab.state().leases[id]
    const hold = holds.get(id)
    const board = lease !== undefined && holdsBoard(lease) ? lease.board : null
    if (hold !== undefined && hold.board !== board) {
      count(hold, clock.mono())
      holds.delete(id)
    }
    if (lease === undefined || board === null || hold?.board === board) return
    const family = familyOf(board) ?? lease.family ?? 'unknown'
    holds.set(id, { board, family, holder: lease.holder.kind, from: clock.mono() })
  }

  function count(hold: Hold, now: Millis): void {
    const seconds = Math.max(0, now - hold.from) / 1000
    hold.from = now
    byFamily.inc({ family: hold.family, holder: hold.holder }, seconds)
    if (told.get(hold.board) === hold.family) byBoard.inc({ board: hold.board, family: hold.family }, seconds)
  }

  function familyOf(id: string): string | null {
    return lab.inventory().boards.find(board => board.id === id)?.family ?? null
  }

  /** Every board that is told of begins at 0, as does each family. */
  function follow(): void {
    const { boards } = lab.inventory()
    const wanted = new Map(boards.length > MOST_BOARDS ? [] : boards.map(board => [board.id, board.family]))
    for (const [board, family] of told) {
      if (wanted.get(board) === family) continue
      byBoard.remove({ board, family })
      told.delete(board)
    }
    for (const [board, family] of wanted) {
      if (told.has(board)) continue
      told.set(board, family)
      byBoard.inc({ board, family }, 0)
    }
    for (const family of new Set(boards.map(board => board.family)))
      for (const holder of ['run', 'person']) byFamily.inc({ family, holder }, 0)
  }

  follow()
  for (const id of Object.keys(lab.state().leases)) look(id)
  const stops = [
    lab.subscribe('inventory', follow),
    lab.subscribe('*', ({ topic }) => {
      if (topic.startsWith('lease/')) look(topic.slice('lease/'.length))
    }),
  ]
  return {
    update() {
      const now = clock.mono()
      for (const hold of holds.values()) count(hold, now)
    },
    close() {
      for (const stop of stops) stop()
    },
  }
}

/** While it is looked at before it is handed over it is nobody else's either. */
function holdsBoard({ state }: Lease): boolean {
  return state === 'active' || state === 'checking'
}
