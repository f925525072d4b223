import { afterEach, describe, expect, test } from 'vitest'
import { until } from '../../../until.ts'
import { aFile, CHANNEL, openStage, type Stage, typed } from './stage.ts'

const open: Stage[] = []

afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close()
})

async function stage(options: Parameters<typeof openStage>[0] = {}): Promise<Stage> {
  const made = await openStage(options)
  open.push(made)
  return made
}

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

describe('ways to answer', () => {
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

  test('Slack that takes nothing at all does not break the counter', async () => {
    const { hear, slack, under } = await stage()
    for (const method of ['respond', 'whisper', 'post'] as const) slack.fail(method, 'unreachable')
    expect(await hear(typed('/lab queue'))).toEqual([])
    expect(await hear(typed(`/${SHELL}`))).toEqual(['card C1: run/T1'])
    expect(await under.lab.run('T1')).not.toBeNull()
  })
})
