/** A page as its sections, so that only those that changed are sent to who watches it. */

import { joined, type Markup, markup } from './markup.ts'

/** Section ids are words of ours. An empty section is not seen, and has its place. */
export type Section = readonly [id: string, content: Markup]

export type Shown = {
  /** Plain text, of the window. */
  title: string
  sections: readonly Section[]
  /** It will not change any more. */
  final: boolean
}

export function sectionsHtml(sections: readonly Section[]): Markup {
  return joined(sections.map(([id, content]) => markup`<section id="${id}">\n${content}</section>\n`))
}
