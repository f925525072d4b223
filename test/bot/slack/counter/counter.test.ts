import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '../../../cards/arbitrary-view.ts'
import { NOON } from '../../../commands/lab-port.ts'
import { until } from '../../../until.ts'
import { CHANNEL, directOf, stage, THREAD, typed } from './stage.ts'

const KAI = { id: 'UKAI', name: 'kai' }
const SHELL = 'run-test socA --shell "uname -a"'

describe('who sees what', () => {
  test('a question is answered to the asker alone, with a button that posts the live card', async () => {
    const { hear, slack } = await stage()
    const [answer, ...more] = await hear(typed('/lab queue'))
    expect(answer).toMatch(/^reply: Queue/)
    expect(more).toEqual([])
    expect(JSON.stringify(slack.seen)).toContain('queue --here')
    const click = { how: 'click', message: { ts: '5.0', isEphemeral: true } } as const
    expect(await hear(typed('queue --here', click))).toEqual([
      expect.stringMatching(/^replaced: Posted: Queue/),
      'card C1: queue',
    ])
  })

  test('a part of the boards is posted as it is, for its card would grow to all of them', async () => {
    const { hear, cards } = await stage()
    const seen = await hear(typed('/lab boards --family socA --here'))
    expect(seen[0]).toMatch(/^post C1: Boards/)
    expect(cards).toEqual([])
  })

  test('M4.1 a test is shown to the channel it was asked from, in the thread where it was asked in one', async () => {
    const { hear, under } = await stage()
    expect(await hear(typed(`/${SHELL}`))).toEqual(['card C1: run/T1'])
    expect(await hear(typed(`<@UBOT> ${SHELL}`, { how: 'mention', place: THREAD }))).toEqual([
      'card C1/7.0: run/T2',
    ])
    expect((await under.lab.run('T2'))?.origin).toEqual({
      channel: 'slack',
      place: 'C1',
      thread: '7.0',
      request: 'k2',
    })
    expect((await under.lab.run('T2'))?.submitter).toEqual({ id: 'UMEI', name: 'mei', platform: 'slack' })
  })

  test('a test that is asked for by direct message is shown in the home channel, and linked', async () => {
    const { hear, under } = await stage()
    const seen = await hear(typed(SHELL, { how: 'direct', place: directOf('UMEI') }))
    expect(seen[0]).toMatch(
      /^post DUMEI: T1 .*Its card, in the home channel: https:\/\/slack.test\/CHOME\/card1/,
    )
    expect(seen[1]).toBe('card CHOME: run/T1')
    expect((await under.lab.run('T1'))?.origin.place).toBe('CHOME')
  })

  test('without a home channel it is shown where it was asked for', async () => {
    const { hear, under } = await stage({ home: null })
    expect(await hear(typed(SHELL, { how: 'direct', place: directOf('UMEI') }))).toEqual([
      'card DUMEI: run/T1',
    ])
    expect((await under.lab.run('T1'))?.origin.place).toBe('DUMEI')
  })

  test('a word for a console goes by direct message, wherever it was asked for, and never to a channel', async () => {
    const { hear } = await stage()
    const seen = await hear(typed('/lab boards watch a1 --here'))
    expect(seen[0]).toMatch(/^post DUMEI: /)
    expect(seen[1]).toMatch(/^reply: Sent to you as a direct message/)
    expect(seen).toHaveLength(2)
  })

  test("M4.3 somebody else's test is followed by direct message, or in the thread where that was asked", async () => {
    const { hear } = await stage()
    await hear(typed(`/${SHELL}`))
    const seen = await hear(typed('/lab tests follow T1', { by: KAI }))
    expect(seen).toEqual([expect.stringMatching(/^reply: You follow it/), 'card DUKAI tells UKAI: run/T1'])
    const inThread = typed('<@UBOT> tests follow T1', { how: 'mention', place: THREAD, by: KAI })
    expect(await hear(inThread)).toEqual(['card C1/7.0 tells UKAI: run/T1'])
  })

  test('what is wrong is said to the asker alone, with what was probably meant', async () => {
    const { hear } = await stage()
    expect(await hear(typed('/run-test scoA --shell true'))).toEqual([
      expect.stringMatching(/^reply: There is no family "scoA"\. Did you mean socA\?/),
    ])
    const said = await hear(typed('<@UBOT> quue', { how: 'mention', place: THREAD }))
    expect(said).toEqual([expect.stringMatching(/^whisper UMEI C1\/7\.0: There is no command "quue"/)])
  })

  test('the bot called by its name alone says what can be typed', async () => {
    const { hear } = await stage()
    expect((await hear(typed('<@UBOT>', { how: 'mention' })))[0]).toMatch(
      /^whisper UMEI C1: What you can type/,
    )
  })

  test('several lines are one command, and that is said', async () => {
    const { hear } = await stage()
    const seen = await hear(typed('<@UBOT> queue\nboards', { how: 'mention' }))
    expect(seen[1]).toMatch(/One line is one command: 1 more line below it did nothing/)
  })
})

