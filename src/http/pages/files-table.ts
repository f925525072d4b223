/** Files of a test or a lease, with what proves that they came whole. */

import { dateTime, size, type TimeFrame } from '../../cards/words.ts'
import type { RunFile } from '../types.ts'
import { type Markup, markup } from './markup.ts'
import { timeHtml } from './render/runs.ts'

/** `folder`: the way from the page to the files, `./T12`. */
export function filesHtml(files: readonly RunFile[], folder: string, frame: TimeFrame): Markup {
  if (files.length === 0) return markup`<h2>Files</h2>\n<p class="note">No files yet.</p>\n`
  return markup`<h2>Files</h2>
<div class="wide"><table class="files"><thead><tr><th scope="col">file</th><th scope="col" class="n">size</th><th scope="col">stored</th><th scope="col">SHA-256</th><th scope="col"></th></tr></thead>
<tbody>
${files.map(file => rowHtml(file, `${folder}/${encodeURIComponent(file.name)}`, frame))}</tbody></table></div>
`
}

function rowHtml({ name, size: bytes, sha256, storedAt }: RunFile, href: string, frame: TimeFrame): Markup {
  const sum = sha256 === '' ? markup`still growing` : markup`<code>${sha256}</code>`
  const stored = timeHtml(storedAt, dateTime(storedAt, frame))
  return markup`<tr><td class="keep"><a href="${href}">${name}</a></td><td class="n">${size(bytes)}</td><td>${stored}</td><td class="sum">${sum}</td><td class="keep"><a href="${href}?raw">raw</a> · <a href="${href}?download">download</a></td></tr>\n`
}
