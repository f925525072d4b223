import { createHash } from 'node:crypto'
import { placeOf, programName, stateWord } from '../cards/run-words.ts'
import { clean } from '../cards/text.ts'
import { dateTime, size, type TimeFrame } from '../cards/words.ts'
import type { Run } from '../lab/types.ts'
import type { RunFile } from './types.ts'

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em}
table{border-collapse:collapse}td,th{text-align:left;padding:.2em 1.2em .2em 0}
.n{text-align:right}code{font-size:12px;overflow-wrap:anywhere}
pre{overflow-x:auto}:target{background:#ff08}`

/** The page may use its own style sheet and nothing else. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`

/** What a person finds behind a run's link: its files, with sizes and sums. Links are relative, so a proxy may add a path. */
export function runPage(id: string, run: Run | null, files: readonly RunFile[], frame: TimeFrame): string {
  const title = run === null ? id : headline(run)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${html(title)}</title><style>${STYLE}</style></head><body>
<h1>${html(title)}</h1>
${run === null ? '' : `<p>${html(facts(run, frame))}</p>\n${proof(run)}`}${fileTable(id, files, frame)}
</body></html>
`
}

function headline(run: Run): string {
  return `${run.id} · ${programName(run.program)} on ${placeOf(run)} · ${stateWord(run, null)}`
}

function facts(run: Run, frame: TimeFrame): string {
  const asked = `asked for by ${run.submitter.name}, ${dateTime(run.arrivedAt, frame)}`
  return run.result?.message == null ? asked : `${asked}. ${run.result.message}`
}

/** What its console told, each line with an anchor that links to it name: `#L2210`. */
function proof({ result }: Run): string {
  const { lines, events = [], proof: kept = [] } = result ?? {}
  const rows = events
    .filter(event => event.lines[0] !== lines?.[0])
    .map(({ lines: [from], title }) => `<li id="L${from}">line ${from}: ${html(title)}</li>\n`)
  const list = rows.length === 0 ? '' : `<p>The console also told:</p>\n<ul>\n${rows.join('')}</ul>\n`
  if (lines === undefined) return list
  const [from, to] = lines
  const where = from === to ? `Line ${from}` : `Lines ${from} to ${to}`
  return `<h2 id="L${from}">${where} of the console</h2>\n<pre>${kept.map(html).join('\n')}</pre>\n${list}`
}

function fileTable(id: string, files: readonly RunFile[], frame: TimeFrame): string {
  if (files.length === 0) return '<p>No files yet.</p>'
  const head = '<tr><th>file</th><th class="n">size</th><th>stored</th><th>SHA-256</th></tr>'
  return `<table>${head}\n${files.map(file => fileRow(id, file, frame)).join('\n')}\n</table>`
}

function fileRow(id: string, file: RunFile, frame: TimeFrame): string {
  const href = html(`./${encodeURIComponent(id)}/${encodeURIComponent(file.name)}`)
  const sum = file.sha256 === '' ? 'still growing' : `<code>${html(file.sha256)}</code>`
  const cells = [
    `<td><a href="${href}">${html(file.name)}</a></td>`,
    `<td class="n">${html(size(file.size))}</td>`,
    `<td>${html(dateTime(file.storedAt, frame))}</td>`,
    `<td>${sum}</td>`,
  ]
  return `<tr>${cells.join('')}</tr>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text of people and boards as text of a page: no mark-up, no controls, no reversed reading (P28). */
export function html(text: string): string {
  return clean(text).replace(/[&<>"']/g, character => ENTITIES[character] ?? '')
}
