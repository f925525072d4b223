/** `--here`: the answer to a question is for everybody in the channel, as its button [Post here] asks for. */

import { button } from '../../../cards/text.ts'
import type { View } from '../../../cards/view.ts'
import { isRest } from '../../../commands/bind.ts'
import { formatWords, parseWords, type Word } from '../../../commands/words.ts'
import { InputError } from '../../../errors.ts'

const HERE = '--here'

export function takeHere(line: string): { line: string; here: boolean } {
  const split = splitAtRest(line)
  if (split === null) return { line, here: false }
  const kept = split.ours.filter(word => word.quoted || word.text !== HERE)
  if (kept.length === split.ours.length) return { line, here: false }
  return { line: formatWords([...kept, ...split.rest]), here: true }
}

/** The card with a button that shows it to everybody. */
export function withPostHere(view: View, line: string): View {
  const split = splitAtRest(line)
  if (split === null) return view
  const posting = formatWords([...split.ours, { text: HERE, quoted: false }, ...split.rest])
  return {
    ...view,
    parts: [...view.parts, { t: 'actions', items: [button('post-here', 'Post here', posting)] }],
  }
}

/** Null for a line that no words can be read from. */
function splitAtRest(line: string): { ours: readonly Word[]; rest: readonly Word[] } | null {
  try {
    const words = parseWords(line)
    const end = words.findIndex(isRest)
    return end === -1 ? { ours: words, rest: [] } : { ours: words.slice(0, end), rest: words.slice(end) }
  } catch (error) {
    if (error instanceof InputError) return null
    throw error
  }
}
