import { nextControl, skipControl } from './ansi.ts'

/** A piece of a line and how it looks: words of a fixed list, separated by spaces; '' where it is plain. */
export type Span = { text: string; look: string }

/** What `38;5;n` and `38;2;r;g;b` are brought to: the cube of xterm's 256 colours exactly, its greys nearly. */
export const LEVELS = [0, 28, 58, 95, 118, 135, 155, 175, 198, 215, 238, 255] as const

type Colour = { base: number } | { rgb: readonly [number, number, number] }
type Pen = {
  bold: boolean
  dim: boolean
  italic: boolean
  under: boolean
  strike: boolean
  inverse: boolean
  fore: Colour | null
  back: Colour | null
}

const PLAIN: Pen = {
  bold: false,
  dim: false,
  italic: false,
  under: false,
  strike: false,
  inverse: false,
  fore: null,
  back: null,
}

const SGR = /^(?:\x1b\[|\x9b)([\d;:]*)m$/

/**
 * A line cut where its colours change (SGR, ECMA-48 8.3.117; 38 and 48 of ITU-T T.416 as xterm reads them). The texts
 * together are `stripAnsi` of it: whatever else a terminal would obey is left out. Each line begins plain, so that it
 * looks the same wherever one begins to read. Text that asks to be hidden is shown.
 */
export function paint(line: string): Span[] {
  const spans: Span[] = []
  let pen = PLAIN
  let look = ''
  for (let at = 0; at < line.length; ) {
    const end = nextControl(line, at)
    if (end > at) add(spans, line.slice(at, end), look)
    if (end === line.length) break
    at = skipControl(line, end, line.charCodeAt(end))
    const given = SGR.exec(line.slice(end, at))?.[1]
    if (given === undefined) continue
    pen = drawn(pen, numbersOf(given))
    look = lookOf(pen)
  }
  return spans
}

function add(spans: Span[], text: string, look: string): void {
  const last = spans.at(-1)
  if (last?.look === look) last.text += text
  else spans.push({ text, look })
}

/** Colons part what belongs together; the colour space of the long form (`38:2::r:g:b`) is left out. */
function numbersOf(given: string): number[] {
  return given
    .replace(/([34]8):2:\d*:(\d*:\d*:\d*)/g, '$1:2:$2')
    .split(/[;:]/)
    .map(Number)
}

function drawn(before: Pen, numbers: readonly number[]): Pen {
  let pen = before
  for (let at = 0; at < numbers.length; ) {
    const n = numbers[at] ?? 0
    if (n === 38 || n === 48) {
      const { colour, used } = extended(numbers, at + 1)
      if (colour !== null) pen = n === 38 ? { ...pen, fore: colour } : { ...pen, back: colour }
      at += 1 + used
    } else {
      pen = simple(pen, n)
      at += 1
    }
  }
  return pen
}

function simple(pen: Pen, n: number): Pen {
  if (n === 0) return PLAIN
  if (n >= 30 && n <= 37) return { ...pen, fore: { base: n - 30 } }
  if (n >= 90 && n <= 97) return { ...pen, fore: { base: n - 82 } }
  if (n >= 40 && n <= 47) return { ...pen, back: { base: n - 40 } }
  if (n >= 100 && n <= 107) return { ...pen, back: { base: n - 92 } }
  return { ...pen, ...CHANGES[n] }
}

const CHANGES: Readonly<Record<number, Partial<Pen>>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { under: true },
  7: { inverse: true },
  9: { strike: true },
  21: { under: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { under: false },
  27: { inverse: false },
  29: { strike: false },
  39: { fore: null },
  49: { back: null },
}

function extended(numbers: readonly number[], at: number): { colour: Colour | null; used: number } {
  const byte = (index: number): number => Math.min(255, numbers[at + index] ?? 0)
  if (numbers[at] === 5) return { colour: paletteColour(byte(1)), used: 2 }
  if (numbers[at] === 2) return { colour: { rgb: [byte(1), byte(2), byte(3)] }, used: 4 }
  return { colour: null, used: 1 }
}

const CUBE = [0, 95, 135, 175, 215, 255] as const

/** xterm's 256: 16 of the terminal's own, a cube of six levels, 24 greys. */
function paletteColour(n: number): Colour {
  if (n < 16) return { base: n }
  if (n >= 232) {
    const grey = 8 + (n - 232) * 10
    return { rgb: [grey, grey, grey] }
  }
  const cube = n - 16
  const level = (place: number): number => CUBE[Math.floor(cube / place) % 6] ?? 0
  return { rgb: [level(36), level(6), level(1)] }
}

function lookOf(pen: Pen): string {
  const words: string[] = []
  for (const word of ['bold', 'dim', 'italic', 'under', 'strike'] as const) if (pen[word]) words.push(word)
  // Swapped here, so that a style sheet need not know of both at once.
  const [fore, back] = pen.inverse ? [pen.back, pen.fore] : [pen.fore, pen.back]
  if (fore !== null) words.push(colourWords('f', fore))
  else if (pen.inverse) words.push('f-back')
  if (back !== null) words.push(colourWords('k', back))
  else if (pen.inverse) words.push('k-fore')
  return words.join(' ')
}

/** `f1` for the terminal's red as text, `k1` behind it; `f-rgb fr11 fg0 fb0` for a colour by its parts. */
function colourWords(kind: 'f' | 'k', colour: Colour): string {
  if ('base' in colour) return `${kind}${colour.base}`
  const [r, g, b] = colour.rgb.map(nearestLevel)
  return `${kind}-rgb ${kind}r${r} ${kind}g${g} ${kind}b${b}`
}

function nearestLevel(value: number): number {
  let best = 0
  for (const [index, level] of LEVELS.entries())
    if (Math.abs(level - value) < Math.abs((LEVELS[best] ?? 0) - value)) best = index
  return best
}
