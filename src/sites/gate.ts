import { LeaseLostError } from '../errors.ts'

/**
 * The last door before a board: everything written to its console and every switch of its power passes here with
 * a fencing token. The gate remembers the highest token it ever saw, so a late holder cannot touch the board
 * whatever the rest of the program believes (design 2).
 */
export type Gate = {
  readonly highest: number
  /** Lets a new holder in. Throws LeaseLostError when a higher token was seen before. Repeating is safe. */
  admit(token: number): void
  /** Throws LeaseLostError when this token is no longer the highest. */
  check(token: number): void
}

export function createGate(board: string): Gate {
  let highest = 0
  const check = (token: number): void => {
    if (token < highest) throw new LeaseLostError(board, token, highest)
  }
  return {
    get highest() {
      return highest
    },
    admit: token => {
      check(token)
      highest = token
    },
    check: token => {
      check(token)
      if (token > highest) throw new LeaseLostError(board, token, highest)
    },
  }
}
