/** What the console of a test told, each line with an anchor that links to it name: `#L2210`. */

import type { ConsoleEvent, Run } from '../../lab/types.ts'
import { type Markup, markup, NOTHING } from './markup.ts'

/** Where a line of an attempt's console is shown; null where its file is not there. */
export type ConsoleUrl = (attempt: number, line?: number) => string | null

/** Lines are those of its last attempt's console; earlier ones are told with their attempts. */
export function toldHtml({ attempts, result }: Run, urlOf: ConsoleUrl): Markup {
  const { lines, events = [], proof = [] } = result ?? {}
  const attempt = Math.max(1, attempts.length)
  const rows = events
    .filter(event => event.lines[0] !== lines?.[0])
    .map(event => markup`<li id="L${event.lines[0]}">${eventHtml(event, attempt, urlOf)}</li>\n`)
  const list =
    rows.length === 0 ? NOTHING : markup`<h2>The console also told</h2>\n<ul class="told">\n${rows}</ul>\n`
  if (lines === undefined) return list
  const [from, to] = lines
  const where = from === to ? `Line ${from}` : `Lines ${from} to ${to}`
  const url = urlOf(attempt, from)
  const link = url !== null && markup` <a class="in-log" href="${url}">in the log</a>`
  return markup`<h2 id="L${from}">${where} of the console${link}</h2>
<pre tabindex="0">
${proof.map(line => markup`${line}\n`)}</pre>
${list}`
}

/** `line 812: warning: …`, the words as a link where the log is there. */
export function eventHtml(
  { lines: [from], title }: ConsoleEvent,
  attempt: number,
  urlOf: ConsoleUrl,
): Markup {
  const url = urlOf(attempt, from)
  const words = `line ${from}`
  return markup`${url === null ? words : markup`<a href="${url}">${words}</a>`}: ${title}`
}
