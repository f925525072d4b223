/** A table as aligned lines, cut to the width: the widest columns give way first. */

import type { Cell, Column } from '../../cards/view.ts'
import { type Line, type Piece, piece, widthOf } from './ink.ts'
import { cut, pad } from './width.ts'

const GAP = 2
const INDENT = 2
const LEAST = 3
/** What can be cut without a loss that hurts is still this wide. */
const LEAST_SHOWN = 8

/** `draw` makes the pieces of a cell. Columns that are empty everywhere are left out. Null columns: nothing is cut. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number | null,
  draw: (cell: Cell) => Line,
): readonly Line[] {
  const cells = rows.map(row => columns.map((_, index) => draw(row[index] ?? [])))
  const used = columns
    .map((_, index) => index)
    .filter(index => cells.some(row => widthOf(row[index] ?? []) > 0))
  const head = used.map(index => [piece(columns[index]?.title ?? '', 'dim')])
  const body = cells.map(row => used.map(index => row[index] ?? []))
  const hasHead = head.some(cell => widthOf(cell) > 0)
  const all = hasHead ? [head, ...body] : body
  const widths = narrowed(
    used.map((_, place) => Math.max(0, ...all.map(row => widthOf(row[place] ?? [])))),
    used.map(index => columns[index]?.keep === true),
    width,
  )
  const aligns = used.map(index => columns[index]?.align ?? 'left')
  return all.map(row => rowLine(row, widths, aligns))
}

function rowLine(
  row: readonly Line[],
  widths: readonly number[],
  aligns: readonly ('left' | 'right')[],
): Line {
  const pieces: Piece[] = []
  for (const [place, width] of widths.entries()) {
    if (width === 0) continue
    pieces.push(
      { text: ' '.repeat(pieces.length === 0 ? INDENT : GAP) },
      ...cellPieces(row[place] ?? [], width, aligns[place] ?? 'left'),
    )
  }
  return pieces
}

function cellPieces(cell: Line, width: number, align: 'left' | 'right'): readonly Piece[] {
  const wide = widthOf(cell)
  if (wide <= width) {
    const space = { text: pad('', width - wide) }
    return align === 'left' ? [...cell, space] : [space, ...cell]
  }
  const kept: Piece[] = []
  let left = width
  for (const each of cell) {
    const text = cut(each.text, left)
    if (text !== '') kept.push(piece(text, each.ink))
    left -= widthOf([{ text }])
    if (text !== each.text) break
  }
  return [...kept, { text: ' '.repeat(Math.max(0, left)) }]
}

/** Takes columns from the widest that need not be kept, then from the widest of all, then whole columns from the right. */
function narrowed(
  widths: readonly number[],
  keep: readonly boolean[],
  width: number | null,
): readonly number[] {
  if (width === null) return widths
  const fitted = [...widths]
  while (excess(fitted, width) > 0) {
    const others = fitted.map((each, place) => (keep[place] ? 0 : each))
    if (!takeOne(fitted, others, LEAST_SHOWN) && !takeOne(fitted, fitted, LEAST)) {
      const last = fitted.findLastIndex(each => each > 0)
      fitted[last] = last === 0 ? Math.max(0, width - INDENT) : 0
      if (last <= 0) break
    }
  }
  return fitted
}

/** One column from the widest of `from`; false when none is wider than `least`. */
function takeOne(fitted: number[], from: readonly number[], least: number): boolean {
  const widest = Math.max(...from)
  if (widest <= least) return false
  fitted[from.indexOf(widest)] = widest - 1
  return true
}

function excess(widths: readonly number[], width: number): number {
  const shown = widths.filter(each => each > 0)
  return shown.reduce((sum, each) => sum + each, 0) + INDENT + GAP * Math.max(0, shown.length - 1) - width
}
