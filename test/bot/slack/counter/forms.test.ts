import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '../../../cards/arbitrary-view.ts'
import { NOON } from '../../../commands/lab-port.ts'
import { until } from '../../../until.ts'
import { chosen, clicked, input, MEI, onlyModal, openRunTest, sent, uploaded } from './form-hand.ts'
import { aFile, CHANNEL, type Stage, stage, typed } from './stage.ts'

async function opened(options: Parameters<typeof stage>[0] = {}): Promise<Stage> {
  const on = await stage(options)
  await openRunTest(on)
  return on
}

describe('a form', () => {
  test('is opened at once, before the lab is asked, and filled in afterwards', async () => {
    const on = await stage()
    const { promise, resolve } = Promise.withResolvers<string>()
    on.slack.nameOf = () => promise
    const work = on.counter.carryOut(
      typed('/run-test', { by: { id: 'UMEI', name: null }, reply: clicked(on) }),
      'k',
    )
    await until(() => on.slack.modals.size === 1, 'it is open')
    resolve('mei')
    await work
    const modal = onlyModal(on)
    expect(modal).toMatchObject({ title: 'run-test', callback: 'form' })
    for (const field of ['family', 'binary', 'priority', 'timeout', 'board', 'shell'])
      expect(modal.text).toContain(`"f:${field}"`)
    expect(on.fresh()).toEqual([])
  })

  test.each([
    ['without a click', null],
    ['too late', 'old'],
  ])('%s it is offered by a button', async (_how, trigger) => {
    const on = await stage()
    const reply = { responseUrl: null, trigger, at: trigger === null ? NOON : NOON - 3_000 }
    const seen = await on.hear(typed('<@UBOT> run-test', { how: 'mention', reply }))
    expect(seen).toEqual([expect.stringMatching(/^whisper UMEI C1: run-test needs its arguments/)])
    expect(JSON.stringify(on.slack.seen)).toContain('Open the form')
    expect(on.slack.modals.size).toBe(0)
  })

  test('a trigger that Slack does not take any more is offered again', async () => {
    const on = await stage()
    on.slack.fail('openModal', 'expired_trigger_id')
    const seen = await on.hear(typed('/run-test', { reply: clicked(on) }))
    expect(seen).toEqual([expect.stringMatching(/^reply: run-test needs its arguments/)])
  })

  test('is filled in with what was typed behind --form', async () => {
    const on = await stage()
    await on.hear(typed('/run-test socB --priority high --form', { reply: clicked(on) }))
    expect(onlyModal(on).text).toContain('"initial_option":{"text":{"type":"plain_text","text":"socB"')
  })
})

