/** What a board prints may hold a secret of the lab: it is hidden where its lines are shown (chat-platforms.md 6). */

import type { Part, View } from '../../cards/view.ts'

/** Puts something else in the place of every secret that is known. */
export type Scrub = (text: string) => string

/** The words of the lab itself are left alone: a password may be a word like any other. */
export function withoutSecrets(view: View, scrub: Scrub): View {
  return { ...view, parts: view.parts.map(part => hidden(part, scrub)) }
}

function hidden(part: Part, scrub: Scrub): Part {
  if (part.t === 'log') return { ...part, lines: part.lines.map(scrub) }
  if (part.t === 'fold') return { ...part, parts: part.parts.map(each => hidden(each, scrub)) }
  return part
}
