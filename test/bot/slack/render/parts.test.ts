import { expect, test } from 'vitest'
import { renderMessage } from '../../../../src/bot/slack/render/render.ts'
import { checkMessage } from '../../../../src/bot/slack/rules/rules.ts'
import { bold, button, code, link, plain, time, user } from '../../../../src/cards/text.ts'
import type { Action, Part } from '../../../../src/cards/view.ts'
import { draw, FRAME } from '../../../cards/draw.ts'
import { NOON } from '../../../commands/lab-port.ts'
import { bodyOf, viewOf } from './body.ts'
import { CARDS } from './cards.ts'
import { buttonsIn, objectsIn, ofType, wordsIn } from './payload.ts'

const MINUTE = 60_000

test('runs are text, links, people and times as each reader reads them', () => {
  const runs = [
    ...[plain('a '), bold('b '), code('c'), link('log', 'http://lab/T1'), user({ id: 'U1', name: 'mei' })],
    ...[time(NOON - MINUTE), time(NOON + 3 * 24 * 60 * MINUTE), time(NOON, 'date')],
    ...[time(NOON - MINUTE, 'relative'), time(NOON + 6 * MINUTE, 'relative')],
  ]
  expect(objectsIn(bodyOf({ t: 'text', runs })).slice(2)).toEqual([
    { type: 'text', text: 'a ' },
    { type: 'text', text: 'b ', style: { bold: true } },
    { bold: true },
    { type: 'text', text: 'c', style: { code: true } },
    { code: true },
    { type: 'link', url: 'http://lab/T1', text: 'log' },
    { type: 'text', text: '@mei' },
    expect.objectContaining({
      type: 'date',
      format: '{time}',
      fallback: expect.stringMatching(/^\d\d:\d\d$/),
    }),
    expect.objectContaining({ type: 'date', format: '{date_short_pretty} {time}' }),
    expect.objectContaining({ type: 'date', format: '{date_num} {time}', timestamp: NOON / 1_000 }),
    expect.objectContaining({ type: 'date', format: '{ago}', fallback: '1 min ago' }),
    { type: 'text', text: 'in 6 min' },
  ])
})

test('progress, steps and fields say in words how it stands', () => {
  const blocks = bodyOf(
    { t: 'progress', done: 31, total: 50, label: '31 of 50 cases · 1 failed' },
    { t: 'progress', done: 31, total: 50, label: '' },
    {
      t: 'steps',
      items: [
        { title: 'build', state: 'ok', note: '42 s' },
        { title: 'boot', state: 'run' },
        { title: 'test', state: 'todo' },
      ],
    },
    {
      t: 'fields',
      items: [
        { name: 'console', value: [code('telnet lab 7012')] },
        { name: 'power', value: [] },
      ],
    },
  )
  expect(blocks.map(block => wordsIn(block).replaceAll('\n', ''))).toEqual([
    '▓▓▓▓▓▓░░░░ 62 % · 31 of 50 cases · 1 failed',
    '▓▓▓▓▓▓░░░░ 62 % (31/50)',
    'ok  build  42 snow  bootto do  test',
    'console  telnet lab 7012power  ',
  ])
})

test('a log shows its last lines as they were printed, and where the rest is', () => {
  const lines = Array.from({ length: 400 }, (_, at) => `[    ${at}.000] usb ${at}: new device`)
  const [tail, about] = bodyOf({ t: 'log', lines, total: 2_000, link: { text: 'log', url: 'http://lab/T1' } })
  const words = wordsIn(tail).split('\n')
  expect(words.at(-1)).toBe(lines.at(-1))
  expect(words.join('\n').length).toBeLessThanOrEqual(2_900)
  expect(wordsIn(about)).toBe(`last ${words.length} of 2000 lines ·`)
  expect(ofType(about, 'mrkdwn')).toMatchObject([{ text: '<http://lab/T1|log>' }])
})

test('one line of 10 kB leaves room for the lines about it', () => {
  const lines = ['before', 'x'.repeat(10_000), 'after']
  const [tail] = bodyOf({ t: 'log', lines, total: 3 })
  expect(
    wordsIn(tail)
      .split('\n')
      .map(line => line.length),
  ).toEqual([6, 500, 5])
})

