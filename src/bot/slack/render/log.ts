/** The last lines of a log, and where the whole of it is. */

import { clean } from '../../../cards/text.ts'
import type { Part, Run } from '../../../cards/view.ts'
import { count } from '../../../cards/words.ts'
import { lengthOf } from '../rules/length.ts'
import { cutTo, isBlank } from './crop.ts'
import { type Draw, type Drawn, detail } from './draw.ts'
import { noteBlock } from './note.ts'
import { preformatted } from './runs.ts'

type Log = Extract<Part, { t: 'log' }>

/** A line that fills the whole log says no more than its beginning. */
const LINE = 500

export function logBlocks({ lines, total, link }: Log, draw: Draw): readonly Drawn[] {
  const shown = lastThatFit(lines, draw.room.log)
  const words = shown.join('\n')
  if (shown.length < lines.length) draw.warnings.push(`a log shows ${shown.length} of ${lines.length} lines`)
  return [
    ...(isBlank(words) ? [] : [detail(preformatted(words))]),
    ...noteBlock(aboutRuns(shown.length, Math.max(total, lines.length), link), draw, draw.room.text).map(
      detail,
    ),
  ]
}

function lastThatFit(lines: readonly string[], most: number): readonly string[] {
  const shown: string[] = []
  let left = most
  for (const line of lines.toReversed()) {
    const words = cutTo(clean(line), Math.min(LINE, most))
    left -= lengthOf(words) + 1
    if (left < 0) break
    shown.unshift(words)
  }
  return shown
}

function aboutRuns(shown: number, total: number, link: Log['link']): readonly Run[] {
  const last = shown === 0 ? count(total, 'line') : `last ${shown} of ${count(total, 'line')}`
  const about: readonly Run[] = total > shown ? [{ r: 'plain', text: last }] : []
  if (link === undefined) return about
  return [
    ...about,
    ...(about.length > 0 ? [{ r: 'plain' as const, text: ' · ' }] : []),
    { r: 'link', ...link },
  ]
}
