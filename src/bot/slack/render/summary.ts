/** The text of a message: what notifications, screen readers and old clients have instead of its blocks. */

import { clean, textOf } from '../../../cards/text.ts'
import type { Run, View } from '../../../cards/view.ts'
import { escaped } from '../rules/length.ts'
import { LIMITS } from '../rules/limits.ts'
import { cutTo, isBlank, orElse } from './crop.ts'
import type { DrawFrame } from './draw.ts'
import { isCalled } from './runs.ts'

/** The one that a message keeps when it is edited, so the shorter limit is its. */
export function summaryText(view: View, frame: DrawFrame): string {
  const runs = view.summaryRuns ?? [{ r: 'plain', text: view.summary }]
  let words = ''
  for (const run of runs) {
    const each = markupOf(run, frame)
    const left = LIMITS.updateText - words.length
    if (each.length > left)
      return words + (isCalled(run, frame) ? '' : escaped(cutTo(plainOf(run, frame), left)))
    words += each
  }
  return isBlank(words)
    ? escaped(cutTo(orElse(textOf(view.title, frame), 'Boardroom'), LIMITS.updateText))
    : words
}

function markupOf(run: Run, frame: DrawFrame): string {
  return run.r === 'user' && isCalled(run, frame) ? `<@${run.id}>` : escaped(plainOf(run, frame))
}

/** A summary may have lines. */
function plainOf(run: Run, frame: DrawFrame): string {
  return run.r === 'plain' ? run.text.split('\n').map(clean).join('\n') : textOf([run], frame)
}
