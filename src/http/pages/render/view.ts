/** A view as a card of a page. */

import type { View } from '../../../cards/view.ts'
import { type Markup, markup } from '../markup.ts'
import type { Look } from './look.ts'
import { partsHtml } from './parts.ts'
import { runsHtml } from './runs.ts'

/** `level` of its heading: 1 where it is what the page is about. */
export function viewHtml(view: View, look: Look, level: 1 | 2 = 2): Markup {
  const { tone, title, aside = [], parts } = view
  const heading =
    level === 1 ? markup`<h1>${runsHtml(title, look)}</h1>` : markup`<h2>${runsHtml(title, look)}</h2>`
  return markup`<article class="card tone-${tone}">
<header>${heading}${aside.length > 0 && markup`<p class="aside">${runsHtml(aside, look)}</p>`}</header>
${partsHtml(parts, look)}</article>
`
}
