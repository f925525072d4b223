import { describe, expect, test } from 'vitest'
import { checkHome, checkMessage, checkModal } from '../../../../src/bot/slack/rules/rules.ts'
import { BAD_BLOCKS, BAD_MODALS } from './bad-examples.ts'
import { input, message, modal } from './boundaries.ts'
import { GOOD_BLOCKS, GOOD_INPUTS } from './good-examples.ts'

describe('what Slack shows as valid is accepted', () => {
  test.each(Object.entries(GOOD_BLOCKS))('%s', (_, blocks) => {
    expect(message(...blocks)).toEqual([])
  })

  test.each(Object.entries(GOOD_INPUTS))('a form that asks for: %s', (_, element) => {
    expect(checkModal(modal([input(element, { block_id: 'b', optional: true })]))).toEqual([])
  })

  test('words alone, an empty home, a modal that only tells', () => {
    expect(checkMessage({ text: 'words' }, 'respond')).toEqual([])
    expect(checkMessage({ text: 'words', blocks: [] }, 'update')).toEqual([])
    expect(checkHome({ type: 'home', blocks: [], private_metadata: '' })).toEqual([])
    const { submit: _, ...told } = modal([
      { type: 'alert', level: 'error', text: { type: 'plain_text', text: 'No.' } },
    ])
    expect(checkModal({ ...told, notify_on_close: true, clear_on_close: false })).toEqual([])
  })
})

describe('what Slack refuses is refused, with its place', () => {
  test.each(Object.entries(BAD_BLOCKS))('%s', (_, { blocks, code, pointer }) => {
    expect(message(...blocks)).toContainEqual(expect.objectContaining({ code, pointer }))
  })

  test.each(Object.entries(BAD_MODALS))('a modal with %s', (_, { view, code, pointer }) => {
    expect(checkModal(view)).toContainEqual(expect.objectContaining({ code, pointer }))
  })

  test('a message of nothing, and a home with what only a modal has', () => {
    expect(checkMessage({}, 'post')).toMatchObject([{ code: 'missing_field', pointer: '' }])
    expect(checkMessage({ blocks: [] }, 'post')).toMatchObject([{ code: 'missing_field', pointer: '' }])
    expect(checkMessage({ text: '' }, 'post')).toMatchObject([{ code: 'too_short', pointer: '/text' }])
    const alert = { type: 'alert', text: { type: 'plain_text', text: 'No.' } }
    expect(checkHome({ type: 'home', blocks: [alert] })).toMatchObject([
      { code: 'not_here', pointer: '/blocks/0' },
    ])
    expect(checkHome({ type: 'home', blocks: [], title: alert.text })).toMatchObject([
      { code: 'unknown_field' },
    ])
  })

  test('an edit has room for 4000 characters of text, a new message for more', () => {
    const long = { text: 'a'.repeat(4_001) }
    expect(checkMessage(long, 'update')).toMatchObject([{ code: 'too_long', pointer: '/text' }])
    expect(checkMessage(long, 'ephemeral')).toEqual([])
  })

  test('a table and its texts are counted wherever they stand', () => {
    const table = { type: 'table', rows: [[{ type: 'raw_text', text: 'a'.repeat(6_000) }]] }
    const folded = { type: 'container', title: { type: 'plain_text', text: 'a' }, child_blocks: [table] }
    expect(message(table, folded).map(each => each.code)).toEqual(['too_many', 'too_long'])
    expect(
      message(folded, { type: 'section', text: { type: 'plain_text', text: 'b'.repeat(3_000) } }),
    ).toEqual([])
  })
})
