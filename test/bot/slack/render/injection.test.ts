import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noteModal, renderForm, renderHome, renderMessage } from '../../../../src/bot/slack/render/render.ts'
import { escaped } from '../../../../src/bot/slack/rules/length.ts'
import type { View } from '../../../../src/cards/view.ts'
import { anyView } from '../../../cards/arbitrary-view.ts'
import { FRAME } from '../../../cards/draw.ts'
import { CARDS } from './cards.ts'
import { CORPUS } from './corpus.ts'
import { objectsIn, ofType, wordsIn } from './payload.ts'

/** Only what the lab itself makes: somebody by an id of Slack's, a time, a link of harmless letters. */
const OURS =
  /^(<@[UW][A-Z0-9]+>|<!date\^\d+\^[^|<>]*\|[^<>]*>|<https?:\/\/[^|<>\s]+\|[\p{L}\p{N}\p{M} .,()/+%#·-]+>)$/u

function drawn(view: View): readonly unknown[] {
  const { text: _, ...message } = renderMessage(view, FRAME)
  return [
    message.blocks,
    renderHome(view, FRAME),
    noteModal('What came of it', view, FRAME, '{}'),
    renderForm(view, { meta: '{}', frame: FRAME }),
  ]
}

function expectOnlyText(payload: unknown, text: string): void {
  for (const { text: markup } of ofType(payload, 'mrkdwn')) expect(markup).toMatch(OURS)
  expect(ofType(payload, 'broadcast', 'channel', 'usergroup', 'team', 'emoji', 'markdown', 'color')).toEqual(
    [],
  )
  expect(ofType(payload, 'plain_text').filter(each => each['emoji'] !== false)).toEqual([])
  expect(wordsIn(payload)).not.toMatch(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/,
  )
  expect(text.replace(/<@[UW][A-Z0-9]+>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
}

test.each(Object.entries(CARDS))(
  'P28 whatever is written in the fields of %s is text and nothing else',
  (_, make) => {
    for (const word of CORPUS) {
      const view = make(3, word)
      const people = objectsIn(view.parts).concat(objectsIn([view.title, view.aside]))
      const payload = drawn(view)
      expectOnlyText(payload, renderMessage(view, FRAME).text)
      for (const { user_id: id } of ofType(payload, 'user')) {
        expect(people.filter(each => each['r'] === 'user').map(each => each['id'])).toContain(id)
      }
    }
  },
)

test('P28 no view makes more of its text than text', () => {
  fc.assert(
    fc.property(anyView, view => expectOnlyText(drawn(view), renderMessage(view, FRAME).text)),
    { numRuns: 200 },
  )
})

test('P28 what was written is there to be read, letter for letter', () => {
  const words = CORPUS[0] ?? ''
  const view: View = {
    ...{ kind: 'message', topic: 't', rev: 0, tone: 'idle', title: [{ r: 'plain', text: 'T1' }] },
    summary: words,
    parts: [
      { t: 'text', runs: [{ r: 'plain', text: words }] },
      { t: 'note', runs: [{ r: 'plain', text: words }] },
      { t: 'log', lines: [words], total: 1 },
      { t: 'table', columns: [{ title: words }], rows: [[[{ r: 'plain', text: words }]]] },
      { t: 'fields', items: [{ name: words, value: [{ r: 'plain', text: words }] }] },
    ],
  }
  const { text, blocks } = renderMessage(view, FRAME)
  expect(text).toBe(escaped(words))
  expect(wordsIn(blocks).split(words)).toHaveLength(8)
})

test('P28 a link is one only to where a browser goes, and never of a person', () => {
  const link = (url: string): readonly unknown[] => {
    const parts = [{ t: 'text' as const, runs: [{ r: 'link' as const, text: 'log', url }] }]
    const view: View = {
      ...{ kind: 'message', topic: 't', rev: 0, tone: 'idle', title: [], summary: 's' },
      parts,
    }
    return ofType(renderMessage(view, FRAME).blocks, 'link').map(each => each['url'])
  }
  expect(link('http://lab/T128')).toEqual(['http://lab/T128'])
  for (const url of ['javascript:alert(1)', 'lab/T128', 'http://', 'http://a b', 'http://lab/<!channel>', ''])
    expect(link(url)).toEqual([])
})

test('somebody is called where something is told, and only named on cards and in lists', () => {
  const kai = { r: 'user' as const, id: 'U012ABC', name: 'kai' }
  const stranger = { r: 'user' as const, id: 'terminal:kai', name: 'kai' }
  const view: View = {
    ...{
      kind: 'message',
      topic: 't',
      rev: 0,
      tone: 'idle',
      title: [kai],
      aside: [kai, { r: 'plain', text: ' · high' }],
    },
    summary: 'kai',
    summaryRuns: [kai, { r: 'plain', text: ' <waits>' }],
    parts: [
      { t: 'text', runs: [stranger] },
      { t: 'table', columns: [{ title: 'who' }], rows: [[[kai]], [[stranger]]] },
    ],
  }
  const told = renderMessage(view, { ...FRAME, mentions: true })
  expect(told.text).toBe('<@U012ABC> &lt;waits&gt;')
  expect(ofType(told.blocks, 'user')).toHaveLength(1)
  expect(ofType(told.blocks, 'mrkdwn')).toEqual([{ type: 'mrkdwn', text: '<@U012ABC>', verbatim: true }])
  expect(wordsIn(told.blocks).match(/@kai/g)).toHaveLength(3)
  const card = renderMessage(view, FRAME)
  expect(card.text).toBe('@kai &lt;waits&gt;')
  expect(JSON.stringify(card)).not.toContain('U012ABC')
  // Of an admin that boards.yaml names by id nobody knows the name.
  const unnamed = renderMessage({ ...view, title: [{ ...kai, name: kai.id }] }, FRAME)
  expect(ofType(unnamed.blocks, 'user')).toHaveLength(1)
})
