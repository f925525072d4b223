import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProxy } from '../remote/proxy.ts'
import { until } from '../until.ts'
import type { BotEnd } from './bot.ts'
import { startWorld, type World } from './world.ts'

const KEY = 'a-key-of-mei-for-this-test'

let world: World
beforeAll(async () => {
  world = await startWorld({ env: { CHAT: 'terminal', API_KEYS: `mei:user:${KEY}` } })
  await writeFile(join(world.dir, 'hello'), '#!/bin/sh\necho "hello, $1"\nexit "${2:-0}"\n', { mode: 0o755 })
})
afterAll(() => world?.close())

/** `bin/boardroom --server …` on a laptop, from its start to its end. */
function remote(...words: readonly string[]): Promise<BotEnd> {
  return world.bot(['--server', world.app.address, ...words], { env: { BOARDROOM_KEY: KEY } })
}

test('a program of this machine runs on a board of the lab, is followed, and its end is the exit status', async () => {
  const asked = await remote('run-test', 'socA', './hello', '--', 'two words')
  expect(asked.stderr).toBe('')
  expect(asked.stdout).toMatch(/^T\d+ · hello on socA · queued/)
  expect(asked.stdout).toMatch(/T\d+ passed on soc-a-/)
  expect(asked.code).toBe(0)
  const id = /^T\d+/.exec(asked.stdout)?.[0] ?? ''
  const log = await remote('tests', 'log', id)
  expect([log.code, log.stdout]).toEqual([0, expect.stringContaining('  hello, two words')])
  expect((await world.run(id)).submitter).toEqual({ id: 'mei', name: 'mei', platform: 'http' })
  const [entry] = await world.lab.audit(['two words'], 1)
  expect(entry).toMatchObject({ who: { id: 'mei', platform: 'http' }, where: 'http 127.0.0.1' })
})

test('a test that fails is 1, and as JSON its end is a line of its own', async () => {
  const failed = await world.bot(
    ['--json', '--server', world.app.address, 'run-test', 'socA', './hello', '--', 'x', '3'],
    { env: { BOARDROOM_KEY: KEY } },
  )
  expect(failed.code).toBe(1)
  const lines = failed.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  expect(lines).toMatchObject([
    { run: { family: 'socA' } },
    { told: { kind: 'ended', exit: 1, result: { run: { state: 'failed', result: { exitStatus: 3 } } } } },
  ])
})

test('output is printed as it comes, with the log followed from another machine', async () => {
  const id = await world.start('run-test socA --shell "for n in 1 2 3; do echo tick $n; sleep 1; done"')
  const followed = await remote('tests', 'follow', id)
  expect(followed.code).toBe(0)
  expect(followed.stdout).toMatch(/ {2}tick 1\n {2}tick 2\n {2}tick 3\n/)
})

test('Ctrl-C leaves, the test goes on, and it is said how to look again', async () => {
  const laptop = world.startBot(
    ['--server', world.app.address, 'run-test', 'socA', '--shell', 'sleep 2; echo done'],
    { env: { BOARDROOM_KEY: KEY } },
  )
  const id = /T\d+/.exec(await laptop.saw(' · sleep 2; echo done on socA'))?.[0] ?? ''
  laptop.signal('SIGINT')
  const { code, stderr } = await laptop.gone()
  const again = `boardroom --server ${world.app.address} tests show ${id}`
  expect([code, stderr]).toEqual([2, `Left; ${id} goes on. Look again: ${again}\n`])
  expect((await world.finished(id)).state).toBe('passed')
})

test('without a key, and with a wrong one, it is said what to do', async () => {
  const none = await world.bot(['--server', world.app.address, 'queue'])
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('Set BOARDROOM_KEY')])
  const wrong = await world.bot(['--server', world.app.address, 'queue'], { env: { BOARDROOM_KEY: 'wrong' } })
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('does not take the key')])
})

test('a bot that is started again in between tells the end all the same', async () => {
  let isAway = false
  const proxy = await startProxy(() => (isAway ? null : Number(new URL(world.app.address).port)))
  const args = ['--server', proxy.address, 'run-test', 'socB', '--shell', 'sleep 2; echo done']
  const laptop = world.startBot(args, { env: { BOARDROOM_KEY: KEY } })
  const runs = () => Object.values(world.lab.state().runs)
  await until(() => runs().some(run => run.state === 'running'), 'the test to run', 30_000)
  isAway = true
  await world.stop()
  await laptop.saw('The connection was lost')
  await world.open()
  isAway = false
  const ended = await laptop.gone()
  expect(ended.stdout).toMatch(/T\d+ passed on soc-b-/)
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('Connected again.')])
})
