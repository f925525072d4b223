import type { Millis } from '../../clock.ts'
import type { BoardState, Incident, IncidentBlame } from '../types.ts'
import { DAY_MS } from './ladder.ts'

/** A board as far as what befell it can be somebody else's doing. */
export type IdleBoard = Pick<BoardState, 'kernel' | 'incidents'> & {
  family: string
  site: string
  pdu: string | null
}

/** Boards that lose their power together start again within it, the slow ones too. */
export const TOGETHER_MS: Millis = 30_000
/** What was done with it may end it later: a watchdog that was left open, a restart that was asked for. */
export const JUST_USED_MS: Millis = 120_000

/** Its kernel or its boot loader came to an end while nobody used it, and nobody has said yet whose fault that is. */
export function isOpenQuestion({ severity, during, blame }: Incident): boolean {
  return severity === 'ends' && during === null && blame === undefined
}

/**
 * Whose fault it is that a board failed while nobody used it (docs/recovery.md): its own, unless the power, the whole
 * site or the kernel explains it. Null as long as others of the site may still follow. Pure.
 */
export function idleBlame(
  incident: Incident,
  board: IdleBoard,
  others: readonly IdleBoard[],
  now: Millis,
): IncidentBlame | null {
  if (incident.kind === 'power loss') return 'power'
  if (now < incident.at + TOGETHER_MS) return null
  if (others.some(each => isBeside(each, board) && each.incidents?.some(its => isTogether(its, incident))))
    return 'site'
  return isOfKernel(incident, board, others) ? 'kernel' : 'board'
}

function isBeside(a: IdleBoard, b: IdleBoard): boolean {
  return a.site === b.site || (a.pdu !== null && a.pdu === b.pdu)
}

/** A start that nobody asked for may be the same flicker under a test, too; a panic under a test is the test's. */
function isTogether(its: Incident, mine: Incident): boolean {
  const isAlike = its.cause === mine.cause && (its.during === null || its.cause === 'reset')
  return isAlike && Math.abs(its.at - mine.at) <= TOGETHER_MS
}

/** A bad kernel takes boards down here and there: when half of all others that run it failed so within a day. */
function isOfKernel(mine: Incident, board: IdleBoard, others: readonly IdleBoard[]): boolean {
  const alike = others.filter(({ family, kernel }) => family === board.family && isSame(kernel, board.kernel))
  // What the power or a use explains says nothing of the kernel.
  const isItsOwn = ({ blame, at }: Incident): boolean =>
    (blame === 'board' || blame === 'kernel') && at > mine.at - DAY_MS
  const failed = alike.filter(({ incidents }) => incidents?.some(isItsOwn))
  return failed.length > 0 && 2 * failed.length >= alike.length
}

/** What nobody knows speaks for the board. */
function isSame(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b
}
