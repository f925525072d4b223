import { expect, test } from 'vitest'
import { understandAction } from '../../../../src/bot/slack/inbound/interactions.ts'

function searched(value: string | null, block = 's:find'): unknown {
  const action = { type: 'plain_text_input', block_id: block, action_id: 'search', value }
  return { user: { id: 'U0MEI' }, view: { id: 'V1', type: 'home' }, trigger_id: '1.2', actions: [action] }
}

test('S1 what is typed in a search is the rest of its line, asked for by whoever typed it', () => {
  expect(understandAction(searched(' soc-b failed '), 'x', 5)).toMatchObject({
    kind: 'heard',
    heard: { kind: 'line', by: { id: 'U0MEI' }, line: 'find soc-b failed', place: { isDirect: true } },
  })
})

test.each([[''], ['  '], [null]])('S1 a search for %j asks for nothing', value => {
  expect(understandAction(searched(value), 'x', 5)).toMatchObject({ kind: 'nothing' })
})

test('a line that is typed elsewhere is none of a search', () => {
  expect(understandAction(searched('power off soc-a-001', 'f:family'), 'x', 5)).toMatchObject({
    kind: 'nothing',
  })
})
