/** Tables (docs.slack.dev/reference/block-kit/blocks/table-block, data-table-block). */

import { below, type Issue, issue } from './issue.ts'
import { lengthOf } from './length.ts'
import { LIMITS } from './limits.ts'
import { BLOCK_ID, richText } from './rich-text.ts'
import {
  ANY_NUMBER,
  isJson,
  type Json,
  list,
  listOf,
  number,
  object,
  one,
  type Shape,
  shape,
  string,
  word,
  YES_OR_NO,
} from './shape.ts'

const CELL = one(() => ({
  raw_text: shape({ text: string(LIMITS.tableText) }),
  raw_number: shape({ value: ANY_NUMBER, text: string(LIMITS.tableText) }),
  rich_text: richText,
}))

const ROW = list(CELL, LIMITS.tableColumns)
const COLUMN = object(shape({}, { align: word('left', 'center', 'right'), is_wrapped: YES_OR_NO }))

export const table: Shape = shape(
  { rows: list(ROW, LIMITS.tableRows) },
  { ...BLOCK_ID, column_settings: list(COLUMN, LIMITS.tableColumns, 0) },
)

export const dataTable: Shape = shape(
  { rows: list(ROW, LIMITS.dataTableRows, 2), caption: string(LIMITS.text) },
  {
    ...BLOCK_ID,
    page_size: number(1, LIMITS.dataTablePage),
    row_header_column_index: number(0, LIMITS.tableColumns - 1),
  },
  evenRows,
)

function evenRows(value: Json, pointer: string): readonly Issue[] {
  const rows = listOf(value['rows']).map(listOf)
  const wide = rows[0]?.length
  const uneven = rows.some(row => row.length !== wide)
    ? [issue(below(pointer, 'rows'), 'wrong_value', 'rows must have the same number of cells')]
    : []
  const head = (rows[0] ?? []).flatMap((cell, index) =>
    isJson(cell) && cell['type'] === 'rich_text'
      ? [issue(`${pointer}/rows/0/${index}`, 'not_here', 'a cell of the head cannot be rich_text')]
      : [],
  )
  return [...uneven, ...head]
}

const TABLES: readonly unknown[] = ['table', 'data_table']

export function isTable(block: unknown): block is Json {
  return isJson(block) && TABLES.includes(block['type'])
}

/** The texts of blocks together; what stands in tables is counted apart. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + textLength(each), 0)
  if (!isJson(value) || isTable(value)) return 0
  return Object.entries(value).reduce(
    (sum, [name, each]) =>
      sum + (name === 'text' && typeof each === 'string' ? lengthOf(each) : textLength(each)),
    0,
  )
}
