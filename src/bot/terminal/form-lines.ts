/** A form as a terminal lists it where it cannot ask. */

import { clean, listed } from '../../cards/text.ts'
import type { Field } from '../../cards/view.ts'
import { type Line, type Piece, piece, wrap } from './ink.ts'
import { columnsOf, pad } from './width.ts'

const MOST_OPTIONS = 8
const WIDEST_NAME = 16

export function formLines(fields: readonly Field[], columns: number | null): readonly Line[] {
  const labels = fields.map(field => clean(field.label))
  const wide = Math.max(0, ...labels.map(label => Math.min(WIDEST_NAME, columnsOf(label))))
  return fields.flatMap((field, index) => {
    const head: Piece[] = [
      { text: '  ' },
      piece(pad(labels[index] ?? '', wide), field.required ? 'bold' : 'dim'),
    ]
    return wrap([...head, piece(`  ${aboutOf(field)}`)], columns, Math.min(wide + 4, (columns ?? 80) - 10))
  })
}

function aboutOf({ hint, options, initial, required }: Field): string {
  const words = hint === undefined ? [] : [clean(hint)]
  if (options !== undefined && options.length > 0)
    words.push(
      `One of ${listed(
        options.map(each => clean(each.value)),
        MOST_OPTIONS,
      )}.`,
    )
  if (initial !== undefined) words.push(`Without it: ${clean(initial)}.`)
  if (required) words.push('Needed.')
  return words.join(' ')
}
