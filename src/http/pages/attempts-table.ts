/** Each lease of a board that a test had, and what came of it. */

import { sentence } from '../../cards/run.ts'
import { dateTime, lasted, type TimeFrame } from '../../cards/words.ts'
import type { Run } from '../../lab/types.ts'
import { type Markup, markup, NOTHING } from './markup.ts'
import { timeHtml } from './render/runs.ts'
import { type ConsoleUrl, eventHtml } from './told.ts'

type Attempt = Run['attempts'][number]

export function attemptsHtml(run: Run, urlOf: ConsoleUrl, frame: TimeFrame): Markup {
  if (run.attempts.length === 0) return NOTHING
  const rows = run.attempts.map((attempt, index) => rowHtml(run, attempt, index, urlOf, frame))
  return markup`<h2>Attempts</h2>
<div class="wide"><table><thead><tr><th scope="col" class="n"></th><th scope="col">board</th><th scope="col">began</th><th scope="col">took</th><th scope="col">what came of it</th><th scope="col">console</th></tr></thead>
<tbody>
${rows}</tbody></table></div>
`
}

function rowHtml(run: Run, attempt: Attempt, index: number, urlOf: ConsoleUrl, frame: TimeFrame): Markup {
  const { number, board, startedAt, endedAt } = attempt
  const url = urlOf(number)
  const isLast = index === run.attempts.length - 1
  // Of the last one it stands above, with the lines themselves.
  const events = isLast ? [] : (attempt.events ?? [])
  const told =
    events.length > 0 &&
    markup`<ul class="told">${events.map(each => markup`<li>${eventHtml(each, number, urlOf)}</li>`)}</ul>`
  const cells = [
    markup`<td class="n">${number}</td>`,
    markup`<td class="keep">${board}</td>`,
    markup`<td>${timeHtml(startedAt, dateTime(startedAt, frame))}</td>`,
    markup`<td class="keep">${lasted((endedAt ?? frame.now) - startedAt)}</td>`,
    markup`<td>${outcome(run, attempt, isLast)}${told}</td>`,
    markup`<td>${url !== null && markup`<a href="${url}">log</a>`}</td>`,
  ]
  return markup`<tr>${cells}</tr>\n`
}

function outcome(
  run: Run,
  { failure, message, title, endedAt, uncounted }: Attempt,
  isLast: boolean,
): string {
  const why = failure === null ? null : `${failure.class}: ${failure.cause}, blame ${failure.blame}.`
  const words = [why, title ?? null, message].filter(each => each !== null).map(sentence)
  const note = uncounted ? ' It does not count.' : ''
  if (words.length > 0) return `${words.join(' ')}${note}`
  if (endedAt === null) return 'It goes on.'
  return isLast && run.result !== null ? `${run.state}.` : 'It ended.'
}
