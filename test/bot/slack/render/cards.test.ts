import type { KnownBlock } from '@slack/types'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DrawFrame } from '../../../../src/bot/slack/render/draw.ts'
import { noteModal, renderForm, renderHome, renderMessage } from '../../../../src/bot/slack/render/render.ts'
import { checkHome, checkMessage, checkModal } from '../../../../src/bot/slack/rules/rules.ts'
import { textOf } from '../../../../src/cards/text.ts'
import type { View } from '../../../../src/cards/view.ts'
import { anyView } from '../../../cards/arbitrary-view.ts'
import { draw, FRAME } from '../../../cards/draw.ts'
import { CARDS } from './cards.ts'
import { ANY_MESSAGE, withMuch } from './much.ts'
import { buttonsIn } from './payload.ts'

/** Empty, typical, one less than each limit, the limit, one more, and ten times the largest. */
const SIZES = [0, 1, 3, ...[10, 20, 25, 50, 100].flatMap(about), 1_000]
const LENGTHS = [0, 1, ...[75, 150, 255, 2_000, 3_000].flatMap(about), 30_000]
/** As those are drawn who are called. */
const CALLING = { ...FRAME, mentions: true } as const
const REFUSED = /Slack would refuse/

function about(limit: number): readonly number[] {
  return [limit - 1, limit, limit + 1]
}

function expectAccepted(view: View, frame: DrawFrame = FRAME): void {
  const message = renderMessage(view, frame)
  for (const how of ['post', 'update', 'ephemeral', 'respond'] as const) {
    expect(checkMessage({ text: message.text, blocks: message.blocks }, how)).toEqual([])
  }
  expect(message.warnings.filter(each => REFUSED.test(each))).toEqual([])
  const home = renderHome(view, FRAME)
  expect(checkHome(home)).toEqual([])
  const note = noteModal('What came of it', view, FRAME, '{}')
  expect(checkModal(note)).toEqual([])
  // Nothing else is ever asked for as a form.
  const forms = view.kind === 'form' ? [renderForm(view, { meta: '{}', frame: FRAME })] : []
  expect(forms.flatMap(checkModal)).toEqual([])
  const plainly = [home, note, ...forms].filter(each => isSaidPlainly(each.blocks))
  if (plainly.length > 0 && isSeen(view)) expect(plainly).toEqual([])
}

/** Without the frame that a form has, whatever is in it. */
function isSeen(view: View): boolean {
  return (
    draw({ ...view, kind: 'message' })
      .join('')
      .trim() !== ''
  )
}

/** What stands where the drawing would be refused. */
function isSaidPlainly(blocks: readonly { type: string }[]): boolean {
  return blocks.length === 1 && blocks[0]?.type === 'section'
}

test.each(Object.entries(CARDS))(
  '%s is accepted by Slack at every size, drawn and not only told',
  (_, make) => {
    for (const size of SIZES) expectAccepted(make(size, 'loop 7 of 12'), CALLING)
  },
)

test.each(Object.entries(CARDS))('%s is accepted whatever the length of what people write', (_, make) => {
  for (const length of LENGTHS) expectAccepted(make(3, 'a'.repeat(length)))
  for (const letter of ['&', '漢', '👩‍👩‍👧‍👦']) expectAccepted(make(3, letter.repeat(4_000)))
})

test('P28 any view with any text is accepted, drawn and not only told', () => {
  fc.assert(
    fc.property(anyView, view => expectAccepted(view)),
    { numRuns: 150 },
  )
})

/** Once found by chance: a form of which only its frame can be seen. */
const NOTHING_SEEN: View = {
  ...{ ...ANY_MESSAGE.view, kind: 'form', summary: '', parts: [] },
  title: [{ r: 'plain', text: '\u001b[2J' }],
}

test('any view is accepted with very much of everything', () => {
  fc.assert(
    fc.property(anyView, fc.integer({ min: 2, max: 6 }), (view, much) =>
      expectAccepted(withMuch(view, much)),
    ),
    { numRuns: 100, examples: [[NOTHING_SEEN, 2]] },
  )
})

test('the same view gives the same message, whatever was drawn before it', () => {
  fc.assert(
    fc.property(anyView, anyView, fc.integer({ min: 1, max: 6 }), (view, other, much) => {
      const first = JSON.stringify(renderMessage(withMuch(view, much), FRAME))
      renderMessage(other, FRAME)
      expect(JSON.stringify(renderMessage(withMuch(view, much), FRAME))).toBe(first)
    }),
    { numRuns: 100 },
  )
})

test('the words of the outcome and the buttons stay, whatever has to go', () => {
  fc.assert(
    fc.property(anyView, fc.integer({ min: 1, max: 6 }), (view, much) => {
      const outcome = { ...view, title: [{ r: 'bold' as const, text: 'T128 failed: 1 case' }] }
      const long: View = {
        ...withMuch(outcome, much),
        parts: [...withMuch(outcome, much).parts, ANY_MESSAGE.actions],
      }
      const plainly: View = {
        ...long,
        parts: [ANY_MESSAGE.first, ...long.parts.filter(part => isDetail(part.t)), ANY_MESSAGE.actions],
      }
      const { blocks } = renderMessage(plainly, FRAME)
      expect(JSON.stringify(blocks[0])).toContain('T128 failed: 1 case')
      expect(JSON.stringify(blocks)).toContain('45 of 46 cases passed')
      expect(buttonsIn(blocks).slice(-3)).toEqual(['Run again', 'Log', 'Board'])
    }),
    { numRuns: 100 },
  )
})

function isDetail(type: string): boolean {
  return !['actions', 'form', 'fold', 'search', 'table'].includes(type)
}

test('a view of nothing says what it is about', () => {
  const view: View = { ...ANY_MESSAGE.view, title: [], parts: [] }
  expect(renderMessage(view, FRAME).blocks).toMatchObject([
    { type: 'section', text: { text: 'T128 failed' } },
  ])
  expect(renderHome(view, FRAME).blocks).toHaveLength(1)
  expect(noteModal('T128', view, FRAME, '').blocks).toHaveLength(1)
})

test('what is left out is told in the card, and in the warnings for the log', () => {
  const view = CARDS['all tests']?.(1_000, '')
  const { blocks, warnings } = renderMessage(view ?? ANY_MESSAGE.view, FRAME)
  expect(shownTable(blocks)).toHaveLength(100)
  expect(JSON.stringify(blocks)).toContain('… and 901 more')
  expect(warnings).toContain('a table shows 99 of 1000 rows')
})

function shownTable(blocks: readonly KnownBlock[]): readonly unknown[] {
  return blocks.find(block => block.type === 'table')?.rows ?? []
}

test('the text of a message is its summary, and alone says what the card is about', () => {
  for (const make of Object.values(CARDS)) {
    const view = make(3, 'loop 7')
    const { text } = renderMessage(view, FRAME)
    expect(text.length).toBeGreaterThan(textOf(view.title, FRAME).trim() === '' ? 0 : 5)
  }
})
