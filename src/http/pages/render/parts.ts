/** Every part of a view as HTML. There is no part that a page leaves out. */

import type { Part } from '../../../cards/view.ts'
import { assertNever } from '../../../errors.ts'
import { joined, type Markup, markup } from '../markup.ts'
import { actionsHtml, formHtml, lineHtml } from './actions.ts'
import { chartHtml } from './chart.ts'
import { type Look, lineOf, safeUrl } from './look.ts'
import { runsHtml } from './runs.ts'
import { tableHtml } from './table.ts'

export function partsHtml(parts: readonly Part[], look: Look): Markup {
  return joined(parts.map(part => partHtml(part, look)))
}

function partHtml(part: Part, look: Look): Markup {
  switch (part.t) {
    case 'text':
      return markup`<p>${runsHtml(part.runs, look)}</p>\n`
    case 'note':
      return markup`<p class="note">${runsHtml(part.runs, look)}</p>\n`
    case 'fields':
      return markup`<dl class="fields">
${part.items.map(({ name, value }) => markup`<div><dt>${name}</dt><dd>${runsHtml(value, look)}</dd></div>\n`)}</dl>
`
    case 'table':
      return tableHtml(part, look)
    case 'progress':
      return progressHtml(part)
    case 'steps':
      return markup`<ol class="steps">
${part.items.map(stepHtml)}</ol>
`
    case 'log':
      return logHtml(part, look)
    case 'chart':
      return chartHtml(part)
    case 'actions':
      return actionsHtml(part.items)
    case 'form':
      return formHtml(part)
    case 'search':
      return markup`<p class="search"><span class="label">${part.label}</span> ${lineHtml(`${part.line} …`)} ${part.hint}</p>\n`
    case 'divider':
      return markup`<hr>\n`
    case 'fold':
      return foldHtml(part, look)
    default:
      return assertNever(part)
  }
}

type Of<T extends Part['t']> = Extract<Part, { t: T }>

function progressHtml({ done, total, label }: Of<'progress'>): Markup {
  const isKnown = Number.isFinite(done) && Number.isFinite(total) && total > 0
  const bar = isKnown
    ? markup`<progress max="${total}" value="${Math.min(total, Math.max(0, done))}" aria-label="${label}"></progress> `
    : markup``
  return markup`<p class="progress">${bar}${label}</p>\n`
}

const STEP_WORDS: Readonly<Record<Of<'steps'>['items'][number]['state'], string>> = {
  todo: 'to do',
  run: 'going on',
  ok: 'done',
  fail: 'failed',
  skip: 'left out',
}

function stepHtml({ title, state, note }: Of<'steps'>['items'][number]): Markup {
  return markup`<li class="step-${state}">${title} <span class="label">${STEP_WORDS[state]}</span>${note !== undefined && markup` ${note}`}</li>\n`
}

/** The title of a failed case ends in the words of where it is, which are the lab's, whatever its name is. */
function foldHtml({ title, parts }: Of<'fold'>, look: Look): Markup {
  const where = / · (line \d+)$/.exec(title)?.[1] ?? ''
  const url = lineOf(where, look)
  const link = url === null ? markup`` : markup`<p><a href="${url}">${where}</a> of the log</p>\n`
  return markup`<details><summary>${title}</summary>
${link}${partsHtml(parts, look)}</details>
`
}

/** A newline behind `<pre>` is none of the text (HTML 13.1.2.5), so that an empty first line stays. */
function logHtml({ lines, total, link }: Of<'log'>, look: Look): Markup {
  const more = total > lines.length ? `the last ${lines.length} of ${total} lines` : ''
  const url = link === undefined ? null : safeUrl(link.url, look)
  const to = link !== undefined && url !== null ? markup`<a href="${url}">${link.text}</a>` : ''
  const words =
    more === '' && to === ''
      ? markup``
      : markup`<figcaption>${more}${more !== '' && to !== '' && ' · '}${to}</figcaption>`
  return markup`<figure class="log"><pre tabindex="0">
${lines.map(line => markup`${line}\n`)}</pre>${words}</figure>
`
}
