/** What could be done, as command lines: a page only shows, it never acts. */

import type { Action, Field, Part } from '../../../cards/view.ts'
import { type Markup, markup } from '../markup.ts'

export function actionsHtml(items: readonly Action[]): Markup {
  if (items.length === 0) return markup``
  return markup`<ul class="lines">
${items.map(({ label, line }) => markup`<li><span class="label">${label}</span> ${lineHtml(line)}</li>\n`)}</ul>
`
}

/** A command line with something to copy it by; without a clipboard there is only the line. */
export function lineHtml(line: string): Markup {
  return markup`<span class="line"><code>${line}</code><button type="button" class="copy" aria-label="copy ${line}">copy</button></span>`
}

type Form = Extract<Part, { t: 'form' }>

/** What would be asked for, and the line it makes. */
export function formHtml({ fields, submit }: Form): Markup {
  return markup`<dl class="usage">
${fields.map(fieldHtml)}</dl>
${actionsHtml([submit])}`
}

function fieldHtml(field: Field): Markup {
  const { label, required, hint, example, initial, options = [] } = field
  const words = [
    required ? 'needed' : 'may be left out',
    ...(hint === undefined ? [] : [hint]),
    ...(example === undefined ? [] : [`as in ${example}`]),
    ...(initial === undefined ? [] : [`else ${initial}`]),
    ...(options.length === 0 ? [] : [`one of ${options.map(option => option.label).join(', ')}`]),
  ]
  return markup`<dt>${label}</dt><dd>${words.join(' · ')}</dd>\n`
}
