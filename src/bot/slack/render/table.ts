/** A table: Slack's own for the first of a message, preformatted columns for all others. */

import type { KnownBlock, RawTextElement, RichTextBlock, TableBlock } from '@slack/types'
import { bold, clean, plain, runText } from '../../../cards/text.ts'
import type { Cell, Column, Part } from '../../../cards/view.ts'
import type { TimeFrame } from '../../../cards/words.ts'
import { paint, piece } from '../../terminal/ink.ts'
import { tableLines } from '../../terminal/table.ts'
import { LIMITS } from '../rules/limits.ts'
import { textLength } from '../rules/tables.ts'
import { buttonBlocks } from './buttons.ts'
import { crop, isBlank } from './crop.ts'
import { type Draw, type Drawn, detail } from './draw.ts'
import { plainNote } from './note.ts'
import { preformatted, richRuns, richText, runsBlock } from './runs.ts'

type Table = Extract<Part, { t: 'table' }>
type TableCell = RawTextElement | RichTextBlock

/** What Slack's desktop client shows of preformatted text without breaking lines. */
const WIDTH = 76
const MOST_TEXT = 2_900
const CELL_TEXT = 200
/** Under Slack's limit by what a cell of no text is taken for. */
const MOST_CELLS = LIMITS.tableText - 500
/** Columns with longer cells are wrapped, so that the others stay in sight. */
const WIDE_CELL = 30

export function tableBlocks(table: Table, draw: Draw): readonly Drawn[] {
  const used = isNative(table, draw) ? usedColumns(table, draw) : []
  const { block, shown } = used.length > 0 ? nativeTable(table, used, draw) : textTable(table, draw)
  const left = table.rows.length - shown
  if (left > 0) draw.warnings.push(`a table shows ${shown} of ${table.rows.length} rows`)
  const caption = isBlank(clean(table.caption ?? ''))
    ? []
    : runsBlock([bold(table.caption ?? '')], draw, draw.room.text)
  return [
    ...caption.map(detail),
    ...(block === null ? [] : [detail(block)]),
    ...(left > 0 ? [detail(plainNote(`… and ${left} more`))] : []),
    ...(table.more === undefined ? [] : buttonBlocks([table.more], draw)),
  ]
}

type Shown = { block: KnownBlock | null; shown: number }

/** One a message, with a head: without one Slack would take the first row for it. */
function isNative({ columns, rows }: Table, draw: Draw): boolean {
  return (
    draw.surface === 'message' &&
    draw.used.tables < LIMITS.tables &&
    rows.length > 0 &&
    columns.some(column => !isBlank(clean(column.title)))
  )
}

/** Columns that are empty everywhere are left out; of more than Slack takes, those that must be kept go first. */
function usedColumns({ columns, rows }: Table, frame: TimeFrame): readonly number[] {
  const shown = rows.slice(0, LIMITS.tableRows)
  const used = columns
    .map((_, index) => index)
    .filter(index => shown.some(row => !isBlank(cellText(row[index] ?? [], frame))))
  const kept = used.filter(index => columns[index]?.keep === true)
  const others = used.filter(index => columns[index]?.keep !== true)
  const chosen = new Set([...kept, ...others].slice(0, LIMITS.tableColumns))
  return used.filter(index => chosen.has(index))
}

function nativeTable({ columns, rows }: Table, used: readonly number[], draw: Draw): Shown {
  draw.used.tables++
  const all: TableCell[][] = [used.map(index => rawText(columns[index]?.title ?? ''))]
  let length = textLength(all)
  for (const row of rows.slice(0, LIMITS.tableRows - 1)) {
    const cells = used.map(index => tableCell(row[index] ?? [], draw))
    length += textLength(cells)
    if (length > MOST_CELLS) break
    all.push(cells)
  }
  const block: TableBlock = {
    type: 'table',
    rows: all,
    column_settings: used.map(index => ({
      align: columns[index]?.align ?? 'left',
      is_wrapped: rows.slice(0, all.length).some(row => cellText(row[index] ?? [], draw).length > WIDE_CELL),
    })),
  }
  return { block, shown: all.length - 1 }
}

function rawText(words: string): RawTextElement {
  const fitted = crop(words, CELL_TEXT)
  return { type: 'raw_text', text: isBlank(fitted) ? ' ' : fitted }
}

/** People in a table are named, not mentioned: a list of who waits must not call all of them. */
function tableCell(cell: Cell, frame: TimeFrame): TableCell {
  if (cell.every(run => run.r === 'plain' || run.r === 'user')) return rawText(cellText(cell, frame))
  const named = cell.map(run => (run.r === 'user' ? plain(runText(run, frame)) : run))
  const elements = richRuns(named, frame, CELL_TEXT)
  return elements.length === 0 ? rawText('') : richText(elements)
}

function textTable({ columns, rows }: Table, draw: Draw): Shown {
  const cells = rows.slice(0, draw.room.rows).map(row => row.map(cell => crop(cellText(cell, draw), WIDTH)))
  for (let shown = cells.length; ; ) {
    const words = tableText(columns, cells.slice(0, shown))
    if (isBlank(words)) return { block: null, shown: rows.length }
    const block = preformatted(words)
    const length = textLength(block)
    if (length <= MOST_TEXT) return { block, shown }
    // A row of entities may be longer than it is wide.
    if (shown <= 1) return { block: preformatted(fitLines(words)), shown }
    shown = Math.max(1, Math.min(shown - 1, Math.ceil((shown * MOST_TEXT) / length)))
  }
}

function tableText(columns: readonly Column[], cells: readonly (readonly string[])[]): string {
  const titled = columns.map(column => ({ ...column, title: crop(column.title, WIDTH) }))
  const rows = cells.map(row => row.map(words => [plain(words)]))
  const lines = tableLines(titled, rows, WIDTH, cell => cell.map(run => piece('text' in run ? run.text : '')))
  return lines.map(line => paint(line, false).replace(/^ {2}/, '')).join('\n')
}

function fitLines(words: string): string {
  const lines = words.split('\n')
  const most = Math.floor(MOST_TEXT / lines.length) - 1
  return lines.map(line => crop(line, most)).join('\n')
}

function cellText(cell: Cell, frame: TimeFrame): string {
  return cell
    .map(run => (run.r === 'link' && !isBlank(run.text) ? clean(run.text) : runText(run, frame)))
    .join('')
}
