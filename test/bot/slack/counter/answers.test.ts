import { describe, expect, test } from 'vitest'
import { until } from '../../../until.ts'
import { aFile, CHANNEL, stage, typed } from './stage.ts'

const SHELL = 'run-test socA --shell "uname -a"'

describe('files', () => {
  const withFile = (line: string, ...files: ReturnType<typeof aFile>[]) =>
    typed(`<@UBOT> ${line}`, { how: 'mention', files })

  test('M1.1 one attached file is the binary without a word for it', async () => {
    const { hear, slack, under } = await stage()
    slack.files.set('Fhello', 'hello')
    expect(await hear(withFile('run-test socA', aFile('hello')))).toEqual(['card C1: run/T1'])
    expect((await under.lab.run('T1'))?.program).toMatchObject({ kind: 'binary', name: 'hello', size: 5 })
  })

  test('of several the named one is taken; unnamed, they are listed', async () => {
    const { hear, slack, under } = await stage()
    slack.files.set('Fb', 'world')
    expect(await hear(withFile('run-test socA ./b', aFile('a'), aFile('b')))).toEqual(['card C1: run/T1'])
    expect((await under.lab.run('T1'))?.program).toMatchObject({ name: 'b' })
    const seen = await hear(withFile('run-test socA', aFile('a'), aFile('b')))
    expect(seen).toEqual([expect.stringMatching(/2 files are attached, and the line names none.*a or b/)])
  })

  const click = { how: 'click', message: { ts: '5.0', isEphemeral: true } } as const

  test('a file is there for the button of the line that was probably meant', async () => {
    const { hear, slack, under } = await stage()
    slack.files.set('Fhello', 'hello')
    await hear(withFile('run-tset socA', aFile('hello')))
    expect(JSON.stringify(slack.seen)).toContain('run-test socA')
    await hear(typed('run-test socA', click))
    expect((await under.lab.run('T1'))?.program).toMatchObject({ name: 'hello' })
  })

  test('M1.1 a line that only lacks its file has a button for the form, with all that was typed in it', async () => {
    const { hear, slack } = await stage()
    for (const line of ['/run-test socA', '/run-test socA ./hello --priority high -- -v 2']) {
      await hear(typed(line))
      const filled = line === '/run-test socA' ? 'run-test socA --form' : '--priority high --form -- -v 2'
      expect(JSON.stringify(slack.seen.at(-1)?.message.blocks)).toContain(filled)
    }
    const trigger = slack.trigger()
    const reply = { responseUrl: null, trigger, at: Date.UTC(2026, 10, 20, 12) }
    await hear(typed('run-test socA ./hello --priority high --form -- -v 2', { ...click, reply }))
    const [form] = [...slack.modals.values()]
    expect(form?.text).toMatch(/"value":"socA"/)
    expect(form?.text).toMatch(/"value":"high"/)
    expect(form?.text).toMatch(/-v 2/)
  })

  test('incident 17: a file is there for the button of a corrected line', async () => {
    const { hear, slack, under } = await stage()
    slack.files.set('Fhello', 'hello')
    const { by, place } = typed('')
    const files = [aFile('hello')]
    await hear({ kind: 'edited', by, place, line: 'run-test socA', files, message: '5.0' })
    await hear(typed('run-test socA', click))
    expect((await under.lab.run('T1'))?.program).toMatchObject({ name: 'hello' })
  })

  test.each([
    ['/etc/passwd', [], /only a word here: it opens no file of the bot's machine/],
    ['/etc/passwd', [aFile('hello')], /No attached file is called "\/etc\/passwd"\. Attached: hello/],
    ['hello', [aFile('hello', 0)], /hello is empty \(0 bytes\)/],
    ['hello', [aFile('hello', 3 * 1024 ** 3)], /hello is too large: /],
  ])('%s with %j is refused, and nothing is fetched', async (word, files, said) => {
    const { hear, slack } = await stage()
    expect(await hear(withFile(`run-test socA ${word}`, ...files))).toEqual([expect.stringMatching(said)])
    expect(slack.downloads).toEqual([])
  })
})

test('a button whose first press was refused is tried again by the next, however soon', async () => {
  const { hear } = await stage()
  const click = typed('tests rerun T1', { how: 'click', message: { ts: '5.0', isEphemeral: false } })
  expect(await hear(click)).toEqual([expect.stringMatching(/^reply: .*T1/)])
  expect((await hear(click))[0]).not.toContain('pressed twice')
})

test('a log that was to go on by itself says that it does not, with a button that follows the test', async () => {
  const { hear, slack } = await stage()
  await hear(typed(`/${SHELL}`))
  await hear(typed('/lab tests log T1 --follow'))
  const blocks = JSON.stringify(slack.seen.at(-1)?.message.blocks)
  expect(blocks).toContain('This is the log up to now; it does not go on here.')
  expect(blocks).toContain('tests follow T1')
})

test('nobody is told that they follow a test in direct messages that they cannot be sent', async () => {
  const { hear, slack } = await stage()
  await hear(typed(`/${SHELL}`))
  slack.direct = async () => 'GCLOSED'
  const seen = await hear(typed('/lab tests follow T1'))
  expect(seen).toEqual([expect.stringMatching(/^reply: T1 · /)])
})

test('a form whose answer breaks off says so where it stands, and is not worked on for ever', async () => {
  const { counter, slack } = await stage()
  const { id } = await slack.openModal(slack.trigger(), {
    type: 'modal',
    title: { type: 'plain_text', text: 'run-test' },
    blocks: [{ type: 'section', text: { type: 'plain_text', text: 'Working on it…' } }],
  })
  slack.direct = async () => Promise.reject(new Error('broken'))
  const { by, reply } = typed('')
  const place = { channel: by.id, thread: null, isDirect: true }
  await counter.carryOut({ kind: 'form', by, place, line: SHELL, files: [], view: id, reply }, 'k')
  expect(slack.modals.get(id)?.text).toMatch(/Something broke on our side/)
})

test('M5.4 an answer that finds Slack away is given when it is back; one that Slack refuses for good is not tried again', async () => {
  const { hear, slack, under } = await stage()
  const all = ['respond', 'whisper', 'post'] as const
  for (const method of all) slack.fail(method, 'unreachable')
  const answered = hear(typed('/lab power off a9'))
  await until(() => under.clock.timers > 0, 'it waits')
  await under.clock.pass(10_000)
  for (const method of all) slack.fail(method, null)
  await under.clock.pass(60_000)
  expect(await answered).toEqual([expect.stringMatching(/^reply: There is no board "a9"/)])
  for (const method of all) slack.fail(method, 'account_deleted')
  expect(await hear(typed('/lab queue'))).toEqual([])
})

describe('ways to answer', () => {
  test('the bot is called by its name before Slack has told who it is: the message itself tells', async () => {
    const { hear } = await stage()
    const seen = await hear(typed('<@UNEW> queue', { how: 'mention', self: 'UNEW' }))
    expect(seen).toEqual([expect.stringMatching(/^whisper UMEI C1: Queue/)])
  })

  test('an answer that breaks off leaves no note behind that it is being worked on', async () => {
    const { hear, slack, under, fresh } = await stage()
    const { promise: stuck, reject: breakOff } = Promise.withResolvers<string>()
    let isAsked = false
    slack.direct = async () => {
      isAsked = true
      return await stuck
    }
    const heard = hear(typed('/lab boards watch a1'))
    await until(() => isAsked, 'the answer is on its way')
    await under.clock.pass(3_000)
    await until(() => slack.seen.length > 0, 'it is being worked on')
    breakOff(new Error('broken'))
    await heard
    expect(slack.seen.map(seen => seen.message.text.split('\n')[0])).toEqual([
      'Working on it…',
      'This broke off; the next message says why.',
      expect.stringMatching(/^Something broke on our side/),
    ])
    slack.direct = async user => `D${user}`
    const before = slack.seen.length
    slack.direct = async () => Promise.reject(new Error('broken at once'))
    await hear(typed('/lab boards watch a1'))
    await under.clock.pass(10_000)
    expect(slack.seen.slice(before).map(seen => seen.message.text)).not.toContain('Working on it…')
    fresh()
  })

  test('an address for answers that is spent gives way to a message for one pair of eyes, that to a direct one', async () => {
    const { hear, slack } = await stage()
    slack.fail('respond', 'expired_url')
    expect((await hear(typed('/lab queue')))[0]).toMatch(/^whisper UMEI C1: Queue/)
    slack.fail('whisper', 'channel_not_found')
    expect((await hear(typed('/lab queue')))[0]).toMatch(/^post DUMEI: Queue/)
  })

  test('a test that is asked for where the bot cannot be is queued all the same, and it is said how to invite it', async () => {
    const { hear, under } = await stage()
    const seen = await hear(typed(`/${SHELL}`, { place: { ...CHANNEL, channel: 'G1' } }))
    expect(seen[0]).toMatch(/^reply: T1 /)
    expect(seen[1]).toMatch(/the bot is not in it\. Invite it there: \/invite/)
    expect(await under.lab.run('T1')).not.toBeNull()
  })

  test('a slash command in the direct messages of two others is answered by its own address', async () => {
    const { hear } = await stage()
    const seen = await hear(
      typed('/lab queue', { place: { channel: 'DOTHERS', thread: null, isDirect: true } }),
    )
    expect(seen).toEqual([expect.stringMatching(/^reply: Queue/)])
  })

  test('when nothing came in 3 s it is said that it is worked on, and the answer takes its place', async () => {
    const { counter, fresh, under, slack } = await stage()
    const { promise, resolve } = Promise.withResolvers<string>()
    slack.nameOf = () => promise
    const work = counter.carryOut(typed('/lab queue', { by: { id: 'UMEI', name: null } }), 'slow')
    await under.clock.pass(3_000)
    await until(() => slack.seen.length > 0, 'it is said')
    expect(fresh()).toEqual([expect.stringMatching(/^reply: Working on it/)])
    resolve('mei')
    await work
    expect(fresh()).toEqual([expect.stringMatching(/^replaced: Queue/)])
  })

  test('what breaks on our side is told with a reference that the audit knows', async () => {
    const { hear, slack, under } = await stage()
    slack.nameOf = () => Promise.reject(new Error('a fault of ours'))
    const [said = ''] = await hear(typed('/lab queue', { by: { id: 'UMEI', name: null } }))
    const [, name = ''] = /^reply: Something broke on our side \(reference (\w{4})\)/.exec(said) ?? []
    expect((await under.lab.audit([name], 10)).map(entry => entry.result)).toEqual([
      'internal: a fault of ours',
    ])
  })

  test('Slack that takes nothing at all does not break the counter, nor hold up its end', async () => {
    const { hear, slack, under, counter } = await stage()
    for (const method of ['respond', 'whisper', 'post'] as const) slack.fail(method, 'unreachable')
    const answered = hear(typed('/lab queue'))
    await until(() => under.clock.timers > 0, 'it waits')
    counter.close()
    expect(await answered).toEqual([])
    expect(await hear(typed(`/${SHELL}`))).toEqual(['card C1: run/T1'])
    expect(await under.lab.run('T1')).not.toBeNull()
  })
})
