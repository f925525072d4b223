/** A chart in letters: bars of blocks, and lines as one row each (Unicode block elements, U+2580 to U+259F). */

import { clean } from '../../cards/text.ts'
import type { Chart } from '../../cards/view.ts'
import { percent } from '../../cards/words.ts'
import { type Line, piece } from './ink.ts'
import { columnsOf, cut, pad } from './width.ts'

const USUAL_WIDTH = 80
const INDENT = '  '
const GAP = 2
const WIDEST_NAME = 20
const WIDEST_BAR = 30
const STEPS = '▁▂▃▄▅▆▇█'
/** Of a whole block, from the left. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

type Series = Chart['series'][number]

/** Null columns: nothing limits the lines. */
export function chartLines(chart: Chart, columns: number | null): readonly Line[] {
  const width = columns ?? USUAL_WIDTH
  const title: Line = [piece(cut(clean(chart.title), width), 'bold')]
  const series = chart.series.map(each => ({
    ...each,
    points: each.points.filter(([, value]) => Number.isFinite(value)),
  }))
  const known = series.filter(each => each.points.length > 0)
  if (known.length === 0) return [title, [piece(cut(`${INDENT}no numbers yet`, width), 'dim')]]
  const body =
    chart.type === 'line' ? linesOf(known, chart, width) : known.flatMap(each => barsOf(each, chart, width))
  return [title, ...body]
}

/** A line is one row: how it went, from what to what, and where it is now. */
function linesOf(series: readonly Series[], { unit }: Chart, width: number): readonly Line[] {
  const wide = nameWidth(
    series.map(each => each.name),
    width,
  )
  const words = series.map(({ points }) => {
    const values = points.map(([, value]) => value)
    const span = `${numberWords(Math.min(...values))} to ${numberWords(Math.max(...values), unit)}`
    return `${numberWords(values.at(-1) ?? 0)} now (${span})`
  })
  const room = Math.max(1, width - INDENT.length - wide - 2 * GAP - Math.max(...words.map(columnsOf)))
  const rows = series.map((each, index): Line => {
    const head = `${INDENT}${name(each.name, wide)}${' '.repeat(wide > 0 ? GAP : 0)}`
    const drawn = [piece(head), piece(sparkline(each, room), 'tone-run'), piece(`  ${words[index] ?? ''}`)]
    return within(drawn, width)
  })
  return [...rows, ...spanLine(series, room, width)]
}

/** The last points that there is room for. */
function sparkline({ points }: Series, room: number): string {
  const values = points.slice(-room).map(([, value]) => value)
  const least = Math.min(0, ...values)
  const most = Math.max(...values)
  return values.map(value => STEPS[most > least ? stepOf((value - least) / (most - least)) : 0]).join('')
}

function stepOf(share: number): number {
  // Differences of the largest numbers are not finite.
  return Number.isFinite(share) ? Math.min(STEPS.length - 1, Math.floor(share * STEPS.length)) : 0
}

/** From where on to where, of what is drawn. */
function spanLine(series: readonly Series[], room: number, width: number): readonly Line[] {
  const points = series[0]?.points.slice(-room) ?? []
  const [first, last] = [clean(points[0]?.[0] ?? ''), clean(points.at(-1)?.[0] ?? '')]
  return points.length < 2 ? [] : [[piece(cut(`${INDENT}${first} to ${last}`, width), 'dim')]]
}

function barsOf(
  { name: title, points }: Series,
  { type, unit, series }: Chart,
  width: number,
): readonly Line[] {
  const values = points.map(([, value]) => Math.max(0, value))
  const [most, all] = [Math.max(...values), values.reduce((sum, value) => sum + value, 0)]
  const words = points.map(([, value]) => {
    const share =
      type === 'pie' && all > 0 && Number.isFinite(all) ? `  ${percent(Math.max(0, value) / all)}` : ''
    return `${numberWords(value, unit)}${share}`
  })
  const wide = nameWidth(
    points.map(([label]) => label),
    width,
  )
  const room = width - INDENT.length - wide - 2 * GAP - Math.max(...words.map(columnsOf))
  const longest = Math.min(WIDEST_BAR, Math.max(0, room))
  const head: readonly Line[] =
    series.length > 1 ? [[piece(cut(`${INDENT}${clean(title)}`, width), 'dim')]] : []
  const rows = points.map(([label], index): Line => {
    const bar = blocks(most > 0 ? (values[index] ?? 0) / most : 0, longest)
    const drawn = [
      piece(`${INDENT}${name(label, wide)}${' '.repeat(GAP)}`),
      piece(pad(bar, longest), 'tone-run'),
      piece(`  ${words[index] ?? ''}`),
    ]
    return within(drawn, width)
  })
  return [...head, ...rows]
}

function blocks(share: number, longest: number): string {
  const eighths = Math.round((Number.isFinite(share) ? share : 0) * longest * EIGHTHS.length)
  return '█'.repeat(Math.floor(eighths / EIGHTHS.length)) + (EIGHTHS[eighths % EIGHTHS.length] ?? '')
}

function nameWidth(names: readonly string[], width: number): number {
  const most = Math.min(WIDEST_NAME, Math.floor(width / 3))
  return Math.min(most, Math.max(0, ...names.map(each => columnsOf(clean(each)))))
}

function name(words: string, wide: number): string {
  return pad(cut(clean(words), wide), wide)
}

/** A terminal that is too narrow loses the end. */
function within(line: Line, width: number): Line {
  const kept: Line[number][] = []
  let left = width
  for (const each of line) {
    const text = cut(each.text, left)
    if (text !== '') kept.push({ ...each, text })
    left -= columnsOf(text)
  }
  return kept
}

function numberWords(value: number, unit?: string): string {
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(3))
  const words = Math.abs(rounded) >= 1e9 ? rounded.toExponential(2) : String(rounded)
  return unit === undefined || unit === '' ? words : `${words} ${clean(unit)}`
}
