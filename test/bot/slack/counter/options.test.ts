import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '../../../cards/arbitrary-view.ts'
import { chosen, clicked, input, MEI, onlyModal, openRunTest, sentView } from './form-hand.ts'
import { type Stage, stage } from './stage.ts'

async function opened(options: Parameters<typeof stage>[0] = {}): Promise<Stage> {
  const on = await stage(options)
  await openRunTest(on)
  return on
}

describe('what a field offers', () => {
  const asked = (on: Stage, field: string, typedIn: string, values: Record<string, object> = {}) =>
    on.counter.options({
      by: MEI,
      field: `f:${field}`,
      action: 'lookup',
      typed: typedIn,
      view: sentView(onlyModal(on), values),
    })
  const texts = (found: ReturnType<Stage['counter']['options']>): string[] =>
    'options' in found ? found.options.map(option => option.value ?? '') : []

  test('boards are those of the family that is chosen beside them', async () => {
    const on = await opened()
    expect(texts(asked(on, 'board', ''))).toEqual(['a1', 'b1'])
    expect(texts(asked(on, 'board', '', { 'f:family': chosen('socB') }))).toEqual(['b1'])
    expect(texts(asked(on, 'family', 'OCb'))).toEqual(['socB'])
  })

  test('what nothing fits says how many there are, and is no choice', async () => {
    const on = await opened()
    expect(asked(on, 'board', 'zzz')).toEqual({
      options: [{ text: expect.objectContaining({ text: 'Nothing fits "zzz"; there are 2' }), value: '-' }],
    })
    expect(texts(asked(on, 'nothing', ''))).toEqual(['-'])
  })

  test('whatever is typed, it is at most a hundred options with something in each', async () => {
    const on = await opened()
    fc.assert(
      fc.property(fc.constantFrom('family', 'board', 'x'), anyText, (field, words) => {
        const found = asked(on, field, words)
        const options =
          'options' in found ? found.options : found.option_groups.flatMap(group => group.options)
        expect(options.length).toBeGreaterThan(0)
        expect(options.length).toBeLessThanOrEqual(100)
        for (const { text } of options) {
          expect(text.text.length).toBeGreaterThan(0)
          expect(text.text.length).toBeLessThanOrEqual(75)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('a family that is chosen draws the form anew; one that was closed or moved on is let be', async () => {
    const on = await opened()
    const before = onlyModal(on)
    const values = { 'f:family': chosen('socB'), 'f:board': chosen('a1'), 'f:shell': input('true') }
    const change = { by: MEI, view: sentView(before, values), field: 'f:family', reply: clicked(on) }
    await on.counter.changed(change)
    const after = onlyModal(on)
    expect(after.hash).not.toBe(before.hash)
    expect(after.text).toContain('"initial_value":"true"')
    expect(after.text).not.toContain('"value":"a1"')
    await on.counter.changed(change)
    expect(onlyModal(on).hash).toBe(after.hash)
    on.slack.closeModal(after.id)
    await on.counter.changed(change)
  })
})