describe('a form that is sent', () => {
  test('M1.1 runs the very line that it stands for, and says so where it stood', async () => {
    const on = await opened()
    on.slack.files.set('Fhello', 'hello')
    const answer = on.counter.submitted(
      sent(onlyModal(on), {
        'f:family': chosen('socA'),
        'f:binary': uploaded('hello'),
        'f:args': input('-v 2'),
        'f:timeout': input('5m'),
        'f:shell': { v: { type: 'plain_text_input', value: null } },
      }),
    )
    if ('errors' in answer) throw new Error(JSON.stringify(answer.errors))
    expect(answer.heard).toMatchObject({
      kind: 'form',
      line: "run-test socA hello --timeout 5m -- '-v' 2",
      place: CHANNEL,
      files: [{ id: 'Fhello', name: 'hello', size: 5, url: 'https://files/hello' }],
    })
    expect(answer.answer).toMatchObject({ response_action: 'update' })
    expect(await on.hear(answer.heard)).toEqual(['card C1: run/T1'])
    expect(onlyModal(on).text).toContain('T1')
    expect(await on.under.lab.run('T1')).toMatchObject({ args: ['-v', '2'], timeoutMs: 300_000 })
  })

  test.each([
    [{}, { 'f:family': 'is missing', 'f:shell': /binary.*is missing: name a program/i }],
    [{ 'f:family': chosen('nope'), 'f:shell': input('true') }, { 'f:family': /There is no family "nope"/ }],
    [
      { 'f:family': chosen('socA'), 'f:shell': input('true'), 'f:timeout': input('soon') },
      { 'f:timeout': '"soon" is no duration: write 90s, 30m, 2h or 1h30m' },
    ],
    [
      { 'f:family': chosen('socA'), 'f:shell': input('true'), 'f:board': chosen('b1') },
      { 'f:board': 'b1 is a board of socB.' },
    ],
    [
      { 'f:family': chosen('socA'), 'f:shell': input('true'), 'f:env': input('A="1') },
      { 'f:env': /is never closed/ },
    ],
    // The option that only says that nothing fits is no choice.
    [{ 'f:family': chosen('-'), 'f:shell': input('true') }, { 'f:family': 'is missing' }],
  ])('H15.5 with %o says what is wrong at each field, without a word to the lab', async (values, errors) => {
    const on = await opened()
    const answer = on.counter.submitted(
      sent(onlyModal(on), { 'f:shell': input(''), 'f:family': chosen('-'), ...values }),
    )
    const found = 'errors' in answer ? answer.errors : {}
    for (const [block, words] of Object.entries(errors))
      if (words instanceof RegExp) {
        const said = found[block] ?? Object.values(found).join(' ')
        expect(said).toMatch(words)
      } else expect(found[block]).toContain(words)
    expect(Object.keys(found).every(block => block in { 'f:shell': 1, 'f:family': 1, ...values })).toBe(true)
    expect(await on.under.lab.runs({})).toEqual([])
  })

  test('a dash that is typed is a word: programs read their input from it', async () => {
    const on = await opened()
    const values = { 'f:family': chosen('socA'), 'f:binary': uploaded('hello'), 'f:args': input('-') }
    expect(on.counter.submitted(sent(onlyModal(on), values))).toMatchObject({
      heard: { line: "run-test socA hello -- '-'" },
    })
  })

  test('any values at all are a line or errors at blocks that the form has, and never throw', async () => {
    const on = await opened()
    const modal = onlyModal(on)
    const field = fc.constantFrom(
      'family',
      'binary',
      'args',
      'priority',
      'timeout',
      'env',
      'board',
      'collect',
      'shell',
    )
    const element = fc.oneof(
      anyText.map(input),
      anyText.map(chosen),
      fc.constantFrom('socA', 'a1', 'true').map(chosen),
      fc.anything().map(value => ({ v: value })),
    )
    const values = fc.dictionary(
      field.map(name => `f:${name}`),
      element,
      { minKeys: 1, maxKeys: 6 },
    )
    fc.assert(
      fc.property(values, given => {
        const answer = on.counter.submitted(sent(modal, given))
        if ('errors' in answer)
          for (const block of Object.keys(answer.errors)) expect(Object.keys(given)).toContain(block)
        else expect(on.counter.submitted(sent(modal, given))).toEqual(answer)
      }),
      { numRuns: 150 },
    )
  })

  test('and refused by the lab stands there again, filled in, with what is wrong', async () => {
    const on = await opened()
    const modal = onlyModal(on)
    const heard = {
      ...({ kind: 'form', by: MEI, place: CHANNEL, view: modal.id } as const),
      line: 'run-test socA empty --timeout 5m',
      files: [aFile('empty', null)],
      reply: { responseUrl: null, trigger: null, at: NOON },
    }
    expect(await on.hear(heard)).toEqual([])
    const again = onlyModal(on)
    expect(again.callback).toBe('form')
    expect(again.text).toContain('empty is empty (0 bytes)')
    expect(again.text).toContain('"initial_value":"5m"')
    expect(JSON.parse(again.meta)).toMatchObject({ f: { name: 'empty' } })
  })

  test('is answered by direct message too when it was closed meanwhile', async () => {
    const on = await opened()
    const answer = on.counter.submitted(
      sent(onlyModal(on), { 'f:family': chosen('socA'), 'f:shell': input('true') }),
    )
    if ('errors' in answer) throw new Error('refused')
    on.slack.closeModal(onlyModal(on).id)
    const seen = await on.hear(answer.heard)
    expect(seen).toEqual([expect.stringMatching(/^post DUMEI: T1 /), 'card C1: run/T1'])
  })

  test('of an older bot says that it is to be opened again', async () => {
    const on = await opened()
    const modal = { ...onlyModal(on), meta: '{"c":"gone"}' }
    expect(on.counter.submitted(sent(modal, { 'f:x': input('1') }))).toEqual({
      errors: { 'f:x': expect.stringMatching(/close it, and open it again/) },
    })
  })
})

describe('"Run this file on a board"', () => {
  const shortcut = (on: Stage, file: ReturnType<typeof aFile> | null) =>
    ({ kind: 'shortcut', by: MEI, place: CHANNEL, file, reply: clicked(on) }) as const

  test('opens the form with the file in it, which needs not be chosen again', async () => {
    const on = await stage()
    on.slack.files.set('Fhello', 'hello')
    await on.hear(shortcut(on, aFile('hello')))
    expect(onlyModal(on).text).toContain('hello')
    const answer = on.counter.submitted(sent(onlyModal(on), { 'f:family': chosen('socA') }))
    if ('errors' in answer) throw new Error(JSON.stringify(answer.errors))
    expect(answer.heard).toMatchObject({ line: 'run-test socA hello', files: [{ name: 'hello' }] })
    expect(await on.hear(answer.heard)).toEqual(['card C1: run/T1'])
    expect(on.slack.downloads).toEqual(['hello'])
  })

  test('too late, is offered by a button that still knows the file', async () => {
    const on = await stage()
    on.slack.fail('openModal', 'expired_trigger_id')
    expect((await on.hear(shortcut(on, aFile('hello'))))[0]).toMatch(/run-test needs its arguments/)
    on.slack.fail('openModal', null)
    await on.hear(typed('run-test', { how: 'click', reply: clicked(on) }))
    expect(onlyModal(on).text).toContain('hello')
  })

  test('on a message without one says so', async () => {
    const on = await stage()
    expect((await on.hear(shortcut(on, null)))[0]).toMatch(/There is no file at that message/)
  })
})
