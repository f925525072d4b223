/** `--here`: the answer to a question is for everybody in the channel, as its button [Post here] asks for. */

import { button } from '../../../cards/text.ts'
import type { View } from '../../../cards/view.ts'
import { isRest } from '../../../commands/bind.ts'
import { formatWords, parseWords, type Word } from '../../../commands/words.ts'
import { InputError } from '../../../errors.ts'

const HERE = '--here'

export function takeHere(line: string): { line: string; here: boolean } {
  const rest = withoutFlag(line, HERE)
  return { line: rest ?? line, here: rest !== null }
}

/** Null for a line that has no such flag before `--`, and for one that no words can be read from. */
export function withoutFlag(line: string, flag: string): string | null {
  const split = splitAtRest(line)
  const kept = split?.ours.filter(word => word.quoted || word.text !== flag) ?? []
  return split === null || kept.length === split.ours.length ? null : formatWords([...kept, ...split.rest])
}

/** The card with a button that shows it to everybody. */
export function withPostHere(view: View, line: string): View {
  const posting = withFlag(line, HERE)
  if (posting === null) return view
  return {
    ...view,
    parts: [...view.parts, { t: 'actions', items: [button('post-here', 'Post here', posting)] }],
  }
}

/** Before `--`: what follows that is the program's own. Null for a line that no words can be read from. */
export function withFlag(line: string, flag: string): string | null {
  const split = splitAtRest(line)
  return split && formatWords([...split.ours, { text: flag, quoted: false }, ...split.rest])
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
