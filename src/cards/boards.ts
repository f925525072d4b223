/** All boards at a glance. */

import { boardRev, remarks, statusWords } from './board-words.ts'
import type { BoardFacts } from './facts.ts'
import { bold, button, plain, textOf } from './text.ts'
import type { Action, Cell, Column, View } from './view.ts'
import type { TimeFrame } from './words.ts'

const MOST_BUTTONS = 5

const COLUMNS: readonly Column[] = [
  { title: 'board', keep: true },
  { title: 'family' },
  { title: 'status', keep: true },
  { title: 'site' },
  { title: '' },
]

/** Of all that there are, where `boards` is one page of them; `older` is the line of the next. */
export type BoardsInAll = { total: number; usable: number; older: string | null }

export function boardsCard(boards: readonly BoardFacts[], frame: TimeFrame, inAll?: BoardsInAll): View {
  const usable = inAll?.usable ?? boards.filter(board => board.usable).length
  const total = inAll?.total ?? boards.length
  const older = inAll?.older ?? null
  const title = [bold('Boards'), plain(' · '), bold(`${usable} of ${total} usable${trouble(boards)}`)]
  const rows = [...boards].sort(byId).map(board => rowOf(board, frame))
  const actions = boards.filter(needsHelp).slice(0, MOST_BUTTONS).flatMap(helpFor)
  return {
    kind: 'message',
    topic: 'boards',
    rev: Math.max(0, ...boards.map(boardRev)),
    tone: usable === total ? 'ok' : usable === 0 ? 'bad' : 'warn',
    title,
    summary: textOf(title, frame),
    parts: [
      {
        t: 'table',
        columns: COLUMNS,
        rows,
        ...(older === null ? {} : { more: button('more', 'More boards', older) }),
      },
      { t: 'actions', items: actions },
    ],
  }
}

function trouble(boards: readonly BoardFacts[]): string {
  const recovering = boards.filter(board => board.status === 'recovery').length
  const unhealthy = boards.filter(board => board.health === 'unhealthy').length
  const words = [
    recovering > 0 ? `${recovering} recovering` : '',
    unhealthy > 0 ? `${unhealthy} unhealthy` : '',
  ]
  return words
    .filter(word => word !== '')
    .map(word => `, ${word}`)
    .join('')
}

function rowOf(board: BoardFacts, frame: TimeFrame): readonly Cell[] {
  const { id, family, revision, site } = board.config
  const kind = revision === undefined ? family : `${family} ${revision}`
  return [
    [plain(id)],
    [plain(kind)],
    [plain(statusWords(board, frame))],
    [plain(site)],
    [plain(remarks(board))],
  ]
}

function needsHelp(board: BoardFacts): boolean {
  return board.health === 'unhealthy' && board.status !== 'maintenance' && board.lease === null
}

function helpFor(board: BoardFacts): readonly Action[] {
  const { id, power } = board.config
  const expect = { topic: `board/${id}`, rev: boardRev(board) }
  const check = button(`check-${id}`, `Check ${id}`, `boards health ${id}`, { expect })
  const cycle = button(`cycle-${id}`, `Power cycle ${id}`, `power cycle ${id}`, { expect, style: 'danger' })
  return power === null ? [check] : [check, cycle]
}

function byId(a: BoardFacts, b: BoardFacts): number {
  return a.config.family.localeCompare(b.config.family) || a.config.id.localeCompare(b.config.id)
}