test('a fold of what Slack can fold is folded; any other has its title above it', () => {
  const [fold] = bodyOf({
    t: 'fold',
    title: 'What the console told',
    parts: [{ t: 'table', columns: [{ title: 'id' }], rows: [[[plain('T1')]]] }],
  })
  expect(fold).toMatchObject({
    type: 'container',
    title: { text: 'What the console told' },
    is_collapsible: true,
    default_collapsed: true,
    child_blocks: [{ type: 'table' }],
  })
  const open = bodyOf({
    t: 'fold',
    title: 'atomic_swap',
    parts: [{ t: 'text', runs: [plain('expected 4')] }],
  })
  expect(open.map(wordsIn)).toEqual(['atomic_swap', 'expected 4'])
})

test('a button carries its line, asks first where it must, and never stands twice under one id', () => {
  const cancel = button('cancel', 'Cancel', 'queue cancel T1', { expect: { topic: 'run/T1', rev: 7 } })
  const off = button('off', 'Power off', 'power off a', {
    style: 'danger',
    confirm: { title: 'Off?', text: 'It stops.', ok: 'Cut it' },
  })
  const blocks = bodyOf({ t: 'actions', items: [cancel, cancel] }, { t: 'actions', items: [off] })
  expect(ofType(blocks, 'button')).toMatchObject([
    { action_id: 'b:1:cancel', value: '{"l":"queue cancel T1","t":"run/T1","r":7}' },
    { action_id: 'b:2:cancel' },
    {
      action_id: 'b:3:off',
      style: 'danger',
      confirm: { title: { text: 'Off?' }, confirm: { text: 'Cut it' }, style: 'danger' },
    },
  ])
})

test('a line that is too long for a button is written, to be typed', () => {
  const line = `run-test socA ./hello -- ${'x'.repeat(2_000)}`
  const { blocks, warnings } = renderMessage(
    viewOf({ t: 'actions', items: [button('again', 'Run again', line)] }),
    FRAME,
  )
  expect(buttonsIn(blocks)).toEqual([])
  expect(wordsIn(blocks)).toContain(line)
  expect(warnings).toHaveLength(1)
})

test.each([24, 25, 26, 250])('%d buttons stand in rows that Slack takes', count => {
  const items = Array.from(
    { length: count },
    (_, at): Action => button(`b${at}`, `Board ${at}`, `boards show ${at}`),
  )
  const { text, blocks } = renderMessage(viewOf({ t: 'actions', items }), FRAME)
  expect(checkMessage({ text, blocks }, 'update')).toEqual([])
  expect(buttonsIn(blocks).length).toBe(Math.min(count, count > 26 ? buttonsIn(blocks).length : count))
  expect(buttonsIn(blocks).length).toBeGreaterThanOrEqual(Math.min(count, 50))
})

test('somebody types what to look for, and sends it with Enter; a modal only says what to type', () => {
  const search: Part = { t: 'search', line: 'find', label: 'Find a board', hint: 'WORDS' }
  expect(bodyOf(search, search)).toMatchObject([
    {
      type: 'input',
      block_id: 's:find',
      dispatch_action: true,
      element: { action_id: 'search', dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] } },
    },
    { type: 'rich_text' },
  ])
})

test('a form that has come as a message says what it asks for, and opens', () => {
  const [view] = [CARDS['a form']?.(2, 'which board')]
  const blocks = view === undefined ? [] : renderMessage(view, FRAME).blocks
  expect(wordsIn(blocks)).toContain('which board Needed.')
  expect(buttonsIn(blocks)).toEqual(['run-test'])
})

test('a card says on Slack what it says at a terminal', () => {
  const word = 'loop 7'
  for (const name of [
    'a running test',
    'the queue',
    'a lease',
    'that a lease ends',
    'a question',
    'a switch of power',
  ]) {
    const view = CARDS[name]?.(2, word)
    if (view === undefined) throw new Error(`no card: ${name}`)
    const shown = wordsOf(wordsIn(renderMessage(view, FRAME).blocks))
    const lines = draw(
      { ...view, parts: view.parts.filter(part => part.t === 'text' || part.t === 'fields') },
      null,
    )
    const missing = wordsOf(lines.join(' ')).filter(each => !shown.includes(each))
    expect(missing.filter(each => !/^\d|:/.test(each))).toEqual([])
  }
})

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s·]+/).filter(each => each !== '')
}
