/** Lines that hold the words of a search, for readers without scripts: each with its text and its place in the log. */

import { count } from '../../../cards/words.ts'
import { type Markup, markup, NOTHING } from '../markup.ts'
import { textOf } from './rows.ts'
import type { LogLab } from './types.ts'

const MOST = 100
const LINES_BEFORE = 20

export async function hitList(
  lab: LogLab,
  id: string,
  file: string,
  words: string,
  from: number,
  signal: AbortSignal,
): Promise<Markup> {
  const found = await lab.logs.find(id, file, words, { from, limit: MOST, signal })
  if (found === null) return NOTHING
  const { hits, total, next } = found
  const rows = await Promise.all(hits.map(line => hitRow(lab, id, file, line)))
  const last = hits.at(-1)
  const more = last !== undefined && total > hits.length ? last + 1 : next
  return markup`<section class="log-hits" aria-label="Found">
<p>${told(total, words, from, next)}</p>
<ol>${rows}</ol>
${more !== null && markup`<p><a href="?q=${encodeURIComponent(words)}&amp;after=${more}">More from line ${more}</a></p>`}
</section>
`
}

function told(total: number, words: string, from: number, next: number | null): string {
  const where = from > 1 ? ` from line ${from} on` : ''
  const sofar = next === null ? '' : ` before line ${next}`
  return `${total === 0 ? 'No line' : count(total, 'line')} with “${words}”${where}${sofar}.`
}

async function hitRow(lab: LogLab, id: string, file: string, line: number): Promise<Markup> {
  const shown = await lab.logs.lines(id, file, line, 1)
  const [found] = shown?.shown ?? []
  const from = Math.max(1, line - LINES_BEFORE)
  return markup`<li class="row"><a class="num" href="?from=${from}#L${line}">${line}</a><span class="text">${found === undefined ? NOTHING : textOf(found)}</span></li>
`
}
