/** Views with much in them. */

import type { Part, View } from '../../../../src/cards/view.ts'

const times = <T>(items: readonly T[], count: number): T[] =>
  Array.from({ length: count }, () => items).flat()

/** Each part as often, and with as many rows, lines and words. */
export function withMuch(view: View, count: number): View {
  return {
    ...view,
    parts: times(
      view.parts.map(part => muchOf(part, count)),
      count,
    ),
  }
}

function muchOf(part: Part, count: number): Part {
  switch (part.t) {
    case 'text':
    case 'note':
      return { ...part, runs: times(part.runs, count) }
    case 'fields':
      return { ...part, items: times(part.items, count) }
    case 'table':
      return { ...part, rows: times(part.rows, count) }
    case 'steps':
      return { ...part, items: times(part.items, count) }
    case 'log':
      return { ...part, lines: times(part.lines, count) }
    default:
      return part
  }
}

const action = (id: string, label: string): { id: string; label: string; line: string } => ({
  id,
  label,
  line: id,
})

const actions: Part = {
  t: 'actions',
  items: [action('rerun', 'Run again'), action('log', 'Log'), action('board', 'Board')],
}
const first: Part = { t: 'text', runs: [{ r: 'plain', text: '45 of 46 cases passed.' }] }

export const ANY_MESSAGE = {
  actions,
  first,
  view: {
    kind: 'message',
    topic: 'run/T128',
    rev: 1,
    tone: 'bad',
    title: [{ r: 'bold', text: 'T128' }],
    summary: 'T128 failed',
    parts: [first, actions],
  } satisfies View,
}
