/** A table; where there is little room the style sheet makes each row a line of words. */

import type { Cell, Column, Part } from '../../../cards/view.ts'
import { type Markup, markup } from '../markup.ts'
import { actionsHtml } from './actions.ts'
import { type Look, lineOf } from './look.ts'
import { runsHtml } from './runs.ts'

type Table = Extract<Part, { t: 'table' }>

/** Columns of these titles hold what the lab itself made: ids, whose pages are here, and lines of the log. */
const IDS = 'id'
const LINES = 'where'

export function tableHtml({ columns, rows, caption, more }: Table, look: Look): Markup {
  const hasTitles = columns.some(({ title }) => title !== '')
  return markup`<div class="wide"><table>${caption !== undefined && markup`<caption>${caption}</caption>`}
${hasTitles && markup`<thead><tr>${columns.map(headHtml)}</tr></thead>`}
<tbody>
${rows.map(row => markup`<tr>${columns.map((column, index) => cellHtml(column, row[index] ?? [], look))}</tr>\n`)}</tbody>
</table></div>
${more !== undefined && actionsHtml([more])}`
}

function headHtml(column: Column): Markup {
  return markup`<th scope="col"${classOf(column)}>${column.title}</th>`
}

function cellHtml(column: Column, cell: Cell, look: Look): Markup {
  const url = linkOf(column, cell, look)
  const words = runsHtml(cell, look)
  return markup`<td${classOf(column)}>${url === null ? words : markup`<a href="${url}">${words}</a>`}</td>`
}

function linkOf({ title }: Column, cell: Cell, look: Look): string | null {
  const [only, ...others] = cell
  if (only?.r !== 'plain' || others.length > 0) return null
  if (title === LINES) return lineOf(only.text, look)
  return title === IDS && /^T\d{1,15}$/.test(only.text) ? `${look.root}/artifacts/${only.text}` : null
}

function classOf({ align, keep }: Column): Markup {
  const words = [...(align === 'right' ? ['n'] : []), ...(keep === true ? ['keep'] : [])]
  return words.length === 0 ? markup`` : markup` class="${words.join(' ')}"`
}
