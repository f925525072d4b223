/** How many columns text takes on a terminal: CJK and emoji two, combining marks none (Unicode TR11). */

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Wide and fullwidth ranges of EastAsianWidth.txt 16, joined where only unassigned code points lie between. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x20000, 0x3fffd],
]

const PLAIN = /^[\x20-\x7e]*$/

export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let columns = 0
  for (const { segment } of segmenter.segment(text)) columns += columnsOfGrapheme(segment)
  return columns
}

export function columnsOfGrapheme(grapheme: string): number {
  if (/^[\p{M}\p{Cf}]+$/u.test(grapheme)) return 0
  const code = grapheme.codePointAt(0) ?? 0
  if (WIDE.some(([first, last]) => code >= first && code <= last)) return 2
  // A terminal without the emoji shows its pieces; two columns are what those with it take.
  return /\p{Emoji_Presentation}|\ufe0f/u.test(grapheme) ? 2 : 1
}

export function graphemes(text: string): readonly string[] {
  return PLAIN.test(text) ? [...text] : [...segmenter.segment(text)].map(({ segment }) => segment)
}

/** At most `columns` wide, the cut shown by `…`. */
export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let kept = ''
  let used = 0
  for (const grapheme of graphemes(text)) {
    const wide = columnsOfGrapheme(grapheme)
    if (used + wide > columns - 1) break
    kept += grapheme
    used += wide
  }
  return columns < 1 ? '' : `${kept}…`
}

export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, columns - columnsOf(text)))
  return align === 'left' ? text + space : space + text
}
