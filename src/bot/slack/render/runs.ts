/** Runs as elements of rich text: text of people and boards is only ever a text element (P28). */

import type { KnownBlock, RichTextBlock, RichTextElement } from '@slack/types'
import { clean, mention, runText } from '../../../cards/text.ts'
import type { Run } from '../../../cards/view.ts'
import { assertNever } from '../../../errors.ts'
import { lengthOf } from '../rules/length.ts'
import { LIMITS } from '../rules/limits.ts'
import { cutTo, isBlank } from './crop.ts'
import type { DrawFrame } from './draw.ts'
import { dateFormat, isShownDate } from './times.ts'

export type Style = { bold?: true; code?: true; italic?: true }

export function text(words: string, style?: Style): RichTextElement {
  return style === undefined ? { type: 'text', text: words } : { type: 'text', text: words, style }
}

export function richText(elements: readonly RichTextElement[]): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [...elements] }] }
}

export function preformatted(words: string): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: words }] }],
  }
}

/** At most `most` characters of what is read, the cut shown by `…`; none where there is nothing to read. */
export function richRuns(runs: readonly Run[], frame: DrawFrame, most: number): readonly RichTextElement[] {
  const elements: RichTextElement[] = []
  let left = most
  for (const run of runs) {
    const words = shownText(run, frame)
    if (words === '') continue
    if (left < 2) break
    const length = lengthOf(words)
    elements.push(length <= left ? elementOf(run, frame) : text(cutTo(words, left), styleOf(run)))
    left -= length
  }
  return elements.some(isSeen) ? elements : []
}

/** One block of them, or none. */
export function runsBlock(runs: readonly Run[], frame: DrawFrame, most: number): readonly KnownBlock[] {
  const elements = richRuns(runs, frame, most)
  return elements.length === 0 ? [] : [richText(elements)]
}

function isSeen(element: RichTextElement): boolean {
  return element.type !== 'text' || !isBlank(element.text)
}

/** Slack's ids of people; names and ids of other faces are told as words. */
function isSlackId(id: string): boolean {
  return /^[UW][A-Z0-9]{1,40}$/.test(id)
}

/** By the id, so that it makes a sound; else the name is told. */
export function isCalled(run: Run, { mentions }: DrawFrame): boolean {
  if (run.r !== 'user' || !isSlackId(run.id)) return false
  return mentions === true || run.name === '' || run.name === run.id
}

/** Only what a browser opens; a link that is none would have the whole message refused. */
export function isLink(url: string): boolean {
  return /^https?:\/\/[^\s<>|]+$/i.test(url) && lengthOf(url) <= LIMITS.url && URL.canParse(url)
}

function shownText(run: Run, frame: DrawFrame): string {
  if (run.r === 'link' && isLink(clean(run.url)) && !isBlank(clean(run.text))) return clean(run.text)
  return run.r === 'user' && run.name === '' ? mention(run.id) : runText(run, frame)
}

function styleOf(run: Run): Style | undefined {
  if (run.r === 'bold') return { bold: true }
  return run.r === 'code' ? { code: true } : undefined
}

function elementOf(run: Run, frame: DrawFrame): RichTextElement {
  const words = shownText(run, frame)
  switch (run.r) {
    case 'plain':
    case 'bold':
    case 'code':
      return text(words, styleOf(run))
    case 'link':
      return isLink(clean(run.url)) ? { type: 'link', url: clean(run.url), text: words } : text(words)
    case 'user':
      return isCalled(run, frame) ? { type: 'user', user_id: run.id } : text(words)
    case 'time':
      return isShownDate(run, frame)
        ? { type: 'date', timestamp: seconds(run.at), format: dateFormat(run, frame), fallback: words }
        : text(words)
    default:
      return assertNever(run)
  }
}

export function seconds(at: number): number {
  return Math.floor(at / 1_000)
}
