/** Pieces of a line with the ink they are written in, and how a terminal is told (ECMA-48 SGR). */

import type { Tone } from '../../cards/view.ts'
import { columnsOf, columnsOfGrapheme, graphemes } from './width.ts'

export type Ink = 'bold' | 'dim' | 'code' | 'person' | 'link' | 'button' | `tone-${Tone}`
export type Piece = { text: string; ink?: Ink }
export type Line = readonly Piece[]

const SGR: Readonly<Record<Ink, string>> = {
  bold: '1',
  dim: '2',
  code: '36',
  person: '35',
  link: '4',
  button: '1;36',
  'tone-ok': '1;32',
  'tone-warn': '1;33',
  'tone-bad': '1;31',
  'tone-run': '1;34',
  'tone-idle': '1',
}

export function piece(text: string, ink?: Ink): Piece {
  return ink === undefined ? { text } : { text, ink }
}

export function paint(line: Line, colour: boolean): string {
  const trimmed = trimEnd(line)
  if (!colour) return trimmed.map(each => each.text).join('')
  return trimmed
    .map(({ text, ink }) => (ink === undefined || text === '' ? text : `\x1b[${SGR[ink]}m${text}\x1b[0m`))
    .join('')
}

export function widthOf(line: Line): number {
  return line.reduce((sum, each) => sum + columnsOf(each.text), 0)
}

export function textOfLine(line: Line): string {
  return line.map(each => each.text).join('')
}

function trimEnd(line: Line): Line {
  const kept = [...line]
  for (let last = kept.at(-1); last !== undefined; last = kept.at(-1)) {
    const text = last.text.trimEnd()
    if (text === last.text && text !== '') break
    kept.pop()
    if (text !== '') kept.push({ ...last, text })
  }
  return kept
}

/**
 * Breaks a line at spaces so that none is wider than `columns`; a word that is wider is broken where it must.
 * Lines after the first begin with `indent` spaces. Null columns: never broken.
 */
export function wrap(line: Line, columns: number | null, indent = 0): readonly Line[] {
  if (columns === null || widthOf(line) <= columns) return [line]
  const lines: Piece[][] = [[]]
  let used = 0
  const feed = (): void => {
    lines.push(indent === 0 ? [] : [{ text: ' '.repeat(indent) }])
    used = indent
  }
  const put = (text: string, ink: Ink | undefined, wide: number): void => {
    lines.at(-1)?.push(piece(text, ink))
    used += wide
  }
  for (const word of wordsOf(line)) {
    const wide = columnsOf(word.text)
    const isSpace = word.text.trim() === ''
    if (used + wide <= columns) {
      // What was broken at a space does not begin with it.
      if (!isSpace || used > (lines.length === 1 ? -1 : indent)) put(word.text, word.ink, wide)
      continue
    }
    if (isSpace) continue
    if (used > (lines.length === 1 ? 0 : indent)) feed()
    if (used + wide <= columns) put(word.text, word.ink, wide)
    else
      for (const grapheme of graphemes(word.text)) {
        const each = columnsOfGrapheme(grapheme)
        if (used + each > columns) feed()
        put(grapheme, word.ink, each)
      }
  }
  return lines
}

function wordsOf(line: Line): readonly Piece[] {
  return line.flatMap(({ text, ink }) =>
    text
      .split(/( +)/)
      .filter(word => word !== '')
      .map(word => piece(word, ink)),
  )
}
