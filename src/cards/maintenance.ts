/** What a person sees after taking a board out of work, or giving it back (H12.1). */

import { boardRev, boardTone, statusWords } from './board-words.ts'
import type { BoardFacts } from './facts.ts'
import { bold, button, plain, textOf } from './text.ts'
import type { Part, View } from './view.ts'
import type { TimeFrame } from './words.ts'

export function maintenanceCard(board: BoardFacts, frame: TimeFrame): View {
  const { id } = board.config
  const expect = { topic: `board/${id}`, rev: boardRev(board) }
  const title = [bold(id), plain(` · ${board.config.family} · `), bold(statusWords(board, frame))]
  const inWork = board.state.maintenance === null
  const back = button('back', 'End maintenance', `boards maintain ${id} --off`, { expect })
  return {
    kind: 'message',
    topic: `board/${id}`,
    rev: boardRev(board),
    tone: boardTone(board),
    title,
    summary: textOf(title, frame),
    parts: [
      ...saidOf(board),
      {
        t: 'actions',
        items: inWork ? [button('check', 'Check', `boards health ${id}`, { expect })] : [back],
      },
    ],
  }
}

function saidOf(board: BoardFacts): readonly Part[] {
  if (board.state.maintenance === null) return [note('It takes work again.')]
  const { reason } = board.state.maintenance
  const said = [note(`It gets no new work${reason === '' ? '' : `: ${reason}`}.`)]
  if (board.heldBy !== null) said.push(note(`${board.heldBy} still has it and may finish.`))
  return said
}

function note(text: string): Part {
  return { t: 'note', runs: [plain(text)] }
}
