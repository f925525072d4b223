import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asOne, createPace, MOST_TOGETHER } from '../../../../src/bot/slack/outbound/crowds.ts'
import { renderMessage } from '../../../../src/bot/slack/render/render.ts'
import { checkMessage } from '../../../../src/bot/slack/rules/rules.ts'
import { leaseTelling } from '../../../../src/cards/lease-telling.ts'
import { runTelling } from '../../../../src/cards/run-telling.ts'
import type { View } from '../../../../src/cards/view.ts'
import { draw } from '../../../cards/draw.ts'
import { makeLease, makeResult } from '../../../commands/lab-port.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { FRAME, MEI, runOf } from './stage.ts'

const EVIL = '<!channel> <@U0EVIL> &amp; `x`'
const telling = fc
  .tuple(fc.constantFrom('run', 'lease'), fc.constantFrom('', EVIL))
  .map(([kind, words]): View => {
    const holder = { kind: 'person', person: MEI } as const
    if (kind === 'lease')
      return leaseTelling({ lease: makeLease({ holder }), waiter: null, hasConsoles: true }, FRAME)
    const failure = { class: 'test', cause: 'exit status', blame: 'none' } as const
    const result = makeResult({ failure, title: `exit status 3 ${words}`, tail: [words] })
    return runTelling(runOf({ state: 'failed', result }), 'http://lab/log', FRAME)
  })

test('M5.7 P28 however many tellings become one message, Slack takes it as it was drawn, each has its mention and its buttons, and nobody else is called', () => {
  fc.assert(
    fc.property(fc.array(telling, { minLength: 2, maxLength: MOST_TOGETHER }), views => {
      const { text, blocks } = renderMessage(asOne(views, FRAME), { ...FRAME, mentions: true })
      expect(checkMessage({ text, blocks }, 'post')).toEqual([])
      const drawn = JSON.stringify(blocks)
      expect(drawn.split('"type":"user"').length - 1).toBe(views.length)
      expect(drawn.split('"type":"actions"').length - 1).toBe(views.length)
      expect(new Set(text.match(/<[@!][^>]*>/g))).toEqual(new Set(['<@U0MEI>']))
    }),
    { numRuns: 100 },
  )
})

test('what is told together reads as a list', () => {
  const [passed, lease] = [
    runTelling(runOf({ state: 'passed', result: makeResult() }), 'http://lab/log', FRAME),
    leaseTelling({ lease: makeLease({ holder: { kind: 'person', person: MEI } }), waiter: null }, FRAME),
  ]
  const view = asOne([passed, lease], FRAME)
  const [title, ...rest] = draw(view)
  expect(title).toContain('2 messages in one')
  expect(rest.join('\n')).toContain('@mei T1 passed')
  expect(rest.join('\n')).toContain('@mei L7 soc-b-001 is yours until')
})

test('five in a minute are told one by one, then the place rests for 15 s at a time; other places do not', async () => {
  const clock = createFakeClock()
  const pace = createPace(clock)
  for (let n = 0; n < 4; n++) pace.told('home')
  expect(pace.crowd('home')).toEqual({ restMs: 0, from: 5 })
  pace.told('home')
  expect(pace.crowd('home')).toEqual({ restMs: 15_000, from: 2 })
  expect(pace.crowd('other')).toEqual({ restMs: 0, from: 5 })
  await clock.pass(15_000)
  expect(pace.crowd('home')).toEqual({ restMs: 0, from: 2 })
  await clock.pass(60_000)
  expect(pace.crowd('home')).toEqual({ restMs: 0, from: 5 })
})
