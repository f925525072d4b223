/**
 * What Slack's documents and SDK types show as valid, in words of this lab (docs.slack.dev/reference/block-kit,
 * reference/views; @slack/types 3.2).
 */

import { actions, button, input, markup, option, plain, select } from './boundaries.ts'
import { cell, type Json, line, richText, section, series, text } from './pieces.ts'

export const GOOD_BLOCKS: Readonly<Record<string, readonly Json[]>> = {
  'a section with a menu beside it': [
    {
      type: 'section',
      text: markup('*Which* board?'),
      accessory: select({
        action_id: 'board',
        placeholder: plain('A board'),
        options: [option('soc-a-001')],
      }),
    },
  ],
  'fields without a text': [{ type: 'section', fields: [markup('*Priority*'), plain('High')] }],
  'buttons, one that asks first': [
    actions(
      button({ action_id: 'a', style: 'primary', value: 'v' }),
      button({
        action_id: 'b',
        style: 'danger',
        confirm: {
          title: plain('Cut the power?'),
          text: markup('*It* stops.'),
          confirm: plain('Yes'),
          deny: plain('No'),
        },
      }),
      button({ action_id: 'c', url: 'https://lab.example/tests/T1', accessibility_label: 'The page of T1' }),
    ),
  ],
  'pickers and menus of people and channels': [
    actions(
      { type: 'datepicker', action_id: '1', initial_date: '2026-11-20', placeholder: plain('A day') },
      { type: 'timepicker', action_id: '2', initial_time: '22:05', timezone: 'Europe/Paris' },
      { type: 'datetimepicker', action_id: '3', initial_date_time: 1_790_000_000 },
      { type: 'users_select', action_id: '4', initial_user: 'U1' },
      {
        type: 'conversations_select',
        action_id: '5',
        default_to_current_conversation: true,
        filter: { include: ['public', 'mpim'] },
      },
      { type: 'multi_channels_select', action_id: '6', max_selected_items: 2 },
      {
        type: 'overflow',
        action_id: '7',
        options: [option('a'), option('b', { url: 'https://lab.example' })],
      },
    ),
  ],
  'rich text of every kind': [
    richText(
      section(
        text('bold', { bold: true }),
        text('code', { code: true }),
        { type: 'link', url: 'https://lab.example', text: 'a log' },
        { type: 'user', user_id: 'U012ABC' },
        { type: 'usergroup', usergroup_id: 'S012ABC' },
        { type: 'channel', channel_id: 'C012ABC' },
        { type: 'emoji', name: 'wave' },
        { type: 'broadcast', range: 'here' },
        { type: 'color', value: '#ff00aa' },
        { type: 'date', timestamp: 1_790_000_000, format: '{date_num} at {time}', fallback: 'today' },
      ),
      { type: 'rich_text_list', style: 'ordered', indent: 1, border: 0, elements: [section(text('one'))] },
      { type: 'rich_text_quote', elements: [text('said')] },
      { type: 'rich_text_preformatted', border: 0, elements: [text('U-Boot 2024.01')] },
    ),
  ],
  'a context with a picture': [
    {
      type: 'context',
      elements: [
        { type: 'image', image_url: 'https://lab.example/a.png', alt_text: 'a board' },
        markup('by *mei*'),
      ],
    },
  ],
  'a picture that is at Slack': [
    { type: 'image', slack_file: { id: 'F0123' }, alt_text: 'a scope', title: plain('Rail') },
  ],
  'a table': [
    {
      type: 'table',
      column_settings: [{ is_wrapped: true }, { align: 'right' }],
      rows: [
        [cell('id'), cell('took')],
        [richText(section(text('T1', { bold: true }))), { type: 'raw_number', value: 42, text: '42 s' }],
      ],
    },
  ],
  'a data table': [
    {
      type: 'data_table',
      caption: 'Tests',
      page_size: 20,
      row_header_column_index: 0,
      rows: [[cell('id')], [cell('T1')]],
    },
  ],
  'two charts': [
    line(series('passed', 3, 4), series('failed', -1, 0.5)),
    {
      type: 'data_visualization',
      title: 'Ends',
      chart: { type: 'pie', segments: [{ label: 'passed', value: 9 }] },
    },
  ],
  'a container that folds': [
    {
      type: 'container',
      title: plain('Details'),
      subtitle: markup('*two*'),
      is_collapsible: true,
      default_collapsed: true,
      width: 'wide',
      child_blocks: [{ type: 'divider' }, actions(button())],
    },
  ],
  'cards to leaf through': [
    {
      type: 'carousel',
      elements: [{ type: 'card', title: markup('soc-a-001'), body: markup('free'), actions: [button()] }],
    },
  ],
  'a plan of tasks': [
    {
      type: 'plan',
      title: 'Run',
      tasks: [
        {
          type: 'task_card',
          task_id: '1',
          title: 'Boot',
          status: 'in_progress',
          output: richText(section(text('login:'))),
        },
      ],
    },
  ],
  'feedback and an icon': [
    {
      type: 'context_actions',
      elements: [
        {
          type: 'feedback_buttons',
          action_id: 'f',
          positive_button: { text: plain('Good'), value: 'y' },
          negative_button: { text: plain('Bad'), value: 'n', accessibility_label: 'Bad answer' },
        },
        { type: 'icon_button', icon: 'trash', text: plain('Delete') },
      ],
    },
  ],
  'a header, a line, markdown': [
    { type: 'header', text: plain('Lab'), block_id: 'top' },
    { type: 'divider' },
    { type: 'markdown', text: '# Lab' },
  ],
  'something to fill in, in a message': [
    input({ type: 'plain_text_input', action_id: 'words' }, { block_id: 's', dispatch_action: true }),
  ],
}

export const GOOD_INPUTS: Readonly<Record<string, Json>> = {
  lines: { type: 'plain_text_input', multiline: true, min_length: 1, max_length: 10, initial_value: 'a\nb' },
  number: { type: 'number_input', is_decimal_allowed: false, min_value: '-3', initial_value: '7' },
  address: { type: 'url_text_input', placeholder: plain('https://') },
  mail: { type: 'email_text_input', focus_on_load: true },
  file: { type: 'file_input', filetypes: ['elf', 'gz'], max_files: 1 },
  'one of few': { type: 'radio_buttons', options: [option('a'), option('b')], initial_option: option('b') },
  'some of few': {
    type: 'checkboxes',
    options: [option('a', { text: markup('*A*') })],
    initial_options: [option('a', { text: markup('*A*') })],
  },
  'of groups': select({
    option_groups: [{ label: plain('socA'), options: [option('a')] }],
    initial_option: option('a'),
  }),
  'looked up': { type: 'external_select', min_query_length: 0, initial_option: option('anything') },
  'many looked up': { type: 'multi_external_select', max_selected_items: 3 },
  words: { type: 'rich_text_input', initial_value: richText(section(text('a'))) },
  enter: { type: 'plain_text_input', dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] } },
}
