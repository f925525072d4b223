import { randomUUID } from 'node:crypto'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { until } from '../../until.ts'
import type { Bot } from '../bot.ts'
import { startWorld, type World } from '../world.ts'

const KEY = 'a-key-of-mei-for-this-test'
const ENV = { CHAT: 'terminal', API_KEYS: `mei:user:${KEY}` }
const HELLO = '#!/bin/sh\necho hello\n'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

type Answer = { status: number; run: string | null; code: string | null; isReplay: boolean }

async function submit(address: string, key: string, content = HELLO): Promise<Answer> {
  const form = new FormData()
  form.append('family', 'socA')
  form.append('binary', new Blob([content]), 'hello')
  const answer = await fetch(`${address}/api/v1/tests`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${KEY}`, 'Idempotency-Key': `"${key}"` },
    body: form,
  })
  const { run, code = null } = (await answer.json()) as { run?: { id: string }; code?: string }
  const isReplay = answer.headers.get('idempotent-replay') === 'true'
  return { status: answer.status, run: run?.id ?? null, code, isReplay }
}

/** Until nobody is carrying it out any more. */
async function settled(address: string, key: string): Promise<Answer> {
  return await until(async () => {
    const answer = await submit(address, key)
    return answer.code === 'still-running' ? null : answer
  }, 'it is carried out')
}

test('the same key many times at once: one test, and the same answer for all (I3)', async () => {
  world = await startWorld({ env: ENV })
  const { address } = world.app
  const key = randomUUID()
  const all = await Promise.all(Array.from({ length: 8 }, () => submit(address, key)))
  for (const { status, code } of all) expect([201, 'still-running']).toContain(code ?? status)
  const { run } = await settled(address, key)
  expect(new Set(all.flatMap(each => (each.run === null ? [] : [each.run])))).toEqual(new Set([run]))
  expect(all.filter(({ status, isReplay }) => status === 201 && !isReplay)).toHaveLength(1)
  expect(world.lab.state().counters.T).toBe(1)
  expect(await submit(address, key, `${HELLO}# another\n`)).toMatchObject({ status: 422, code: 'key-used' })
  expect(await submit(address, randomUUID())).toMatchObject({ status: 201, run: 'T2', isReplay: false })
})

test('the same key after a restart: the test of before, however it stands by then', async () => {
  world = await startWorld({ env: ENV })
  const key = randomUUID()
  const first = await submit(world.app.address, key)
  await world.finished(first.run ?? '')
  await world.stop()
  await world.open()
  expect(await submit(world.app.address, key)).toEqual({ ...first, isReplay: true })
  expect(world.lab.state().counters.T).toBe(1)
})

test('the same key until it is answered, over kills in between: one test for each', {
  timeout: 60_000,
}, async () => {
  const outside = await startWorld({ env: ENV, app: false })
  world = outside
  const keys = Array.from({ length: 4 }, () => randomUUID())
  const heard = new Map<string, Set<string>>(keys.map(key => [key, new Set()]))
  let bot = await up(outside)
  // Some answers are lost, some requests never heard.
  for (const answered of [0, 2]) {
    let count = 0
    const sent = keys.map(async key => {
      const answer = await submit(bot.address, key).catch(() => null)
      count++
      if (answer !== null) note(key, answer)
    })
    await until(() => count >= answered, `${answered} are answered`)
    bot.process.signal('SIGKILL')
    await Promise.all([...sent, bot.process.gone()])
    bot = await up(outside)
  }
  for (const key of keys) note(key, await settled(bot.address, key))
  const ids = keys.map(key => [...(heard.get(key) ?? [])])
  for (const each of ids) expect(each).toHaveLength(1)
  expect(new Set(ids.flat()).size).toBe(keys.length)
  const answer = await fetch(`${bot.address}/api/v1/tests`, { headers: { Authorization: `Bearer ${KEY}` } })
  const { tests } = (await answer.json()) as { tests: readonly { id: string }[] }
  expect(new Set(tests.map(({ id }) => id))).toEqual(new Set(ids.flat()))

  function note(key: string, { run, code }: Answer): void {
    if (run !== null) heard.get(key)?.add(run)
    else expect(code).toBe('still-running')
  }
})

async function up(outside: World): Promise<{ process: Bot; address: string }> {
  const process = outside.startBot(['start'], { env: { ...ENV, CONSOLE_PORT: 'off' } })
  onTestFinished(() => process.signal('SIGKILL'))
  const said = await process.saw('http://127.0.0.1:')
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? ''
  await until(
    () =>
      fetch(`${address}/api/v1/health`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    'it answers',
    20_000,
  )
  return { process, address }
}
