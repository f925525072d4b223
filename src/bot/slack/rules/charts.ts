/** The data_visualization block (docs.slack.dev/reference/block-kit/blocks/data-visualization-block). */

import { below, type Issue, issue } from './issue.ts'
import { LIMITS } from './limits.ts'
import { BLOCK_ID } from './rich-text.ts'
import {
  ANY_NUMBER,
  isJson,
  type Json,
  list,
  listOf,
  number,
  object,
  one,
  type Shape,
  shape,
  string,
} from './shape.ts'

const LABEL = string(LIMITS.chartLabel)
const POINT = object(shape({ label: LABEL, value: ANY_NUMBER }))
const SERIES = object(shape({ name: LABEL, data: list(POINT, LIMITS.chartPoints) }))
const SEGMENT = object(shape({ label: LABEL, value: number(Number.MIN_VALUE, Number.MAX_VALUE, false) }))

const AXES = object(
  shape(
    { categories: list(LABEL, LIMITS.chartPoints) },
    { x_label: string(LIMITS.chartAxis), y_label: string(LIMITS.chartAxis) },
  ),
)

const OF_AXES: Shape = shape(
  { series: list(SERIES, LIMITS.chartSeries), axis_config: AXES },
  {},
  (value, pointer) => [...uniqueNames(value, pointer), ...sameLabels(value, pointer)],
)

const CHARTS: Readonly<Record<string, Shape>> = {
  pie: shape({ segments: list(SEGMENT, LIMITS.chartSegments) }),
  bar: OF_AXES,
  area: OF_AXES,
  line: OF_AXES,
}

export const dataVisualization: Shape = shape(
  { title: string(LIMITS.chartTitle), chart: one(() => CHARTS) },
  BLOCK_ID,
)

function uniqueNames(value: Json, pointer: string): readonly Issue[] {
  const names = listOf(value['series']).map(each => (isJson(each) ? each['name'] : null))
  return new Set(names).size === names.length
    ? []
    : [issue(below(pointer, 'series'), 'not_unique', 'names of series must differ')]
}

/** Each series has one point for each category, and no two categories are the same. */
function sameLabels(value: Json, pointer: string): readonly Issue[] {
  const axes = value['axis_config']
  const categories = listOf(isJson(axes) ? axes['categories'] : null)
  if (new Set(categories).size !== categories.length)
    return [issue(`${pointer}/axis_config/categories`, 'not_unique', 'categories must differ')]
  const wanted = JSON.stringify(categories.toSorted())
  return listOf(value['series']).flatMap((series, index) => {
    const labels = listOf(isJson(series) ? series['data'] : null).map(each =>
      isJson(each) ? each['label'] : null,
    )
    return JSON.stringify(labels.toSorted()) === wanted
      ? []
      : [issue(`${pointer}/series/${index}/data`, 'wrong_value', 'labels must be the categories')]
  })
}
