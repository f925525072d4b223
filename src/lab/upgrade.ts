import type { BoardState, LabState } from './types.ts'

/**
 * Brings up what an older version stored. Version 1: neither power events nor who is stranded in the live state, and a
 * board that was switched off told from a lost one by its reason alone. Version 2: of what was done to bring a board
 * back, only the time of its last power cycle. The inbox had another shape up to now, and nobody ever wrote in it.
 */
export function upgradeStored(from: number, kind: 'snapshot' | 'operation', value: unknown): unknown {
  if (kind === 'operation') return from >= 2 ? value : upgradeOperation(value as Operation1)
  if (from >= 3) return value
  return withSteps(from >= 2 ? (value as Version2) : upgradeState(value as Version1))
}

type Board2 = Omit<BoardState, 'steps'>
type Version2 = Omit<LabState, 'boards'> & { boards: Record<string, Board2> }
type Version1 = Omit<Version2, 'power' | 'stranded'>
type Operation1 = { o: string; event?: { kind: string; reason?: string | null } }

function withSteps(state: Version2): LabState {
  const boards = Object.entries(state.boards).map(([id, board]) => [id, { ...board, steps: stepsOf(board) }])
  return { ...state, boards: Object.fromEntries(boards) as LabState['boards'] }
}

/** The cool-down of a board goes on over the upgrade. */
function stepsOf({ lastCycleAt: at }: Board2): BoardState['steps'] {
  if (at === null) return []
  return [{ step: 'power', startedAt: at, endedAt: at, outcome: 'done', message: null, run: null }]
}

function upgradeState(state: Version1): Version2 {
  const boards = Object.fromEntries(
    Object.entries(state.boards).map(([id, board]) =>
      board.condition === 'offline' && wasSwitchedOff(board.reason)
        ? [id, { ...board, condition: 'off' }]
        : [id, board],
    ),
  ) as Version2['boards']
  return { ...state, boards, power: {}, stranded: {} }
}

function upgradeOperation(operation: Operation1): Operation1 {
  const { o, event } = operation
  if (o !== 'board/step' || event?.kind !== 'lost' || !wasSwitchedOff(event.reason)) return operation
  return { ...operation, event: { ...event, kind: 'switched off' } }
}

function wasSwitchedOff(reason: string | null | undefined): boolean {
  return reason?.startsWith('switched off') ?? false
}