describe('acts on what is there', () => {
  test('a button of the live card changes that card, and adds no message', async () => {
    const { hear, cards, under } = await stage()
    await hear(typed(`/${SHELL}`))
    await hear(typed(`/${SHELL}`))
    const [, second] = cards
    const expectation = { topic: 'run/T2', rev: second?.view.rev ?? 0 }
    const click = {
      how: 'click',
      expect: expectation,
      message: { ts: second?.ts ?? '', isEphemeral: false },
    } as const
    expect(await hear(typed('queue move T2 high', click))).toEqual([])
    expect((await under.lab.run('T2'))?.priority).toBe(1)
  })

  test('typed, it is answered to the asker, for the card in the channel shows it already', async () => {
    const { hear } = await stage()
    await hear(typed(`/${SHELL}`))
    await hear(typed(`/${SHELL}`))
    expect(await hear(typed('/lab queue move T2 high'))).toEqual([expect.stringMatching(/^reply: T2 /)])
  })

  test('an old button does nothing, and shows how it is now', async () => {
    const { hear, cards, under } = await stage()
    await hear(typed(`/${SHELL}`))
    await hear(typed(`/${SHELL}`))
    const rev = cards[1]?.view.rev ?? 0
    const click = {
      how: 'click',
      expect: { topic: 'run/T2', rev },
      message: { ts: 'x', isEphemeral: false },
    } as const
    await hear(typed('queue move T2 high', click))
    const seen = await hear(typed('queue move T2 low', click))
    expect(seen).toEqual([
      expect.stringMatching(/^reply: This moved on since it was shown: nothing was done/),
    ])
    expect((await under.lab.run('T2'))?.priority).toBe(1)
  })

  test('S3 a stranger is refused with the role and who has it', async () => {
    const people = { admins: ['UADA'], operators: ['UOPS'], teams: {} }
    const { hear } = await stage({ inventory: { people } })
    const seen = await hear(typed('/lab boards maintain a1', { by: KAI }))
    expect(seen).toEqual([expect.stringMatching(/^reply: boards maintain a1 needs the role operator/)])
  })

  test('what is dangerous is asked first; of two who press at once one acts, and the other is told', async () => {
    const { hear, slack, under } = await stage()
    await hear(typed('/lease a1 1h', { by: KAI }))
    const asked = await hear(typed('/lab lease release L1'))
    expect(asked).toEqual([expect.stringMatching(/^reply: Release L1 of @kai\? @kai loses a1 at once/)])
    const line = 'lease release L1 --yes'
    expect(JSON.stringify(slack.seen.at(-1))).toContain(line)
    const expectation = { topic: 'lease/L1', rev: under.lab.lease('L1')?.rev ?? 0 }
    const click = { how: 'click', expect: expectation, message: { ts: 'e', isEphemeral: true } } as const
    await Promise.all([
      hear(typed(line, click)),
      hear(typed(line, { ...click, by: { id: 'UADA', name: 'ada' } })),
    ])
    const answers = slack.seen.slice(-2).map(seen => seen.message.text)
    expect(answers.toSorted()).toEqual([
      expect.stringMatching(/^L1 · a1 · released/),
      expect.stringMatching(/^There is no lease L1 any more/),
    ])
  })
})

describe('events', () => {
  test('a corrected message runs nothing, and its line is offered', async () => {
    const { hear, slack, under } = await stage()
    const edited = {
      kind: 'edited',
      by: { id: 'UMEI', name: 'mei' },
      place: CHANNEL,
      message: '1.0',
    } as const
    const seen = await hear({ ...edited, line: `<@UBOT> ${SHELL}` })
    expect(seen).toEqual([expect.stringMatching(/^whisper UMEI C1: Run the corrected line\?/)])
    expect(JSON.stringify(slack.seen)).toContain('run-test socA --shell')
    expect(await under.lab.runs({})).toEqual([])
    expect(await hear({ ...edited, line: '<@UBOT> thank you' })).toEqual([])
  })

  test('invited, the bot says what it is for', async () => {
    const { hear } = await stage()
    expect(await hear({ kind: 'joined', place: CHANNEL, by: null })).toEqual([
      expect.stringMatching(/^post C1: .*\/lab help/),
    ])
  })

  test('S1 the Home tab is drawn when it is opened, and again when something of its owner changes', async () => {
    const { hear, slack, under } = await stage()
    await hear({ kind: 'home', by: { id: 'UMEI', name: 'mei' } })
    expect(slack.homes.get('UMEI')).not.toContain('T1')
    await hear(typed(`/${SHELL}`, { by: KAI }))
    await hear(typed(`/${SHELL}`))
    await under.clock.pass(5_000)
    await until(() => slack.homes.get('UMEI')?.includes('T2'), 'it is drawn again')
    expect(slack.homes.has('UKAI')).toBe(false)
  })

  test('what is asked in the Home tab is shown over it while the click is young, else by direct message', async () => {
    const { hear, slack } = await stage()
    const place = { channel: 'UMEI', thread: null, isDirect: true }
    const reply = { responseUrl: null, trigger: slack.trigger(), at: NOON }
    expect(await hear(typed('queue', { how: 'click', place, reply }))).toEqual([])
    expect([...slack.modals.values()][0]?.text).toContain('Queue')
    const old = { responseUrl: null, trigger: null, at: NOON }
    expect(await hear(typed('queue', { how: 'click', place, reply: old }))).toEqual([
      expect.stringMatching(/^post DUMEI: Queue/),
    ])
  })
})

test('P28 whatever is typed, whoever typed it is answered, by messages that Slack takes', async () => {
  const on = await stage()
  const line = fc.oneof(
    anyText,
    anyText.map(text => `find ${text}`),
    anyText.map(text => `run-test ${text}`),
  )
  const how = fc.constantFrom('slash' as const, 'mention' as const, 'direct' as const)
  await fc.assert(
    fc.asyncProperty(line, how, async (text, way) => {
      const place = way === 'direct' ? directOf('UMEI') : CHANNEL
      expect((await on.hear(typed(text, { how: way, place }))).length).toBeGreaterThan(0)
    }),
    { numRuns: 120 },
  )
  expect(await on.under.lab.runs({})).toEqual([])
})
