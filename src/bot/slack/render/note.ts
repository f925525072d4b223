/** Notes and what stands beside a title, in small letters: a context block, which has no rich text. */

import type { ContextBlockElement, KnownBlock } from '@slack/types'
import { clean, mention, runText } from '../../../cards/text.ts'
import type { Run } from '../../../cards/view.ts'
import { escaped, lengthOf } from '../rules/length.ts'
import { LIMITS } from '../rules/limits.ts'
import { crop, isBlank } from './crop.ts'
import type { DrawFrame } from './draw.ts'
import { isCalled, isLink, runsBlock, seconds } from './runs.ts'
import { dateFormat, isShownDate } from './times.ts'

/** Plain words beside each other are one element; what only markup can say is one that holds nothing of people's. */
type Piece = { words: string } | { markup: string }

export function noteBlock(runs: readonly Run[], frame: DrawFrame, most: number): readonly KnownBlock[] {
  const pieces = runs.map(run => pieceOf(run, frame))
  if (pieces.includes(null)) return runsBlock(runs, frame, most)
  const elements = joined(pieces.filter(piece => piece !== null)).map(piece => elementOf(piece, most))
  const seen = elements.filter(element => element !== null)
  if (seen.length === 0) return []
  return seen.length > LIMITS.context ? runsBlock(runs, frame, most) : [{ type: 'context', elements: seen }]
}

export function plainNote(words: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text: crop(words, LIMITS.text), emoji: false }] }
}

/** Null: only rich text can show it as it is. */
function pieceOf(run: Run, frame: DrawFrame): Piece | null {
  if (run.r === 'user')
    return isCalled(run, frame) ? { markup: `<@${run.id}>` } : { words: mention(run.name || run.id) }
  if (run.r === 'time' && isShownDate(run, frame)) {
    const format = dateFormat(run, frame)
    return { markup: `<!date^${seconds(run.at)}^${format}|${escaped(runText(run, frame))}>` }
  }
  if (run.r === 'link' || run.r === 'code') return linkPiece(run)
  return { words: runText(run, frame) }
}

/** Letters that no markup is made of: what else a label has would be read as stars, quotes or emoji. */
const HARMLESS = /^[\p{L}\p{N}\p{M} .,()/+%#·-]+$/u

function linkPiece(run: Extract<Run, { r: 'link' | 'code' }>): Piece | null {
  if (run.r === 'code') return null
  const label = clean(run.text)
  const url = clean(run.url)
  if (!HARMLESS.test(label) || isBlank(label) || !isLink(url)) return null
  return { markup: `<${escaped(url)}|${label}>` }
}

function joined(pieces: readonly Piece[]): readonly Piece[] {
  const all: Piece[] = []
  for (const piece of pieces) {
    const last = all.at(-1)
    if (last !== undefined && 'words' in last && 'words' in piece) {
      all[all.length - 1] = { words: last.words + piece.words }
    } else all.push(piece)
  }
  return all
}

function elementOf(piece: Piece, most: number): ContextBlockElement | null {
  if ('markup' in piece) {
    return lengthOf(piece.markup) > LIMITS.text
      ? null
      : { type: 'mrkdwn', text: piece.markup, verbatim: true }
  }
  const words = crop(piece.words, Math.min(most, LIMITS.text)).trim()
  return isBlank(words) ? null : { type: 'plain_text', text: words, emoji: false }
}
