/** A chart as SVG of attributes alone, since the policy of pages allows no style in them, with its numbers beside it. */

import type { Chart } from '../../../cards/view.ts'
import { percent } from '../../../cards/words.ts'
import { type Markup, markup } from '../markup.ts'

type Point = readonly [label: string, value: number]
type Series = { name: string; points: readonly Point[] }

const MOST_SERIES = 6
const MOST_POINTS = 20

export function chartHtml(chart: Chart): Markup {
  const series = (chart.type === 'pie' ? chart.series.slice(0, 1) : chart.series)
    .slice(0, MOST_SERIES)
    .map(({ name, points }) => ({
      name,
      points: points.slice(-MOST_POINTS).filter(([, value]) => Number.isFinite(value)),
    }))
    .filter(({ points }) => points.length > 0)
  if (series.length === 0)
    return markup`<figure class="chart"><figcaption>${chart.title}: no numbers yet</figcaption></figure>\n`
  return markup`<figure class="chart"><figcaption>${chart.title}</figcaption>
${series.length > 1 && legend(series)}${chart.type === 'line' ? lines(series, chart) : bars(series, chart)}
<details><summary>Numbers</summary>${numbers(series, chart)}</details></figure>
`
}

function legend(series: readonly Series[]): Markup {
  return markup`<ul class="legend">${series.map(({ name }, index) => markup`<li class="series-${index}"><svg width="18" height="8" aria-hidden="true"><line x1="0" y1="4" x2="18" y2="4"/></svg> ${name}</li>`)}</ul>\n`
}

const WIDTH = 640
const HEIGHT = 150
const LEFT = 44
const RIGHT = 8
const TOP = 16
const BOTTOM = 22

function lines(series: readonly Series[], { title, unit }: Chart): Markup {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value))
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const count = Math.max(...series.map(({ points }) => points.length))
  const x = (index: number): string =>
    (LEFT + (count < 2 ? 0.5 : index / (count - 1)) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const y = (value: number): string =>
    (HEIGHT - BOTTOM - share(value - low, high - low) * (HEIGHT - BOTTOM - TOP)).toFixed(1)
  const longest = series.find(({ points }) => points.length === count)?.points ?? []
  const drawn = series.map(({ points }, index) => {
    const places = points.map(([, value], at) => `${x(at)},${y(value)}`)
    return markup`<g class="series-${index}"><polyline points="${places.join(' ')}"/>${dots(places)}</g>\n`
  })
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${spoken(title, series, unit)}">
${[...new Set([high, low])].map(value => rule(y(value), words(value)))}${drawn}<text x="${LEFT}" y="${HEIGHT - 6}">${longest[0]?.[0] ?? ''}</text>
<text x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${count > 1 && (longest.at(-1)?.[0] ?? '')}</text>
</svg>`
}

function rule(y: string, label: string): Markup {
  return markup`<line class="rule" x1="${LEFT}" y1="${y}" x2="${WIDTH - RIGHT}" y2="${y}"/><text x="${LEFT - 6}" y="${y}" dy="4" text-anchor="end">${label}</text>\n`
}

function dots(places: readonly string[]): readonly Markup[] {
  return places.map(place => {
    const [x = '0', y = '0'] = place.split(',')
    return markup`<circle cx="${x}" cy="${y}" r="2.5"/>`
  })
}

const ROW = 22
const NAME = 160
const LONGEST_BAR = 340

/** Bars and pies: a row each, with its number and its share. */
function bars(series: readonly Series[], { title, unit, type }: Chart): Markup {
  const rows = series.flatMap(({ points }, index) =>
    points.map(([label, value]) => ({ index, label, value })),
  )
  const most = Math.max(0, ...rows.map(({ value }) => value))
  const all = rows.reduce((sum, { value }) => sum + Math.max(0, value), 0)
  return markup`<svg viewBox="0 0 ${WIDTH} ${rows.length * ROW}" role="img" aria-label="${spoken(title, series, unit)}">
${rows.map(({ index, label, value }, at) => {
  const top = at * ROW
  const long = share(Math.max(0, value), most) * LONGEST_BAR
  const told =
    type === 'pie' ? `${words(value, unit)} · ${percent(share(Math.max(0, value), all))}` : words(value, unit)
  return markup`<g class="series-${type === 'pie' ? at % MOST_SERIES : index}"><text x="${NAME - 8}" y="${top + 15}" text-anchor="end">${short(label)}</text><rect x="${NAME}" y="${top + 4}" width="${long.toFixed(1)}" height="${ROW - 8}"/><text x="${(NAME + long + 8).toFixed(1)}" y="${top + 15}">${told}</text></g>\n`
})}</svg>`
}

const LONGEST_NAME = 22

function short(label: string): string {
  const letters = [...label]
  return letters.length <= LONGEST_NAME ? label : `${letters.slice(0, LONGEST_NAME - 1).join('')}…`
}

function numbers(series: readonly Series[], { unit }: Chart): Markup {
  const rows = series.flatMap(({ name, points }) => points.map(([label, value]) => ({ name, label, value })))
  const isMany = series.length > 1
  return markup`<table><tbody>
${rows.map(({ name, label, value }) => markup`<tr>${isMany && markup`<td>${name}</td>`}<td>${label}</td><td class="n">${words(value, unit)}</td></tr>\n`)}</tbody></table>`
}

/** `Finished tests a day: passed 28 tests now, 12 to 28`, for whoever does not see it. */
function spoken(title: string, series: readonly Series[], unit?: string): string {
  const each = series.map(({ name, points }) => {
    const values = points.map(([, value]) => value)
    return `${name} ${words(values.at(-1) ?? 0, unit)}, from ${words(Math.min(...values))} to ${words(Math.max(...values))}`
  })
  return `${title}: ${each.join('; ')}`
}

/** Differences of the largest numbers are not finite. */
function share(part: number, whole: number): number {
  const found = whole > 0 ? part / whole : 0
  return Number.isFinite(found) ? Math.min(1, Math.max(0, found)) : 0
}

function words(value: number, unit?: string): string {
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(3))
  const told = Math.abs(rounded) >= 1e9 ? rounded.toExponential(2) : String(rounded)
  return unit === undefined || unit === '' ? told : `${told} ${unit}`
}
