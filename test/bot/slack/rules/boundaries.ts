/** For each of Slack's limits, a payload with exactly that much of it. */

import type { LIMITS } from '../../../../src/bot/slack/rules/limits.ts'
import { checkHome, checkMessage, checkModal, type Issue } from '../../../../src/bot/slack/rules/rules.ts'

type Json = Readonly<Record<string, unknown>>
type Check = (count: number) => readonly Issue[]

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))
const letters = (count: number): string => 'a'.repeat(count)
export const plain = (text: string): Json => ({ type: 'plain_text', text })
export const markup = (text: string): Json => ({ type: 'mrkdwn', text })
export const modal = (blocks: readonly unknown[], more: Json = {}): Json => ({
  type: 'modal',
  title: plain('A form'),
  submit: plain('Send'),
  blocks,
  ...more,
})
export const message = (...blocks: readonly unknown[]): readonly Issue[] =>
  checkMessage({ text: 'words', blocks }, 'post')
const inModal = (...blocks: readonly unknown[]): readonly Issue[] => checkModal(modal(blocks))

export const button = (more: Json = {}): Json => ({ type: 'button', text: plain('Go'), ...more })
export const actions = (...elements: readonly unknown[]): Json => ({ type: 'actions', elements })
export const option = (value: string, more: Json = {}): Json => ({ text: plain('One'), value, ...more })
export const select = (more: Json): Json => ({ type: 'static_select', ...more })
export const input = (element: Json, more: Json = {}): Json => ({
  type: 'input',
  label: plain('Name'),
  element,
  ...more,
})
const section = (text: string): Json => ({ type: 'section', text: plain(text) })
const confirm = (more: Json): Json => actions(button({ confirm: { text: plain('Sure?'), ...more } }))
const IMAGE: Json = { type: 'image', image_url: 'https://lab/a.png', alt_text: 'a' }
const address = (count: number): string => `https://lab/${letters(count - 'https://lab/'.length)}`
const cells = (count: number): Json[] => times(count, () => ({ type: 'raw_text', text: 'x' }))
const chart = (more: Json, title = 'Load'): Json => ({ type: 'data_visualization', title, chart: more })
const bars = (names: readonly string[], labels: readonly string[], axes: Json = {}): Json =>
  chart({
    type: 'bar',
    series: names.map(name => ({ name, data: labels.map(label => ({ label, value: 1 })) })),
    axis_config: { categories: labels, ...axes },
  })

