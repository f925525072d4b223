/** Runs of text as HTML. */

import { mention, runText } from '../../../cards/text.ts'
import type { Run } from '../../../cards/view.ts'
import { assertNever } from '../../../errors.ts'
import { joined, type Markup, markup } from '../markup.ts'
import { type Look, safeUrl } from './look.ts'

export function runsHtml(runs: readonly Run[], look: Look): Markup {
  return joined(runs.map(run => runHtml(run, look)))
}

function runHtml(run: Run, look: Look): Markup {
  switch (run.r) {
    case 'plain':
      return markup`${run.text}`
    case 'bold':
      return markup`<b>${run.text}</b>`
    case 'code':
      return markup`<code>${run.text}</code>`
    case 'link': {
      const url = safeUrl(run.url, look)
      const name = run.text === '' ? run.url : run.text
      return url === null ? markup`${name}` : markup`<a href="${url}">${name}</a>`
    }
    case 'user':
      return markup`<span class="who">${mention(run.name)}</span>`
    case 'time':
      return timeHtml(run.at, runText(run, look.frame))
    default:
      return assertNever(run)
  }
}

/** Words for a moment, and the moment itself for programs and for whoever points at them. */
export function timeHtml(at: number, words: string): Markup {
  const iso = new Date(at).toISOString()
  return markup`<time datetime="${iso}" title="${iso}">${words}</time>`
}
