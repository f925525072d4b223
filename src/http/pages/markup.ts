/** Mark-up of pages. Text becomes part of it only through `markup`, which escapes: what people typed stays text (P28). */

import { clean } from '../../cards/text.ts'

const MADE = Symbol('markup')

/** HTML that this room wrote itself. A plain string is never taken for it, and nothing parsed from JSON can be it. */
export type Markup = { readonly [MADE]: string }

type Fragment = Markup | string | number | null | false | readonly Markup[]

export const NOTHING: Markup = { [MADE]: '' }

/**
 * HTML with values in it: text is made one harmless line and escaped, mark-up goes in as it is, null and false are
 * nothing. A value of an attribute has to stand in double quotes: markup`<a href="${address}">${name}</a>`.
 */
export function markup(parts: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  const whole = parts.map(
    (part, index) => part + (index < values.length ? written(values[index] ?? null) : ''),
  )
  return { [MADE]: whole.join('') }
}

function written(value: Fragment): string {
  if (value === null || value === false) return ''
  if (typeof value === 'string') return html(value)
  if (typeof value === 'number') return String(value)
  return MADE in value ? value[MADE] : value.map(textOfMarkup).join('')
}

/** What is sent. */
export function textOfMarkup(made: Markup): string {
  return made[MADE]
}

/** Many as one, with nothing between them. */
export function joined(all: readonly Markup[], between: Markup = NOTHING): Markup {
  return { [MADE]: all.map(textOfMarkup).join(between[MADE]) }
}

/** Text with its tabs and its spaces, as a log has them; everything that is no text is gone from it already. */
export function verbatim(text: string): Markup {
  return { [MADE]: escaped(text) }
}

/** Text of people and boards as text of a page: no mark-up, no controls, no reversed reading (P28). */
export function html(text: string): string {
  return escaped(clean(text))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character] ?? '')
}
