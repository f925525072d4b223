import type { Millis } from '../../clock.ts'
import type { PowerState, RecorderState } from '../../hardware/types.ts'
import type { Attendance } from '../types.ts'

/** What is known of a board from listening to it: in memory, never stored. */
export type BoardLive = {
  connected: boolean | null
  lastByteAt: Millis | null
  problem: string | null
  power: PowerState | null
  /** At the first console, and at the others by name. */
  people: Attendance
  peopleAt: Readonly<Record<string, Attendance>>
}

export type LiveBoards = {
  of(board: string): BoardLive
  heard(board: string, t: Millis): void
  state(board: string, state: RecorderState): BoardLive
  power(board: string, power: PowerState): void
  people(board: string, console: string | null, people: Attendance): void
  forget(board: string): void
}

const NOTHING: BoardLive = {
  connected: null,
  lastByteAt: null,
  problem: null,
  power: null,
  people: { typing: null, watching: [] },
  peopleAt: {},
}

export function createLiveBoards(): LiveBoards {
  const boards = new Map<string, BoardLive>()
  const change = (board: string, part: Partial<BoardLive>): BoardLive => {
    const next = { ...(boards.get(board) ?? NOTHING), ...part }
    boards.set(board, next)
    return next
  }
  return {
    of: board => boards.get(board) ?? NOTHING,
    heard: (board, t) => void change(board, { lastByteAt: t }),
    // A recorder that never connected and has no reason yet is still trying: nothing is known.
    state: (board, { connected, problem, lastByteAt }) =>
      change(board, { connected: connected || problem !== null ? connected : null, problem, lastByteAt }),
    power: (board, power) => void change(board, { power }),
    people(board, console, people) {
      const { peopleAt } = boards.get(board) ?? NOTHING
      change(board, console === null ? { people } : { peopleAt: { ...peopleAt, [console]: people } })
    },
    forget: board => void boards.delete(board),
  }
}
