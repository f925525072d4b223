/** What a live card says when it stops being one, and what those are told who asked for it. */

import { mention, plain, textOf, user } from '../../../cards/text.ts'
import type { Run, View } from '../../../cards/view.ts'
import { span, type TimeFrame } from '../../../cards/words.ts'
import type { Millis } from '../../../clock.ts'

/** Cards of the whole lab have no end of their own: nobody may look at one that was asked for this morning. */
export const LIVES_MS: Millis = 4 * 60 * 60_000

/** Whether what it shows never ends by itself. */
export function isEndless(topic: string): boolean {
  const [kind, id] = topic.split('/')
  return id === undefined || kind === 'board'
}

export function movedOn(view: View, frame: TimeFrame): View {
  return stopped(view, 'Not kept up to date any more: a newer one is below.', frame)
}

export function agedOut(view: View, frame: TimeFrame): View {
  const [kind = '', id] = view.topic.split('/')
  const ask = id === undefined ? kind : `boards show ${id}`
  const why = `Not kept up to date any more, after ${span(LIVES_MS)}. For the state of now: ${ask}`
  return { ...stopped(view, why, frame), parts: [...withoutButtons(view), note(why)] }
}

/** Its buttons would be those of an old state. */
function stopped(view: View, why: string, frame: TimeFrame): View {
  const { summaryRuns: _runs, aside: _aside, ...rest } = view
  const summary = `${textOf(view.title, frame)}. ${why}`
  return { ...rest, tone: 'idle', final: true, summary, parts: [note(why)] }
}

function note(text: string): View['parts'][number] {
  return { t: 'note', runs: [plain(text)] }
}

function withoutButtons(view: View): View['parts'] {
  return view.parts
    .filter(part => part.t !== 'actions')
    .map(part => (part.t === 'table' ? { ...part, ...without(part) } : part))
}

function without(part: Extract<View['parts'][number], { t: 'table' }>): typeof part {
  const { more: _, ...rest } = part
  return rest
}

/** The telling of an end, addressed to those who followed it. */
export function toldToFollowers(
  telling: View,
  followers: readonly { id: string; name: string }[],
  frame: TimeFrame,
): View {
  const [first, ...rest] = telling.title
  const mentions = followers.flatMap((each): Run[] => [user(each), plain(' ')])
  // Whoever it belongs to is told elsewhere: here they are named, not called.
  const title =
    first?.r === 'user'
      ? [...mentions, plain(`${mention(first.name)}:`), ...rest]
      : [...mentions, ...telling.title]
  return { ...telling, title, summary: textOf(title, frame), summaryRuns: title }
}