export const BOUNDARIES: Readonly<Record<keyof typeof LIMITS, Check>> = {
  messageBlocks: count => message(...times(count, () => ({ type: 'divider' }))),
  viewBlocks: count => checkHome({ type: 'home', blocks: times(count, () => ({ type: 'divider' })) }),
  messageText: count => checkMessage({ text: letters(count) }, 'post'),
  updateText: count => checkMessage({ text: letters(count) }, 'update'),
  messageBlocksText: count =>
    message(...times(5, at => section(letters(at === 0 ? count - 4 * 2_900 : 2_900)))),
  viewTitle: count => checkModal(modal([], { title: plain(letters(count)) })),
  privateMetadata: count => checkModal(modal([], { private_metadata: letters(count) })),
  callbackId: count => checkModal(modal([], { callback_id: letters(count) })),
  externalId: count => checkModal(modal([], { external_id: letters(count) })),
  tables: count => message(...times(count, () => ({ type: 'table', rows: [cells(1)] })), section('a')),
  charts: count => message(...times(count, () => bars(['a'], ['b']))),
  id: count => message({ type: 'divider', block_id: letters(count) }),
  text: count => message({ type: 'context', elements: [plain(letters(count))] }),
  confirmTitle: count => message(confirm({ title: plain(letters(count)) })),
  confirmText: count => message(confirm({ text: plain(letters(count)) })),
  confirmButton: count => message(confirm({ deny: plain(letters(count)) })),
  optionText: count => message(actions(select({ options: [option('a', { text: plain(letters(count)) })] }))),
  optionValue: count => message(actions(select({ options: [option(letters(count))] }))),
  optionDescription: count =>
    message(actions(select({ options: [option('a', { description: plain(letters(count)) })] }))),
  optionUrl: count => message(actions({ type: 'overflow', options: [option('a', { url: address(count) })] })),
  groupLabel: count =>
    message(actions(select({ option_groups: [{ label: plain(letters(count)), options: [option('a')] }] }))),
  options: count => message(actions(select({ options: times(count, at => option(`${at}`)) }))),
  groups: count =>
    message(
      actions(select({ option_groups: times(count, () => ({ label: plain('a'), options: [option('a')] })) })),
    ),
  choices: count => inModal(input({ type: 'checkboxes', options: times(count, at => option(`${at}`)) })),
  overflowOptions: count =>
    message(actions({ type: 'overflow', options: times(count, at => option(`${at}`)) })),
  buttonText: count => message(actions(button({ text: plain(letters(count)) }))),
  buttonValue: count => message(actions(button({ value: letters(count) }))),
  url: count => message(actions(button({ url: address(count) }))),
  accessibilityLabel: count => message(actions(button({ accessibility_label: letters(count) }))),
  placeholder: count => inModal(input({ type: 'plain_text_input', placeholder: plain(letters(count)) })),
  inputText: count => inModal(input({ type: 'plain_text_input', initial_value: letters(count) })),
  files: count => inModal(input({ type: 'file_input', max_files: count })),
  altText: count => message({ ...IMAGE, alt_text: letters(count) }),
  inputLines: count => inModal(input({ type: 'rich_text_input', max_lines: count })),
  sectionText: count => message(section(letters(count))),
  sectionFields: count => message({ type: 'section', fields: times(count, () => plain('a')) }),
  sectionField: count => message({ type: 'section', fields: [plain(letters(count))] }),
  headerText: count => message({ type: 'header', text: plain(letters(count)) }),
  actions: count => message(actions(...times(count, () => button()))),
  context: count => message({ type: 'context', elements: times(count, () => plain('a')) }),
  contextActions: count =>
    message({
      type: 'context_actions',
      elements: times(count, () => ({ type: 'icon_button', icon: 'trash', text: plain('Delete') })),
    }),
  inputLabel: count => inModal(input({ type: 'plain_text_input' }, { label: plain(letters(count)) })),
  inputHint: count => inModal(input({ type: 'plain_text_input' }, { hint: plain(letters(count)) })),
  imageTitle: count => message({ ...IMAGE, title: plain(letters(count)) }),
  markdown: count => message({ type: 'markdown', text: letters(count) }),
  alertText: count => inModal({ type: 'alert', text: plain(letters(count)) }),
  cardTitle: count => message({ type: 'card', title: markup(letters(count)) }),
  cardBody: count => message({ type: 'card', body: markup(letters(count)) }),
  cards: count =>
    message({ type: 'carousel', elements: times(count, () => ({ type: 'card', body: markup('a') })) }),
  containerTitle: count =>
    message({ type: 'container', title: plain(letters(count)), child_blocks: [{ type: 'divider' }] }),
  containerBlocks: count =>
    message({
      type: 'container',
      title: plain('a'),
      child_blocks: times(count, () => ({ type: 'divider' })),
    }),
  videoTitle: count => message(video({ title: plain(letters(count - 1)) })),
  videoAuthor: count => message(video({ author_name: letters(count - 1) })),
  tableRows: count => message({ type: 'table', rows: times(count, () => cells(1)) }),
  tableColumns: count => message({ type: 'table', rows: [cells(count)] }),
  tableText: count => message({ type: 'table', rows: [[{ type: 'raw_text', text: letters(count) }]] }),
  dataTableRows: count => message({ type: 'data_table', caption: 'a', rows: times(count, () => cells(1)) }),
  dataTablePage: count =>
    message({ type: 'data_table', caption: 'a', page_size: count, rows: times(2, () => cells(1)) }),
  chartTitle: count => message(chart({ type: 'pie', segments: [{ label: 'a', value: 1 }] }, letters(count))),
  chartLabel: count => message(chart({ type: 'pie', segments: [{ label: letters(count), value: 1 }] })),
  chartAxis: count => message(bars(['a'], ['b'], { y_label: letters(count) })),
  chartSeries: count => message(bars(times(count, String), ['b'])),
  chartPoints: count => message(bars(['a'], times(count, String))),
  chartSegments: count =>
    message(chart({ type: 'pie', segments: times(count, at => ({ label: `${at}`, value: 1 })) })),
  listIndent: count =>
    message({
      type: 'rich_text',
      elements: [{ type: 'rich_text_list', style: 'bullet', indent: count, elements: [] }],
    }),
}

function video(more: Json): Json {
  return {
    type: 'video',
    video_url: 'https://lab/v',
    thumbnail_url: 'https://lab/v.png',
    alt_text: 'a',
    title: plain('A boot'),
    ...more,
  }
}
