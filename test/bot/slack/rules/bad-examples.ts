/** What Slack's documents and SDK types say is refused, in words of this lab, with the place that is told. */

import { actions, button, input, markup, modal, option, plain, select } from './boundaries.ts'
import { cell, type Json, line, richText, section, series, text } from './pieces.ts'

type Bad = { blocks: readonly Json[]; code: string; pointer: string }

const bad = (code: string, pointer: string, ...blocks: readonly Json[]): Bad => ({ blocks, code, pointer })

export const BAD_BLOCKS: Readonly<Record<string, Bad>> = {
  'a block that Slack has not': bad('unknown_type', '/blocks/0/type', { type: 'paragraph' }),
  'a block of no type': bad('missing_field', '/blocks/0', { text: plain('a') }),
  'a field that the block has not': bad('unknown_field', '/blocks/0/colour', {
    type: 'divider',
    colour: 'red',
  }),
  'a section of nothing': bad('missing_field', '/blocks/0', { type: 'section' }),
  'an empty text': bad('too_short', '/blocks/0/text/text', { type: 'section', text: plain('') }),
  'markup in a header': bad('unknown_type', '/blocks/0/text/type', { type: 'header', text: markup('*a*') }),
  'half a character': bad('wrong_value', '/blocks/0/text/text', { type: 'header', text: plain('\ud83d') }),
  'no buttons': bad('too_few', '/blocks/0/elements', actions()),
  'a text as a button': bad('unknown_type', '/blocks/0/elements/0/type', actions(plain('a'))),
  'a style of its own': bad(
    'wrong_value',
    '/blocks/0/elements/0/style',
    actions(button({ style: 'warning' })),
  ),
  'one action_id twice in a block': bad(
    'not_unique',
    '/blocks/0',
    actions(button({ action_id: 'a' }), button({ action_id: 'a' })),
  ),
  'one block_id twice': bad(
    'not_unique',
    '/blocks/1',
    { type: 'divider', block_id: 'a' },
    { type: 'divider', block_id: 'a' },
  ),
  'options and groups at once': bad(
    'wrong_value',
    '/blocks/0/elements/0',
    actions(
      select({ options: [option('a')], option_groups: [{ label: plain('g'), options: [option('b')] }] }),
    ),
  ),
  'a first choice that is none': bad(
    'wrong_value',
    '/blocks/0/elements/0/initial_option',
    actions(select({ options: [option('a')], initial_option: option('b') })),
  ),
  'one value twice': bad(
    'not_unique',
    '/blocks/0/elements/0/options',
    actions(select({ options: [option('a'), option('a')] })),
  ),
  'markup in an option of a menu': bad(
    'unknown_type',
    '/blocks/0/elements/0/options/0/text/type',
    actions(select({ options: [option('a', { text: markup('a') })] })),
  ),
  'an address that is none': bad(
    'wrong_value',
    '/blocks/0/elements/0/url',
    actions(button({ url: 'not an address' })),
  ),
  'a picture of two places': bad('wrong_value', '/blocks/0', {
    type: 'image',
    image_url: 'https://lab.example/a.png',
    slack_file: { id: 'F1' },
    alt_text: 'a',
  }),
  'a mention of nobody': bad(
    'wrong_value',
    '/blocks/0/elements/0/elements/0/user_id',
    richText(section({ type: 'user', user_id: 'mei' })),
  ),
  'a date of no format': bad(
    'wrong_value',
    '/blocks/0/elements/0/elements/0/format',
    richText(section({ type: 'date', timestamp: 1, format: 'today' })),
  ),
  'a person in preformatted text': bad(
    'unknown_type',
    '/blocks/0/elements/0/elements/0/type',
    richText({ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }),
  ),
  'an empty cell': bad('too_short', '/blocks/0/rows/0/0/text', { type: 'table', rows: [[cell('')]] }),
  'rich text in the head of a data table': bad('not_here', '/blocks/0/rows/0/0', {
    type: 'data_table',
    caption: 'a',
    rows: [[richText(section(text('a')))], [cell('b')]],
  }),
  'rows of a data table that differ': bad('wrong_value', '/blocks/0/rows', {
    type: 'data_table',
    caption: 'a',
    rows: [[cell('a'), cell('b')], [cell('c')]],
  }),
  'a series that has no point for a category': bad(
    'wrong_value',
    '/blocks/0/chart/series/0/data',
    line(series('a', 1)),
  ),
  'two series of one name': bad(
    'not_unique',
    '/blocks/0/chart/series',
    line(series('a', 1, 2), series('a', 1, 2)),
  ),
  'a slice of nothing': bad('wrong_value', '/blocks/0/chart/segments/0/value', {
    type: 'data_visualization',
    title: 'a',
    chart: { type: 'pie', segments: [{ label: 'a', value: 0 }] },
  }),
  'an alert in a message': bad('not_here', '/blocks/0', { type: 'alert', text: plain('a') }),
  'a file block, which only Slack sends': bad('not_here', '/blocks/0', {
    type: 'file',
    source: 'remote',
    external_id: 'a',
  }),
  'a file to be chosen in a message': bad('not_here', '/blocks/0/element', input({ type: 'file_input' })),
  'folded at first but not foldable': bad('wrong_value', '/blocks/0/default_collapsed', {
    type: 'container',
    title: plain('a'),
    child_blocks: [{ type: 'divider' }],
    default_collapsed: true,
  }),
  'rich text in a container': bad('unknown_type', '/blocks/0/child_blocks/0/type', {
    type: 'container',
    title: plain('a'),
    child_blocks: [richText(section(text('a')))],
  }),
  'a card of nothing': bad('missing_field', '/blocks/0', { type: 'card' }),
  'cells of two tables together': bad(
    'too_many',
    '/blocks',
    { type: 'table', rows: [[cell('a')]] },
    { type: 'table', rows: [[cell('b')]] },
  ),
}

type BadView = { view: Json; code: string; pointer: string }

export const BAD_MODALS: Readonly<Record<string, BadView>> = {
  'fields but nothing to send them': {
    view: { type: 'modal', title: plain('A'), blocks: [input({ type: 'plain_text_input' })] },
    code: 'missing_field',
    pointer: '',
  },
  'no title': { view: { type: 'modal', blocks: [] }, code: 'missing_field', pointer: '' },
  'a table': {
    view: modal([{ type: 'table', rows: [[cell('a')]] }]),
    code: 'not_here',
    pointer: '/blocks/0',
  },
  'a chart': { view: modal([line(series('a', 1, 2))]), code: 'not_here', pointer: '/blocks/0' },
  'two fields in focus': {
    view: modal([
      input({ type: 'plain_text_input', focus_on_load: true }),
      input({ type: 'plain_text_input', focus_on_load: true }),
    ]),
    code: 'not_unique',
    pointer: '/blocks',
  },
  'a number that is none': {
    view: modal([input({ type: 'number_input', is_decimal_allowed: true, initial_value: 'ten' })]),
    code: 'wrong_value',
    pointer: '/blocks/0/element/initial_value',
  },
  'a fraction where there is none': {
    view: modal([input({ type: 'number_input', is_decimal_allowed: false, initial_value: '1.5' })]),
    code: 'wrong_value',
    pointer: '/blocks/0/element/initial_value',
  },
  'longer at first than it may be': {
    view: modal([input({ type: 'plain_text_input', max_length: 2, initial_value: 'abc' })]),
    code: 'too_long',
    pointer: '/blocks/0/element/initial_value',
  },
  'a home': { view: { type: 'home', blocks: [] }, code: 'wrong_value', pointer: '/type' },
}
