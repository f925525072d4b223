/** A test's cases beside its log: what failed first, each with the way to its line. */

import { count } from '../../../cards/words.ts'
import { OUTPUT_LOG, reasonOf } from '../../../lab/records.ts'
import type { CaseResult, Run, RunCase } from '../../../lab/types.ts'
import { type Markup, markup, NOTHING } from '../markup.ts'
import { isFailing } from './marks.ts'

const MOST = 1_000

const WORDS: Readonly<Record<CaseResult, string>> = {
  pass: 'passed',
  fail: 'failed',
  error: 'broke',
  skip: 'skipped',
  xfail: 'failed as expected',
  xpass: 'passed unexpectedly',
}

export function caseList(
  run: Run | null,
  cases: readonly RunCase[],
  file: string,
  files: readonly string[],
): Markup {
  const totals = run?.result?.cases?.totals
  if (totals === undefined || totals.total === 0) return NOTHING
  const failed = totals.fail + totals.error
  // What failed first, however many passed.
  const listed = [...cases.filter(failing), ...cases.filter(each => !failing(each))].slice(0, MOST)
  const left = totals.total - listed.length
  const linkOf = wayTo(file, files)
  return markup`<aside class="log-cases" id="cases" aria-label="Test cases">
<details open>
<summary>Test cases: <strong>${totals.pass}</strong> of ${totals.total} passed${failed > 0 && markup` · <strong class="bad">${failed} failed</strong>`}</summary>
<p class="js-only"><label><input type="checkbox" id="only-failed"${failed > 0 && markup` checked`}> failed only</label></p>
${file !== OUTPUT_LOG && files.includes(OUTPUT_LOG) && markup`<p class="where-cases">Their lines are in ${OUTPUT_LOG}.</p>`}
<ol>${listed.map(each => item(each, linkOf))}</ol>
${left > 0 && markup`<p>${count(left, 'case')} more: <a href="./results.xml">results.xml</a></p>`}
</details>
</aside>
`
}

/** As its card says it. */
function whyOf({ result, reason, output }: RunCase): string | null {
  return isFailing(result) ? reasonOf(reason, output) : reason
}

function failing({ result }: RunCase): boolean {
  return isFailing(result)
}

/** Lines of cases count in what the program printed. */
function wayTo(file: string, files: readonly string[]): (found: RunCase) => string | null {
  return ({ file: collected, lines: [line] }) => {
    if (collected !== undefined)
      return files.includes(collected) ? `./${encodeURIComponent(collected)}` : null
    if (file === OUTPUT_LOG) return `#L${line}`
    return files.includes(OUTPUT_LOG) ? `./${OUTPUT_LOG}?from=${Math.max(1, line - 20)}#L${line}` : null
  }
}

function item(found: RunCase, linkOf: (found: RunCase) => string | null): Markup {
  const { name, result } = found
  const why = whyOf(found)
  const href = linkOf(found)
  const look = isFailing(result) ? 'bad' : result === 'pass' ? 'ok' : 'idle'
  const label = href === null ? markup`<span>${name}</span>` : markup`<a href="${href}">${name}</a>`
  return markup`<li class="case ${look}"><span class="result">${WORDS[result]}</span> ${label}${why !== null && markup` <span class="why">${why}</span>`}</li>
`
}
