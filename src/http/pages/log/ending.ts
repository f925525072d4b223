/** How it ended, above the lines that prove it: of the attempt whose log it is, or of the whole test. */

import { consoleLog, OUTPUT_LOG } from '../../../lab/records.ts'
import type { Lines, Run } from '../../../lab/types.ts'
import { type Markup, markup, NOTHING } from '../markup.ts'
import { attemptOf, type Mark } from './marks.ts'

type Asked = { run: Run | null; file: string; files: readonly string[]; mark: Mark | null; isOver: boolean }

export function endingOf({ run, file, files, mark, isOver }: Asked): Markup {
  if (run === null || !isOver) return NOTHING
  const attempt = attemptOf(file)
  const earlier = attempt !== null && attempt < run.attempts.length ? run.attempts[attempt - 1] : undefined
  const { title, said, lines } = earlier === undefined ? ofRun(run) : ofAttempt(earlier)
  if (title === null && mark === null) return NOTHING
  const proof = file === OUTPUT_LOG ? elsewhere(run, lines, files) : jump(mark)
  const firstCase = mark?.kind === 'case' ? markup` first failed case: ${jump(mark)}` : NOTHING
  return markup`<div class="verdict" id="verdict"><strong>${title ?? mark?.title ?? ''}</strong> ${proof}${firstCase}${said !== null && bare(said) !== bare(title ?? '') && markup` <span class="said">${said}</span>`}</div>
`
}

/** Without what only makes a sentence of it. */
function bare(words: string): string {
  return words.replace(/\.$/, '')
}

type Ended = { title: string | null; said: string | null; lines: Lines | undefined }

function ofRun({ result }: Run): Ended {
  return { title: result?.title ?? null, said: result?.message ?? null, lines: result?.lines }
}

function ofAttempt({ number, board, title, failure, message, lines }: Run['attempts'][number]): Ended {
  const what = title ?? failure?.cause ?? null
  return { title: what === null ? null : `Attempt ${number} on ${board}: ${what}`, said: message, lines }
}

function jump(mark: Mark | null): Markup {
  return mark === null
    ? NOTHING
    : markup`<a class="jump" href="#L${mark.from}">${words(mark.from, mark.to)}</a>`
}

/** What the console proves stands in the console's log. */
function elsewhere(run: Run, lines: Lines | undefined, files: readonly string[]): Markup {
  const name = consoleLog(Math.max(1, run.attempts.length))
  if (lines === undefined || !files.includes(name)) return NOTHING
  return markup`<a class="jump" href="./${name}#L${lines[0]}">${words(...lines)} of ${name}</a>`
}

function words(from: number, to: number): string {
  return from === to ? `line ${from}` : `lines ${from}–${to}`
}
