/** Lines of a log as rows of the page: their numbers as anchors, when they came, and their text in its colours. */

import { gutterTime, size as sizeWords, type TimeFrame } from '../../../cards/words.ts'
import type { PageLine } from '../../../lab/lab.ts'
import { paint } from '../../../reading/sgr.ts'
import { type Markup, markup, verbatim } from '../markup.ts'
import type { Mark } from './marks.ts'

/** The rows of `shown`, the first of which is line `from`. */
export function logRows(
  shown: readonly PageLine[],
  from: number,
  marks: readonly Mark[],
  frame: TimeFrame,
): Markup {
  const rows = shown.map((line, index) => row(line, from + index, marks, frame))
  return markup`<div class="log-rows" id="rows">${rows}</div>`
}

function row(line: PageLine, number: number, marks: readonly Mark[], frame: TimeFrame): Markup {
  const mark = marks.find(each => number >= each.from && number <= each.to)
  const look = mark === undefined ? null : markup` mark-${mark.kind}" title="${mark.title}`
  return markup`<div class="row${look}"><a class="num" id="L${number}" href="#L${number}">${number}</a><time>${gutterTime(line.t, frame)}</time><span class="text">${textOf(line)}</span></div>
`
}

/** The colours of a line and its text; nothing that the log printed becomes mark-up (P28). */
export function textOf({ text, more }: PageLine): Markup {
  const spans = paint(text).map(span =>
    span.look === '' ? verbatim(span.text) : markup`<span class="${span.look}">${verbatim(span.text)}</span>`,
  )
  return markup`${spans}${more !== undefined && markup`<em class="more">… ${sizeWords(more)} more in this line</em>`}`
}
