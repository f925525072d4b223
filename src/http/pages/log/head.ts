/** What stands above the lines: which test and how it stands, its other logs, the search, what it ended by. */

import { count, size as sizeWords } from '../../../cards/words.ts'
import type { LogSize } from '../../../lab/lab.ts'
import { isLineLog, OUTPUT_LOG } from '../../../lab/records.ts'
import type { Run } from '../../../lab/types.ts'
import { type Markup, markup } from '../markup.ts'
import { LONGEST_WORDS } from './asked.ts'
import { endingOf } from './ending.ts'
import { attemptOf, type Mark } from './marks.ts'

export type Head = {
  id: string
  run: Run | null
  file: string
  files: readonly string[]
  name: string
  word: string | null
  tone: string
  window: LogSize
  words: string | null
  mark: Mark | null
  isOver: boolean
}

export function logHead(head: Head): Markup {
  const { id, name, word, tone, window, words, file } = head
  const raw = `./${encodeURIComponent(file)}?raw`
  return markup`<div class="log-head">
<div class="log-title">
<h1><a href="../${id}">${name}</a></h1>
<p class="state ${tone}" id="state" role="status" aria-live="polite">${word ?? ''}</p>
<p class="size" id="size">${count(window.lines, 'line')} · ${sizeWords(window.bytes)}</p>
</div>
<div class="log-bar">
${tabs(head)}
<form class="find" id="find" role="search" method="get" action="">
<input type="search" id="words" name="q" value="${words ?? ''}" maxlength="${LONGEST_WORDS}" placeholder="Find in this log" aria-label="Find in this log" autocomplete="off" spellcheck="false">
<button class="no-js">Find</button>
<output id="hits" class="js-only" aria-live="polite"></output>
<button type="button" class="js-only" id="hit-before" title="Hit before (N)" aria-label="Hit before">↑</button>
<button type="button" class="js-only" id="hit-next" title="Next hit (n)" aria-label="Next hit">↓</button>
</form>
<div class="tools" role="group" aria-label="How it is shown">
<button type="button" class="js-only" id="follow" aria-pressed="false" title="Stay at the end (f)">Follow</button>
<button type="button" class="js-only" id="times" title="Time: of the clock, since the start, none (t)">Time</button>
<button type="button" class="js-only" id="wrap" aria-pressed="false" title="Wrap long lines (w)">Wrap</button>
<a href="${raw}">Raw</a>
<a href="./${encodeURIComponent(file)}?download" download="${id}-${file}">Download</a>
<button type="button" class="js-only" id="help" title="Keys (?)" aria-label="Keys">?</button>
</div>
</div>
${endingOf(head)}</div>
`
}

function tabs({ file, files }: Head): Markup {
  const logs = files.filter(isLineLog).toSorted((a, b) => rank(a) - rank(b))
  const all = logs.includes(file) ? logs : [...logs, file]
  return markup`<nav class="tabs" aria-label="Logs of this test">${all.map(name => tab(name, name === file))}</nav>`
}

/** Attempts in their order, then what the program printed. */
function rank(file: string): number {
  return attemptOf(file) ?? Number.POSITIVE_INFINITY
}

function tab(file: string, isHere: boolean): Markup {
  const attempt = attemptOf(file)
  const title = file === OUTPUT_LOG ? 'What the program printed' : `The console in attempt ${attempt ?? 1}`
  return markup`<a href="./${encodeURIComponent(file)}" title="${title}"${isHere && markup` aria-current="page"`}>${file}</a>`
}
