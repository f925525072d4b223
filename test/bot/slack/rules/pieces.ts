/** Pieces that the examples are put together from. */

export type Json = Readonly<Record<string, unknown>>

export const text = (words: string, style: Json = {}): Json => ({ type: 'text', text: words, style })
export const section = (...elements: readonly Json[]): Json => ({ type: 'rich_text_section', elements })
export const richText = (...elements: readonly Json[]): Json => ({ type: 'rich_text', elements })
export const series = (name: string, ...values: readonly number[]): Json => ({
  name,
  data: values.map((value, index) => ({ label: `day ${index}`, value })),
})
export const line = (...all: readonly Json[]): Json => ({
  type: 'data_visualization',
  title: 'Tests',
  chart: { type: 'line', series: all, axis_config: { categories: ['day 0', 'day 1'], x_label: 'Day' } },
})
export const cell = (words: string): Json => ({ type: 'raw_text', text: words })
