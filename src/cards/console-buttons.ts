/** The buttons that give a word for one of a board's consoles. */

import type { BoardInfo } from './facts.ts'
import { button } from './text.ts'
import type { Action } from './view.ts'

/** A board with more consoles has them behind `--console`: a card is no switchboard. */
const MOST_OTHERS = 3

export function watchButtons(board: Pick<BoardInfo, 'id' | 'consoles'>): readonly Action[] {
  return buttons(board, { key: 'watch', text: 'Watch console', line: `boards watch ${board.id}` })
}

export function typeButtons(board: Pick<BoardInfo, 'consoles'>, lease: string): readonly Action[] {
  return buttons(board, { key: 'console', text: 'Console', line: `lease console ${lease}` })
}

function buttons(
  { consoles }: Pick<BoardInfo, 'consoles'>,
  { key, text, line }: { key: string; text: string; line: string },
): readonly Action[] {
  const others = consoles.slice(1, 1 + MOST_OTHERS)
  return [
    button(key, text, line),
    ...others.map(({ name }) => button(`${key}-${name}`, `${text} ${name}`, `${line} --console ${name}`)),
  ]
}
