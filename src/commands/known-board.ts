import { NotFoundError } from '../errors.ts'
import type { Lab } from '../lab/lab.ts'
import type { BoardSummary } from '../lab/types.ts'

/** Throws NotFoundError: the board went between the check of the words and their use. */
export function knownBoard(lab: Lab, id: string): BoardSummary {
  const board = lab.board(id)
  if (board !== null) return board
  throw new NotFoundError(`There is no board "${id}" any more.`, {
    field: 'board',
    hint: 'See what there is: boards',
  })
}
