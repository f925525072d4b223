/** Text cut to Slack's measure: at whole characters as people see them, counted as Slack stores them. */

import { clean } from '../../../cards/text.ts'
import { graphemes } from '../../terminal/width.ts'
import { lengthOf } from '../rules/length.ts'

export const CUT = '…'

/** One line of plain text of at most `most` characters, the cut shown by `…`. */
export function crop(text: string, most: number): string {
  return cutTo(clean(text), most)
}

/** The same of text that is clean already, or may have line breaks. */
export function cutTo(text: string, most: number): string {
  // It is never shorter than its characters: what is far too long need not be measured.
  if (text.length <= most && lengthOf(text) <= most) return text
  let kept = ''
  let used = CUT.length
  // What is beyond is not kept anyway, and telling characters apart takes time.
  for (const grapheme of graphemes(text.slice(0, most + 1))) {
    used += lengthOf(grapheme)
    if (used > most) break
    kept += grapheme
  }
  return most < CUT.length ? '' : kept + CUT
}

/** Slack refuses texts of no characters, and shows nothing of spaces. */
export function isBlank(text: string): boolean {
  return text.trim() === ''
}

export function orElse(text: string, otherwise: string): string {
  return isBlank(text) ? otherwise : text
}
