/** A chart: Slack's own in a message (docs.slack.dev, data visualization block), letters everywhere else. */

import type { KnownBlock } from '@slack/types'
import { clean } from '../../../cards/text.ts'
import type { Chart } from '../../../cards/view.ts'
import { chartLines } from '../../terminal/chart.ts'
import { paint } from '../../terminal/ink.ts'
import { LIMITS } from '../rules/limits.ts'
import { crop, cutTo, isBlank } from './crop.ts'
import type { Draw } from './draw.ts'
import { preformatted } from './runs.ts'

const WIDTH = 60
const MOST_TEXT = 2_900

type Point = { label: string; value: number }
type Drawing =
  | { type: 'pie'; segments: readonly Point[] }
  | {
      type: 'line' | 'bar'
      series: readonly { name: string; data: readonly Point[] }[]
      axis_config: { categories: readonly string[]; y_label?: string }
    }

export function chartBlock(chart: Chart, draw: Draw): KnownBlock | null {
  const most = Math.min(draw.room.charts, LIMITS.charts)
  const isNative = draw.surface === 'message' && draw.used.charts < most
  const drawing = isNative ? drawingOf(chart) : null
  if (drawing === null) return textChart(chart, draw)
  draw.used.charts++
  return nativeBlock({ type: 'data_visualization', title: titleOf(chart), chart: drawing })
}

/** @slack/types 3.2 does not know the block yet. */
function nativeBlock(block: { type: 'data_visualization'; title: string; chart: Drawing }): KnownBlock {
  return block as unknown as KnownBlock
}

function textChart(chart: Chart, draw: Draw): KnownBlock | null {
  const lines = chartLines(chart, WIDTH).map(line => paint(line, false).replace(/^ {2}/, ''))
  const rows = lines.slice(0, draw.room.rows)
  if (rows.length < lines.length) draw.warnings.push(`a chart shows ${rows.length} of ${lines.length} lines`)
  const words = cutTo(rows.join('\n'), MOST_TEXT)
  return isBlank(words) ? null : preformatted(words)
}

function titleOf({ title }: Chart): string {
  const words = crop(title, LIMITS.chartTitle)
  return isBlank(words) ? 'Chart' : words
}

/** Null for what Slack would refuse, or would show as less than it is. */
function drawingOf(chart: Chart): Drawing | null {
  return chart.type === 'pie' ? pieOf(chart) : axesOf(chart)
}

function pieOf({ series }: Chart): Drawing | null {
  const segments = (series[0]?.points ?? []).filter(([, value]) => value > 0).map(pointOf)
  return segments.length > 0 && segments.length <= LIMITS.chartSegments && segments.every(isDrawn)
    ? { type: 'pie', segments }
    : null
}

function axesOf({ type, series, unit }: Chart): Drawing | null {
  const all = series.map(each => ({ name: labelOf(each.name), data: each.points.map(pointOf) }))
  const categories = all[0]?.data.map(point => point.label) ?? []
  const isWhole =
    type !== 'pie' &&
    all.length > 0 &&
    all.length <= LIMITS.chartSeries &&
    categories.length > 0 &&
    categories.length <= LIMITS.chartPoints &&
    areDifferent(categories) &&
    areDifferent(all.map(each => each.name)) &&
    all.every(each => !isBlank(each.name) && each.data.every(isDrawn) && haveLabels(each.data, categories))
  if (!isWhole) return null
  const label = crop(unit ?? '', LIMITS.chartAxis)
  return { type, series: all, axis_config: { categories, ...(isBlank(label) ? {} : { y_label: label }) } }
}

function pointOf([label, value]: readonly [string, number]): Point {
  return { label: labelOf(label), value }
}

function labelOf(words: string): string {
  return crop(clean(words).trim(), LIMITS.chartLabel)
}

function isDrawn({ label, value }: Point): boolean {
  return !isBlank(label) && Number.isFinite(value)
}

function haveLabels(points: readonly Point[], categories: readonly string[]): boolean {
  return (
    points.length === categories.length && points.every((point, index) => point.label === categories[index])
  )
}

function areDifferent(words: readonly string[]): boolean {
  return new Set(words).size === words.length
}
