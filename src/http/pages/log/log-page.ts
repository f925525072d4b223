/** The page of a log: the lines that matter as plain HTML, and all of it for browsers that run its scripts (design 6). */

import type { Context } from 'koa'
import { isOver as isAtEnd } from '../../../cards/run-words.ts'
import { clean } from '../../../cards/text.ts'
import { dateTime, type TimeFrame } from '../../../cards/words.ts'
import type { LogWindow } from '../../../lab/lab.ts'
import { isLineLog } from '../../../lab/records.ts'
import type { Problem } from '../../problem.ts'
import { type Markup, markup, NOTHING } from '../markup.ts'
import { answerProblemPage } from '../problem-page.ts'
import { answerPage } from '../shell.ts'
import { logIsAwaited, noSuchLog, wholeNumber, wordsAsked } from './asked.ts'
import { caseList } from './cases.ts'
import { standing } from './events.ts'
import { logHead } from './head.ts'
import { hitList } from './hits.ts'
import { firstOf, type Mark, marksOf } from './marks.ts'
import { logRows } from './rows.ts'
import type { LogAsked, LogPageDeps } from './types.ts'
import { type Pager, pagerOf, windowOf } from './window.ts'

const ROOT = '../..'
const SCRIPTS = ['log.js']
const STYLES = ['log.css', 'log-head.css', 'log-frame.css', 'log-colours.css', 'log-rgb.css']

/** Marks that the page tells its scripts of; their titles together stay far below a megabyte. */
const MOST_MARKS = 2_000

/** Whether a file has a page of its own: the logs of runs. */
export function hasLogPage(file: string): boolean {
  return isLineLog(file)
}

/**
 * Answers `/artifacts/T12/console.log` for a browser: `?from=` a line to begin with, `?q=` words to look for. 404 where
 * there is no such log; of a test that goes on it may be empty yet.
 */
export async function answerLogPage(ctx: Context, deps: LogPageDeps, asked: LogAsked): Promise<void> {
  const { lab, clock, timeZone, searches } = deps
  const { id, run, file, files } = asked
  const cases = run?.result?.cases === undefined ? [] : await lab.cases(run)
  const marks = run === null ? [] : marksOf(run, file, cases)
  const mark = firstOf(marks)
  const { word, tone, name } = standing(lab, id, run)
  const isOver = run === null || isAtEnd(run.state)
  const found = await windowOf(lab, id, file, fromOf(ctx), mark)
  if (found === null && !logIsAwaited(run, file)) return answerProblemPage(ctx, noSuchLog(id, file), ROOT)
  const window = found ?? NOTHING_YET
  const frame = { now: clock.now(), timeZone: timeZone() }
  const words = wordsAsked(ctx.query['q'])
  const after = wholeNumber(ctx.query['after'], 1) ?? 1
  const hits =
    words === null
      ? { found: NOTHING }
      : await searches.run(ctx, signal => hitList(lab, id, file, words, after, signal))
  if (hits === null) return

  answerPage(ctx, {
    title: `${word === null ? '' : `${word} · `}${name} · ${file}`,
    root: ROOT,
    place: 'tests',
    look: 'log',
    scripts: SCRIPTS,
    styles: STYLES,
    // Whoever reads a part of it, or what was found in it, is not torn away from there.
    changes: !isOver && words === null && ctx.query['from'] === undefined,
    main: markup`<div class="log-page" id="log" data-log="${facts()}">
${logHead({ id, run, file, files, name, word, tone, window, words, mark, isOver })}
${'found' in hits ? hits.found : busy(hits.problem)}<div class="log-body">
<div class="log-main">
${lineBlock(window, marks, frame, isOver)}</div>
${caseList(run, cases, file, files)}</div>
</div>`,
  })

  /** For the scripts; escaped as text of an attribute. */
  function facts(): string {
    const { lines, whole, bytes, grows } = window
    return JSON.stringify({
      id,
      file,
      base: `${ROOT}/live/log/${encodeURIComponent(id)}/${encodeURIComponent(file)}`,
      size: { lines, whole, bytes, grows },
      isOver: isOver && !grows,
      timeZone: frame.timeZone,
      focus: mark?.from ?? null,
      marks: marks.slice(0, MOST_MARKS).map(each => ({ ...each, title: clean(each.title).slice(0, 300) })),
    })
  }
}

const NOTHING_YET: LogWindow = { from: 1, shown: [], lines: 0, whole: 0, bytes: 0, grows: true }

function fromOf(ctx: Context): number | null {
  return ctx.query['from'] === undefined ? null : wholeNumber(ctx.query['from'], 1)
}

/** The lines are there all the same. */
function busy({ detail, hint }: Problem): Markup {
  return markup`<section class="log-hits" aria-label="Found"><p>${detail} ${hint}</p></section>
`
}

function lineBlock(window: LogWindow, marks: readonly Mark[], frame: TimeFrame, isOver: boolean): Markup {
  const { from, shown, lines } = window
  if (shown.length === 0)
    return markup`<p class="log-empty" id="rows">${lines > 0 ? `It has ${lines} lines.` : isOver ? 'Nothing was printed.' : 'Nothing was printed yet.'}</p>\n`
  const pager = pagerLinks(pagerOf(window))
  const near = marks.filter(mark => mark.to >= from && mark.from < from + shown.length)
  // Rows say the day where it is another than that of the first, which is said once.
  const day = { ...frame, now: shown[0]?.t ?? frame.now }
  return markup`${pager}<p class="where no-js">Lines ${from} to ${from + shown.length - 1} of ${lines}, from ${dateTime(day.now, frame)} on</p>
${logRows(shown, from, near, day)}${pager}`
}

function pagerLinks({ first, before, next, last }: Pager): Markup {
  const link = (line: number | null, word: string): Markup =>
    line === null ? markup`<span>${word}</span>` : markup`<a href="?from=${line}">${word}</a>`
  return markup`<nav class="pager no-js" aria-label="Parts of the log">${link(first, 'First')} ${link(before, 'Earlier')} ${link(next, 'Later')} ${link(last, 'Last')}</nav>
`
}
