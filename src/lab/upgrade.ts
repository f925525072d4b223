import type { LabState } from './types.ts'

/**
 * Brings up what an older version stored (version 1: neither power events nor who is stranded in the live state, and a board that was switched
 * off told from a lost one by its reason alone).
 */
export function upgradeStored(from: number, kind: 'snapshot' | 'operation', value: unknown): unknown {
  if (from >= 2) return value
  return kind === 'snapshot' ? upgradeState(value as Version1) : upgradeOperation(value as Operation1)
}

type Version1 = Omit<LabState, 'power' | 'stranded'>
type Operation1 = { o: string; event?: { kind: string; reason?: string | null } }

function upgradeState(state: Version1): LabState {
  const boards = Object.fromEntries(
    Object.entries(state.boards).map(([id, board]) =>
      board.condition === 'offline' && wasSwitchedOff(board.reason)
        ? [id, { ...board, condition: 'off' }]
        : [id, board],
    ),
  ) as LabState['boards']
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
